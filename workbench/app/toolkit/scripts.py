"""Scripts of the page that are files."""

from pathlib import Path

_ELEMENTS = (Path(__file__).parent / "elements.js").read_text(encoding="utf-8")


def script(path: Path) -> str:
    """The module in a file, which may use what `elements.js` declares."""
    return _ELEMENTS + path.read_text(encoding="utf-8")
