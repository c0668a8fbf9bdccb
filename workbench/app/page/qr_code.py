"""The address of the page as a QR code, for a class that is to see the same."""

import html
import re

import panel as pn
import panel_material_ui as pmui

from workbench.refusal import Refusal

LONGEST = 2000  # characters: more would be a code that no camera reads from a screen
_HERE_ALONE = re.compile(r"https?://(localhost|127\.|\[::1\]|0\.0\.0\.0)")
_ALONE = "This address is known to this machine alone: open the page by the machine's name in the network first."
_TEXT = "font:13px/1.4 monospace;overflow-wrap:anywhere;max-height:6em;overflow:auto"
_WIDE = {"width": "min(440px, calc(100 * var(--vw, 1vw) - 96px))"}
_QUIET = 4  # modules of white around a code, as its standard asks


def drawn(address: str) -> str:
    """The code as SVG, black on white at any theme; Refusal for an address that is too long to be read."""
    import segno

    if len(address) > LONGEST:
        remedy = "send it by Copy link instead, or leave parameters at their defaults"
        raise Refusal(f"an address of at most {LONGEST} characters", f"one of {len(address)}", remedy)
    code = segno.make_qr(address, error="l", boost_error=True)
    return code.svg_inline(border=_QUIET, dark="#000", light="#fff", omitsize=True, title="QR code of this page")


class QrCode:
    """`window` shows the code of an address; it is drawn when it is opened."""

    def __init__(self) -> None:
        self.address = ""
        self.window = pmui.Dialog(title="This page", open=False, close_on_click=True, show_close_button=True)

    def toggle(self, address: str) -> None:
        """Show the code of an address, or close the window."""
        if not self.window.open:
            self.address = address
            self.window.objects = [pn.pane.HTML(_told(address), margin=0, styles=_WIDE)]
        self.window.open = not self.window.open


def _told(address: str) -> str:
    try:
        code = drawn(address)
    except Refusal as sentence:
        return f"<p>{html.escape(str(sentence))}</p>"
    alone = f"<p><b>{_ALONE}</b></p>" if _HERE_ALONE.match(address) else ""
    return f"<div style='background:#fff'>{code}</div>{alone}<p style='{_TEXT}'>{html.escape(address)}</p>"
