"""Parameters as controls in a cell: a slider with a typed value, a menu, a switch or a field, by the signature."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from workbench.figures.colours import ERROR
from workbench.live.controls import Ask, Control, Offering, Sliding
from workbench.live.controls.entering import fits_a_line, labelled, read
from workbench.live.controls.scale import written
from workbench.parameters import Parameter, as_text, told
from workbench.paths import Menu

_WIDE = {"description_width": "110px"}
_FULL = {"width": "290px"}


class CellControl(Control):
    """A control of ipywidgets."""

    element: widgets.VBox

    def __init__(self, path: str, parameter: Parameter, ask: Ask, label: str = "") -> None:
        super().__init__(path, parameter, ask, label)
        self.complaint = widgets.Label("", layout=widgets.Layout(display="none"), style={"text_color": ERROR})
        self.element = widgets.VBox([*self._widgets(), self.complaint])

    def _complain(self, sentence: str) -> None:
        if sentence != self.complaint.value:
            self.complaint.value = sentence
            self.complaint.layout.display = "flex" if sentence else "none"

    def _watch(self, widget: widgets.Widget, said: Callable[[Any], None]) -> None:
        widget.observe(lambda change: None if self._quiet.on else said(change["new"]), "value")

    def _described(self) -> dict[str, Any]:
        return {"description": self.label, "tooltip": self.parameter.meaning, "style": _WIDE, "layout": _FULL}

    @abstractmethod
    def _widgets(self) -> tuple[widgets.Widget, ...]:
        """Make the widgets, watched."""


class CellField(CellControl):
    """Anything that can be typed; an array, which cannot, is told of."""

    def _widgets(self) -> tuple[widgets.Widget, ...]:
        self.typed = widgets.Text(continuous_update=False, **self._described())
        self._watch(self.typed, lambda text: self._wish(read(self.parameter, text)))
        return (self.typed,)

    def _follow(self, value: Any) -> None:
        short = fits_a_line(self.parameter, value)
        self.typed.disabled = not short
        self.typed.value = "" if value is None else written(value) if short else told(value)


class CellNumber(CellControl, Sliding):
    """A number: a slider over the range, and a field that takes whatever the limits allow."""

    _holds: float | None = None  # the value that holds
    _waits: float | None = None  # one that was wished for, and is not granted yet

    def _widgets(self) -> tuple[widgets.Widget, ...]:
        scale = self.scale
        self.slider = widgets.FloatSlider(
            min=scale.start, max=scale.end, step=scale.step, value=scale.start, readout=False, **self._described()
        )
        self.typed = widgets.Text(continuous_update=False, layout=widgets.Layout(width="70px"))
        self._watch(self.slider, self._moved)
        self._watch(self.typed, lambda text: self._wish(read(self.parameter, text)))
        self.row = widgets.HBox([self.slider, self.typed])
        return (self.row,)

    def _moved(self, position: float) -> None:
        scale = self.scale
        # A browser rounds a value to the slider's grid when it draws it, which is no wish.
        if self._holds is not None and abs(position - scale.position(self._holds)) <= scale.step / 2:
            return
        value = self._waits = scale.value(position)
        with self._quiet:
            self.typed.value = written(value)
        self._wish(value)

    def show(self, value: Any, sentence: str = "") -> None:
        if sentence or value == self._waits:
            self._waits = None
        if self._waits is None:  # else a later wish of this slider is under way, which would jump back
            super().show(value, sentence)

    def _follow(self, value: Any) -> None:
        self.typed.value = written(value)
        self._holds = value if isinstance(value, int | float) else None
        # A list has no place on the slider, and a thumb that is being dragged is nearer than the grid of its values.
        if isinstance(value, int | float) and self.scale.value(self.slider.value) != value:
            self.slider.value = self.scale.position(value)


class CellAutomatic(CellNumber):
    """A number that is found when it is not given: a switch, and the slider once it is off."""

    def _widgets(self) -> tuple[widgets.Widget, ...]:
        (row,) = super()._widgets()
        words = f"{self.label}: automatic"
        self.automatic = widgets.Checkbox(value=True, description=words, tooltip=self.parameter.meaning, indent=False)
        self._watch(self.automatic, lambda on: self._wish(None if on else self.middle))
        return self.automatic, row

    def _follow(self, value: Any) -> None:
        self.automatic.value = value is None
        self.row.layout.display = "none" if value is None else "flex"
        if value is not None:
            super()._follow(value)


class CellSwitch(CellControl):
    """Yes or no."""

    def _widgets(self) -> tuple[widgets.Widget, ...]:
        self.switch = widgets.Checkbox(description=self.label, tooltip=self.parameter.meaning, indent=False)
        self._watch(self.switch, self._wish)
        return (self.switch,)

    def _follow(self, value: Any) -> None:
        self.switch.value = value


class CellWords(CellControl):
    """One of a few words."""

    def _widgets(self) -> tuple[widgets.Widget, ...]:
        self.select = widgets.Dropdown(options=list(self.parameter.choices), **self._described())
        self._watch(self.select, self._wish)
        return (self.select,)

    def _follow(self, value: Any) -> None:
        word = as_text(value)
        if word not in self.select.options:
            self.select.options = (*self.select.options, word)
        self.select.value = word


class CellMembers(CellControl, Offering):
    """One of the objects that an argument takes; one that cannot stand there says why, and is refused when chosen."""

    def offer(self, members: Menu, reasons: Mapping[str, str]) -> None:
        """What can be chosen, and of each member why it cannot be."""
        self._members = members
        whys = {name: reasons.get(name, "") for name in members}
        options = tuple((("✗ " if why else "") + labelled(name, why), name) for name, why in whys.items())
        if options != self.select.options:
            with self._quiet:
                self.select.options = options

    def _widgets(self) -> tuple[widgets.Widget, ...]:
        self._members: Menu = {}
        self.select = widgets.Dropdown(options=(), **self._described())
        self._watch(self.select, lambda name: None if name is None else self._wish(name))
        return (self.select,)

    def _follow(self, value: Any) -> None:
        cls = None if value is None else type(value)
        self.select.value = next(name for name, each in self._members.items() if each is cls)
