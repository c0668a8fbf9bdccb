"""Controls of an object and of the objects in it, in a cell."""

import ipywidgets as widgets

from workbench.live.controls import Ask, Controls, FormControls, Why
from workbench.notebook.cell import close_inside
from workbench.notebook.cell_controls import (
    CellAutomatic,
    CellControl,
    CellField,
    CellMembers,
    CellNumber,
    CellSwitch,
    CellWords,
)
from workbench.paths import Form

_STEP = 10  # px that the controls of an object stand further in than its menu


class FormBox(FormControls[CellControl]):
    """In a box, `element`."""

    kinds = Controls(CellWords, CellSwitch, CellNumber, CellAutomatic, CellField, CellMembers)

    def __init__(self, form: Form, ask: Ask, paths: tuple[str, ...], why: Why | None = None) -> None:
        self.element = widgets.VBox()
        super().__init__(form, ask, paths, why)

    def _indent(self, control: CellControl, depth: int) -> None:
        control.element.layout.margin = f"0 0 0 {_STEP * depth}px"

    def _lay_out(self) -> None:
        before = self.element.children
        self.element.children = tuple(each.element for each in self.controls.values())
        for gone in set(before) - set(self.element.children):
            close_inside(gone)
            gone.close()
