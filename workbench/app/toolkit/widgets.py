"""Parameters as controls on the page: a slider with a typed value, a menu, a switch or a field, by the signature."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench.app.toolkit.words import ERROR, Words
from workbench.live.entering import fits_a_line, pretty, read
from workbench.live.scale import SliderScale, written
from workbench.parameters import Parameter, as_text, told

Ask = Callable[[str, Any], None]
_TIGHT = (1, 0)
SAFE = "#38a169"
_HIDDEN_LABEL = {"& .MuiInputLabel-root": {"position": "absolute", "clipPath": "inset(50%)", "height": "1px"}}
_FIELD = {**_HIDDEN_LABEL, "& .MuiInput-root": {"marginTop": "0"}, "& input": {"padding": "1px 0", "fontSize": "13px"}}
_SMALL = {"fontSize": "12.5px", "lineHeight": 1.15}
_SLIDER = {"& .MuiFormLabel-root": _SMALL, "& .MuiSlider-root": {"py": "6px"}}


class Control(ABC):
    """One parameter: `element` to lay out, `show(value, sentence)` to follow the session, wishes through `ask`."""

    def __init__(self, path: str, parameter: Parameter, ask: Ask) -> None:
        self.path, self.parameter, self._ask = path, parameter, ask
        self._following = False
        self.complaint: Words | None = None
        self.element = pmui.Column(*self._widgets(), sizing_mode="stretch_width", margin=_TIGHT)

    @property
    def label(self) -> str:
        unit = self.parameter.unit
        return f"{pretty(self.parameter.name)}, {unit}" if unit else pretty(self.parameter.name)

    def show(self, value: Any, sentence: str = "") -> None:
        """The value that holds; while a sentence says what is wrong, what the person entered stays."""
        self._complain(sentence)
        if not sentence:
            with self._quietly():
                self._follow(value)

    def _complain(self, sentence: str) -> None:
        if self.complaint is None and sentence:
            self.complaint = Words(ERROR, sentence)
            self.element.append(self.complaint.element)
        elif self.complaint is not None:
            self.complaint.say(sentence)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        self._following = True
        try:
            yield
        finally:
            self._following = False

    def _wish(self, value: Any) -> None:
        if not self._following:
            self._ask(self.path, value)

    @abstractmethod
    def _widgets(self) -> tuple[pn.viewable.Viewable, ...]:
        """Make the widgets, watched."""

    @abstractmethod
    def _follow(self, value: Any) -> None:
        """Put the widgets where the value is."""


class TextField(Control):
    """Anything that can be typed; an array, which cannot, is told of, and how to give one."""

    def _widgets(self) -> tuple[pn.viewable.Viewable, ...]:
        self.typed = pmui.TextInput(
            label=self.label,
            description=self.parameter.meaning,
            size="small",
            margin=(4, 0),
            sizing_mode="stretch_width",
        )
        self.aside = Words()
        self.typed.param.watch(lambda event: self._wish(read(self.parameter, event.new)), "value")
        return self.typed, self.aside.element

    def _follow(self, value: Any) -> None:
        short = fits_a_line(self.parameter, value)
        if self.typed.disabled is short:
            self.typed.disabled = not short
        self.typed.value = "" if value is None else written(value) if short else told(value)
        name = self.parameter.name
        self.aside.say("" if short else f"Not to be typed: it is given in Python, as {name}=...")


class Number(Control):
    """A number: a slider over the range, and a field that takes whatever the limits allow."""

    @property
    def scale(self) -> SliderScale:
        bounds = self.parameter.range
        assert bounds is not None
        return SliderScale(bounds, whole=float not in self.parameter.kinds)

    def _widgets(self) -> tuple[pn.viewable.Viewable, ...]:
        scale = self.scale
        self.slider = pmui.FloatSlider(
            label=self.label,
            description=self.parameter.meaning,
            start=scale.start,
            end=scale.end,
            step=scale.step,
            value=scale.start,
            show_value=False,
            tooltips=False,
            size="small",
            sx=_SLIDER,
            margin=0,
            sizing_mode="stretch_width",
        )
        self.typed = pmui.TextInput(
            label=f"{self.label}, typed",
            variant="standard",
            size="small",
            width=62,
            margin=(0, 0, 0, 10),
            sx=_FIELD,
            align="end",
        )
        self.slider.param.watch(lambda event: self._moved(event.new), "value")
        self.typed.param.watch(lambda event: self._wish(read(self.parameter, event.new)), "value")
        return (pmui.Row(self.slider, self.typed, sizing_mode="stretch_width", margin=0),)

    def _moved(self, position: float) -> None:
        if self._following:
            return
        value = self.scale.value(position)
        with self._quietly():
            self.typed.value = written(value)
        self._ask(self.path, value)

    def _follow(self, value: Any) -> None:
        self.typed.value = written(value)
        # A list has no place on the slider, and a thumb that is being dragged is nearer than the grid of its values.
        if isinstance(value, int | float) and self.scale.value(self.slider.value) != value:
            self.slider.value = self.scale.position(value)


class Automatic(Number):
    """A number that is found when it is not given: a switch, and the slider once it is off."""

    found: float | None = None
    _safe: float | None = None

    def shade(self, safe: float | None) -> None:
        """Colour the slider: up to `safe` the method is known to converge."""
        if safe != self._safe:
            self._safe = safe
            self.slider.sx = _SLIDER | ({"& .MuiSlider-rail": _rail(self._part(safe))} if safe else {})

    def _part(self, safe: float) -> float:
        """The part of the slider up to a value, in per cent."""
        scale = self.scale
        return 100 * (scale.position(safe) - scale.start) / (scale.end - scale.start)

    def _widgets(self) -> tuple[pn.viewable.Viewable, ...]:
        (self.row,) = super()._widgets()
        self.automatic = pmui.Switch(
            label=f"{self.label}: automatic",
            description=self.parameter.meaning,
            value=True,
            size="small",
            margin=0,
        )
        self.automatic.param.watch(lambda event: self._wish(None if event.new else self._first()), "value")
        return self.automatic, self.row

    def _first(self) -> float:
        """Where the slider starts when the switch goes off: at the value in use, if it is known."""
        scale = self.scale
        middle = scale.value((scale.start + scale.end) / 2)
        return float(f"{self.found:.3g}") if self.found else middle

    def _follow(self, value: Any) -> None:
        self.automatic.value = value is None
        self.row.visible = value is not None
        if value is not None:
            super()._follow(value)


def _rail(part: float) -> dict[str, Any]:
    colours = f"linear-gradient(90deg, {SAFE} 0 {part:.1f}%, {ERROR} {part:.1f}% 100%)"
    return {"background": colours, "opacity": 0.75, "height": "5px"}


class Switch(Control):
    """Yes or no."""

    def _widgets(self) -> tuple[pn.viewable.Viewable, ...]:
        self.switch = pmui.Switch(
            label=self.label,
            description=self.parameter.meaning,
            size="small",
            margin=0,
        )
        self.switch.param.watch(lambda event: self._wish(event.new), "value")
        return (self.switch,)

    def _follow(self, value: Any) -> None:
        self.switch.value = value


class Menu(Control):
    """One of a few words."""

    def _widgets(self) -> tuple[pn.viewable.Viewable, ...]:
        words = list(self.parameter.choices)
        self.select = pmui.Select(
            label=self.label,
            description=self.parameter.meaning,
            options=words,
            value=words[0],
            size="small",
            margin=(6, 0, 2, 0),
            sizing_mode="stretch_width",
        )
        self.select.param.watch(lambda event: self._wish(event.new), "value")
        return (self.select,)

    def _follow(self, value: Any) -> None:
        word = as_text(value)  # an array is no word of the menu: its name joins them
        if word not in self.select.options:
            self.select.options = [*self.select.options, word]
        self.select.value = word


def control(path: str, parameter: Parameter, ask: Ask) -> Control:
    """The control that suits a parameter whose value is no object of its own."""
    return _suited(parameter)(path, parameter, ask)


def _suited(parameter: Parameter) -> type[Control]:
    if parameter.choices:
        return Menu
    if bool in parameter.kinds:
        return Switch
    if parameter.range is not None and {int, float} & set(parameter.kinds):
        return Automatic if parameter.optional else Number
    return TextField
