"""Parts of the page that come after the first picture: a browser takes seconds to build them all, a server one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import panel as pn
import panel_material_ui as pmui
from bokeh.document import Document
from bokeh.models import CustomJS

from workbench.app.toolkit.words import Words
from workbench.jobs import PAGES

# Bokeh 3.9 lays a plot out whenever its surroundings change size, also before the plot is built: an error each time,
# for plots that join a page that is open. A plot that is not built has nothing to lay out.
_PATIENCE = """
const view = Bokeh.require("models/plots/plot_canvas").PlotView.prototype
for (const name of ["_measure_layout", "_after_layout"]) {
  const act = view[name]
  view[name] = function () { if (this.layout != null) act.call(this) }
}
"""


class Placeholders:
    """Places that say what will be there, filled one at a time in the order in which they were made.

    Some wait until they are wanted: of sixty people few look into every tab, and each would be built sixty times.
    """

    def __init__(self, document: Document | None = None) -> None:
        if document is not None:
            document.js_on_event("document_ready", CustomJS(code=_PATIENCE))
        self._waiting: list[_Place] = []

    def place(
        self, part: pn.viewable.Viewable, making: str = "", wanted: Callable[[], bool] = lambda: True, **layout: Any
    ) -> pmui.Column:
        """A column that will hold the part once it is `wanted`, and meanwhile says that it is being made."""
        words = [Words(sentence=f"Making {making} ...").element] * bool(making)
        column = pmui.Column(*words, **{"margin": 0, "sizing_mode": "stretch_width"} | layout)
        self._waiting.append(_Place(column, part, wanted))
        return column

    def fill_one(self) -> bool:
        """Whether there was one to fill."""
        place = next((place for place in self._waiting if place.wanted()), None)
        if place is None:
            return False
        self._waiting.remove(place)
        PAGES.take()
        try:
            place.fill()
        finally:
            PAGES.give_back()
        return True

    def fill_all(self) -> None:
        """At once, wanted or not."""
        for place in self._waiting:
            place.fill()
        self._waiting.clear()


@dataclass(frozen=True, eq=False)
class _Place:
    column: pmui.Column
    part: pn.viewable.Viewable
    wanted: Callable[[], bool]

    def fill(self) -> None:
        self.column[:] = [self.part]
