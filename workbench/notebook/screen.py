"""The place in a cell where pictures and curves are drawn."""

import time
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from workbench.notebook.panels import Panel

_HERE = Path(__file__).parent
_AHEAD = 4  # pictures that may be under way to the browser
_UNSEEN = 0.5  # seconds between two pictures of which nobody says that they were drawn
FAREWELL = "The kernel that ran this has gone: this is the last picture. Run the cell again to go on."


class Screen(anywidget.AnyWidget):
    """Panels that stay and panels that move, each at its place; a browser says which of the latter it has `drawn`."""

    _esm = _HERE / "screen.js"
    _css = _HERE / "screen.css"
    fixed = traitlets.List().tag(sync=True)
    moving = traitlets.List().tag(sync=True)
    shown = traitlets.Int(0).tag(sync=True)
    drawn = traitlets.Int(0).tag(sync=True)
    farewell = traitlets.Unicode(FAREWELL).tag(sync=True)

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._sent = -_UNSEEN

    def free(self) -> bool:
        """Whether the browser keeps up: it has drawn what was sent, or time has passed."""
        return self.shown - self.drawn < _AHEAD or time.perf_counter() - self._sent > _UNSEEN

    def show(self, moving: list[Panel]) -> None:
        """Draw these in place of those that moved before."""
        self._sent = time.perf_counter()
        with self.hold_sync():
            self.shown += 1
            self.moving = moving

    @property
    def panels(self) -> list[Panel]:
        """All that is drawn, in the order of the places."""
        return sorted([*self.fixed, *self.moving], key=lambda panel: panel["place"])
