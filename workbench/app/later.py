"""Parts of the page that come after the first picture: a browser takes seconds to build them all.

Widgets only: Bokeh's plots are an error in the browser when their surroundings change before they are laid out.
"""

from typing import Any

import panel as pn
import panel_material_ui as pmui


class Later:
    """Empty places, filled one at a time in the order in which they were made."""

    def __init__(self) -> None:
        self._waiting: list[tuple[pmui.Column, pn.viewable.Viewable]] = []

    def place(self, part: pn.viewable.Viewable, **layout: Any) -> pmui.Column:
        """An empty column that will hold the part."""
        column = pmui.Column(**{"margin": 0, "sizing_mode": "stretch_width"} | layout)
        self._waiting.append((column, part))
        return column

    def fill_one(self) -> None:
        if self._waiting:
            column, part = self._waiting.pop(0)
            column.append(part)

    def fill_all(self) -> None:
        while self._waiting:
            self.fill_one()
