"""The tabs of the page: one view each, turned to by a person, by a key, or by a step of a lesson."""

from collections.abc import Callable, Iterable

import panel as pn
import panel_material_ui as pmui

from workbench.app.page.around_tabs import VIEWS
from workbench.app.toolkit.overtaken import hear
from workbench.live.controls import Quiet

# On a laptop the titles of all tabs end before the bar beside them.
_STYLE = {"@media (max-width: 1500px)": {"& .MuiTab-root": {"fontSize": "12.5px", "letterSpacing": 0, "px": "2px"}}}


class ViewTabs:
    """`element` to lay out; `turned` hears of another tab in sight, whoever turned to it."""

    def __init__(self, titled: Iterable[tuple[str, pn.viewable.Viewable]], turned: Callable[[], None]) -> None:
        self._turned, self._quiet = turned, Quiet()
        self.element = pmui.Tabs(*titled, dynamic=False, sizing_mode="stretch_width", margin=0, sx=_STYLE)
        self.element.css_classes = [VIEWS]
        hear(self.element, lambda place: turned(), self._quiet, "active")

    @property
    def place(self) -> int:
        """That of the tab in sight, from 0."""
        return self.element.active

    def turn_to(self, place: int) -> None:
        """Put a tab in sight."""
        if place != self.place:
            with self._quiet:
                self.element.active = place
            self._turned()
