"""The page in a notebook: `setup()` once, then `create_app()` as the last line of a cell."""

import panel as pn
from packaging.version import Version

_SERVES_ITSELF = Version("1.10")  # before it, JupyterLab asked a CDN for Panel's scripts


def setup() -> None:
    """Make widgets live in JupyterLab, without the network."""
    pn.extension(inline=Version(pn.__version__) < _SERVES_ITSELF, notifications=True)
