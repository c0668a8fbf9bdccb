"""Parameters as controls on the page: a slider with a typed value, a menu, a switch or a field, by the signature."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench.app.toolkit.overtaken import hear
from workbench.app.toolkit.words import Words
from workbench.figures.colours import ERROR
from workbench.live.controls import Ask, Control, Sliding
from workbench.live.controls.entering import fits_a_line, read
from workbench.live.controls.scale import written
from workbench.live.own_arrays import FROM_FILES
from workbench.parameters import Parameter, as_text, told

_TIGHT = (1, 0)
SAFE = "#38a169"
_HIDDEN_LABEL = {"& .MuiInputLabel-root": {"position": "absolute", "clipPath": "inset(50%)", "height": "1px"}}
_FIELD = {**_HIDDEN_LABEL, "& .MuiInput-root": {"marginTop": "0"}, "& input": {"padding": "1px 0", "fontSize": "13px"}}
_SMALL = {"fontSize": "12.5px", "lineHeight": 1.15}
# The name stands before what is typed, as a slider's does.
_BESIDE = {"position": "static", "transform": "none", "whiteSpace": "nowrap", "overflow": "visible", **_SMALL}
_LINE = {
    **{"flexDirection": "row", "alignItems": "center", "gap": "10px"},
    "& .MuiInputLabel-root": _BESIDE,
    "& .MuiInput-root": {"marginTop": "0 !important", "flex": 1},
    "& input": {"padding": "1px 0", "fontSize": "13px"},
}
_SLIDER = {"& .MuiFormLabel-root": _SMALL, "& .MuiSlider-root": {"py": "6px"}}


class PageControl(Control):
    """A control of Panel; its complaint is made once there is one."""

    element: pmui.Column

    def __init__(self, path: str, parameter: Parameter, ask: Ask, label: str = "") -> None:
        super().__init__(path, parameter, ask, label)
        self.complaint: Words | None = None
        self.element = pmui.Column(*self._widgets(), sizing_mode="stretch_width", margin=_TIGHT)

    def _complain(self, sentence: str) -> None:
        if self.complaint is None and sentence:
            self.complaint = Words(ERROR, sentence)
            self.element.append(self.complaint.element)
        elif self.complaint is not None:
            self.complaint.say(sentence)

    @abstractmethod
    def _widgets(self) -> tuple[pn.viewable.Viewable, ...]:
        """Make the widgets, watched by `_hear`."""

    def _hear(self, widget: pn.viewable.Viewable, chosen: Callable[[Any], None]) -> None:
        """Pass on what a person makes of a widget: neither what it is told here, nor late answers to that."""
        hear(widget, chosen, self._quiet)


class TextField(PageControl):
    """Anything that can be typed; an array, which cannot, is told of, and how to give one."""

    def _widgets(self) -> tuple[pn.viewable.Viewable, ...]:
        self.typed = pmui.TextInput(
            label=self.label,
            description=self.parameter.meaning,
            variant="standard",
            size="small",
            sx=_LINE,
            margin=(2, 0),
            sizing_mode="stretch_width",
        )
        self.aside = Words()
        self._hear(self.typed, lambda value: self._wish(read(self.parameter, value)))
        return self.typed, self.aside.element

    def _follow(self, value: Any) -> None:
        short = fits_a_line(self.parameter, value)
        if self.typed.disabled is short:
            self.typed.disabled = not short
        self.typed.value = "" if value is None else written(value) if short else told(value)
        name = self.parameter.name
        file = "by a file, under Your own file, or " if name in FROM_FILES else ""
        self.aside.say("" if short else f"Not to be typed: it is given {file}in Python, as {name}=...")


class Number(PageControl, Sliding):
    """A number: a slider over the range, and a field that takes whatever the limits allow."""

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
        self._hear(self.slider, self._moved)
        self._hear(self.typed, lambda value: self._wish(read(self.parameter, value)))
        return (pmui.Row(self.slider, self.typed, sizing_mode="stretch_width", margin=0),)

    def _moved(self, position: float) -> None:
        value = self.scale.value(position)
        with self._quiet:
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
        self._hear(self.automatic, lambda value: self._wish(None if value else self._first()))
        return self.automatic, self.row

    def _first(self) -> float:
        """Where the slider starts when the switch goes off: at the value in use, if it is known."""
        return float(f"{self.found:.3g}") if self.found else self.middle

    def _follow(self, value: Any) -> None:
        self.automatic.value = value is None
        self.row.visible = value is not None
        if value is not None:
            super()._follow(value)


def _rail(part: float) -> dict[str, Any]:
    colours = f"linear-gradient(90deg, {SAFE} 0 {part:.1f}%, {ERROR} {part:.1f}% 100%)"
    return {"background": colours, "opacity": 0.75, "height": "5px"}


class Switch(PageControl):
    """Yes or no."""

    def _widgets(self) -> tuple[pn.viewable.Viewable, ...]:
        self.switch = pmui.Switch(
            label=self.label,
            description=self.parameter.meaning,
            size="small",
            margin=0,
        )
        self._hear(self.switch, self._wish)
        return (self.switch,)

    def _follow(self, value: Any) -> None:
        self.switch.value = value


class Menu(PageControl):
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
        self._hear(self.select, self._wish)
        return (self.select,)

    def _follow(self, value: Any) -> None:
        word = as_text(value)  # an array is no word of the menu: its name joins them
        if word not in self.select.options:
            self.select.options = [*self.select.options, word]
        self.select.value = word
