"""What a person says of a trajectory: in which unit its positions are, and how large the picture is."""

from collections.abc import Callable

import panel_material_ui as pmui

from workbench.paths import Words as Said

_UNITS = {
    "cycles a field of view": "cycles",
    "1/m": "per_metre",
    "cycles a pixel, -0.5 to 0.5": "per_pixel",
    "radians a pixel, -pi to pi": "radians",
}
_ORDERS = {"rows, as arrays have it": "rows", "x, as scanners write it": "x"}
_TELLING = ("cycles", "per_metre")  # units whose positions tell how many pixels they reach


class TrajectoryRows:
    """Unit, order, field of view and pixels beside the menu of trajectories; `told` hears that one is another."""

    def __init__(self, told: Callable[[], None]) -> None:
        wide = {"size": "small", "sizing_mode": "stretch_width", "visible": False}
        self.unit = pmui.Select(
            label="its positions are in", options=_UNITS, value="cycles", margin=(8, 0, 4, 0), **wide
        )
        self.order = pmui.Select(
            label="first of its components", options=_ORDERS, value="rows", margin=(8, 0, 4, 0), **wide
        )
        self.view = pmui.TextInput(
            label="field of view, m", placeholder="0.22, or 0.22, 0.18 of rows, columns", margin=(4, 0), **wide
        )
        self.pixels = pmui.TextInput(
            label="pixels of the picture", placeholder="128, or 128, 96 of rows, columns", margin=(4, 0), **wide
        )
        self.elements = self.unit, self.order, self.view, self.pixels
        for element in self.elements:
            element.param.watch(lambda event: told(), "value")

    def show(self, visible: bool) -> None:
        """In sight beside a trajectory that was chosen; what its unit does not ask for is not."""
        unit = self.unit.value
        self.unit.visible = self.order.visible = visible
        self.view.visible = visible and unit == "per_metre"
        self.pixels.visible = visible and (unit not in _TELLING or bool(self.pixels.value.strip()))

    def said(self, axes: int) -> Said:
        """Words of the operator, for a trajectory of so many axes; what was not said is not in them."""
        words = {"operator.unit": self.unit.value, "operator.order": self.order.value}
        if self.view.visible and self.view.value.strip():
            words["operator.field_of_view"] = self.view.value
        if self.pixels.visible and (typed := self.pixels.value.strip().replace("x", ",")):
            sides = [typed] * axes if "," not in typed else [typed]
            words["operator.shape"] = ",".join(["1", *sides])
        return words
