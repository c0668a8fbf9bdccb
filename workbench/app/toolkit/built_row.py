"""A row of a view that is built when it is first shown."""

from abc import ABC, abstractmethod

import panel_material_ui as pmui


class BuiltRow(ABC):
    """`place` is empty until there is something to show: most pages never ask for it."""

    def __init__(self) -> None:
        self.place = pmui.Column(sizing_mode="stretch_width", margin=0)
        self._row: pmui.Row | None = None

    @property
    @abstractmethod
    def open(self) -> bool:
        """Whether there is something to show."""

    def _laid_out(self) -> bool:
        """Put the row in its place, or take it away; whether it is there."""
        if not self.open:
            if len(self.place):
                self.place.clear()
            return False
        self._row = self._row or self._built()
        if not len(self.place):
            self.place[:] = [self._row]
        return True

    @abstractmethod
    def _built(self) -> pmui.Row:
        """Make the row."""
