"""A picture as an address that holds the picture itself, for pages that fetch nothing."""

import base64


def png_address(png: bytes) -> str:
    """Of the bytes of a PNG file; empty for none."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}" if png else ""
