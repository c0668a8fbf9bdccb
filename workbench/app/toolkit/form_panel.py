"""Controls of an object and of the objects in it, on the page."""

from collections.abc import Container, Mapping
from typing import Any

import panel_material_ui as pmui

from workbench.app.toolkit.lit import place_of
from workbench.app.toolkit.member_menu import MemberMenu
from workbench.app.toolkit.widgets import Automatic, Menu, Number, PageControl, Switch, TextField
from workbench.live.controls import Ask, Controls, FormControls, Why
from workbench.paths import Form

_STEP = 9  # px that the controls of an object stand further in than its menu
_LINE = {"border-left": "2px solid rgba(128,128,128,.35)", "padding-left": "7px"}


class FormPanel(FormControls[PageControl]):
    """In a column, `element`; each object's own controls with a line beside them."""

    kinds = Controls(Menu, Switch, Number, Automatic, TextField, MemberMenu)

    def __init__(
        self,
        form: Form,
        ask: Ask,
        paths: tuple[str, ...] = (),
        why: Why | None = None,
        labels: Mapping[str, str] | None = None,
        hidden: Container[str] = (),
        **layout: Any,
    ) -> None:
        self.element = pmui.Column(**{"sizing_mode": "stretch_width", "margin": 0} | layout)
        super().__init__(form, ask, paths, why, labels, hidden)

    def _indent(self, control: PageControl, depth: int) -> None:
        control.element.css_classes = [place_of(control.path)]
        if depth:
            control.element.margin, control.element.styles = (0, 0, 0, 2 + _STEP * (depth - 1)), _LINE

    def _lay_out(self) -> None:
        self.element[:] = [each.element for each in self.controls.values()]
