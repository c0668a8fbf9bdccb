"""What a drag on the pictures does, chosen from a menu, and the controls of it in a bar above them."""

import math
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import panel as pn
import panel_material_ui as pmui

from workbench.app.toolkit.drags import WINDOW
from workbench.app.toolkit.overtaken import hear
from workbench.app.toolkit.tab import SMALL, bar
from workbench.app.toolkit.words import Words
from workbench.data import Painted
from workbench.figures.colours import ERROR
from workbench.live.controls import Quiet
from workbench.live.hands.gestures import LINE, LOST, PAINTED, Shape
from workbench.live.images import Limits
from workbench.live.session import Session
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.app.hands.hands import Hands

MOVE, PAINT, LOSE, COLOURS, PROFILE = MODES = ("move", "paint", "lose", "colours", "profile")
PALETTES = ("grey", "grey, inverted", "viridis", "inferno")
_TIGHT = {"& .MuiInputBase-input": {"py": "4px", "pl": "8px", "pr": "24px !important"}}  # it stands beside the tabs
_WORDS = {
    MOVE: "",
    PAINT: "Drag or click on the truth.",
    LOSE: "Drag on the data.",
    COLOURS: "Drag a picture: right for a wider window, up for a brighter one; a double click resets it.",
    PROFILE: "Drag a line on the truth, the reconstruction or the error.",
}


class HandBar:
    """`mode` is the menu, `element` the bar; the `hands` do what is asked for in it."""

    def __init__(self, session: Session, hands: "Hands") -> None:
        self._session, self._hands = session, hands
        self._quiet = Quiet()
        self.mode = pmui.Select(label="drag", options=list(MODES), value=MOVE, width=97, **SMALL | {"sx": _TIGHT})
        self.mode.param.watch(lambda event: self._turn(), "value")
        self.element = bar()
        self.element.visible = False

    @cached_property
    def shape(self) -> pmui.Select:
        """What is painted or lost."""
        return self._watched(pmui.Select(label="shape", options=list(PAINTED), value="brush", width=128, **SMALL))

    @cached_property
    def radius(self) -> pmui.TextInput:
        return self._field("radius, px", "4")

    @cached_property
    def text(self) -> pmui.TextInput:
        return self._field("text", "Text")

    @cached_property
    def value(self) -> pmui.TextInput:
        return self._field("value", "1")

    @cached_property
    def back(self) -> pmui.Button:
        """Takes back what was painted or lost last."""
        return _button("Undo", "undo", self._hands.undo)

    @cached_property
    def of(self) -> pmui.Select:
        """Whose window is typed."""
        names = {"truth, reconstruction": "image", "data": "data", "error": "error"}
        menu = pmui.Select(label="colours of", options=names, value="image", width=178, **SMALL)
        return self._watched(menu)

    @cached_property
    def ends(self) -> tuple[pmui.TextInput, pmui.TextInput]:
        """The values that are drawn darkest and brightest."""
        fields = self._field("from", "0"), self._field("to", "1")
        for field in fields:
            hear(field, lambda value: self._typed(), self._quiet)
        return fields

    @cached_property
    def palette(self) -> pmui.Select:
        """The colours of all but the error."""
        menu = pmui.Select(label="colour map", options=list(PALETTES), value=PALETTES[0], width=130, **SMALL)
        menu.param.watch(lambda event: self._hands.recolour(), "value")
        return menu

    @cached_property
    def fit(self) -> pmui.Button:
        """Limits from the reconstruction as it is now."""
        return _button("Fit", "fit_screen", self._hands.fit)

    @cached_property
    def reset(self) -> pmui.Button:
        return _button("Reset", "restart_alt", lambda: self._hands.window(str(self.of.value), None))

    @cached_property
    def said(self) -> Words:
        words = Words()
        words.element.param.update(sizing_mode=None, width=300, margin=(10, 6), styles={"flex": "1 1 300px"})
        return words

    @cached_property
    def complaint(self) -> Words:
        return Words(ERROR)

    @property
    def chosen(self) -> Shape:
        """The shape that the hand draws now."""
        return (LOST if self.mode.value == LOSE else PAINTED)[str(self.shape.value)]

    def drawn(self, name: str) -> str:
        """What a drag draws on the picture of that name; "" where it moves it."""
        mode = self.mode.value
        if mode == COLOURS:
            return WINDOW
        if mode == PROFILE:
            return "" if name == "data" else LINE
        wanted = {PAINT: "truth", LOSE: "data"}.get(str(mode))
        return self.chosen.drawn if wanted == name else ""

    def next(self) -> None:
        """The next mode of the menu."""
        self.mode.value = MODES[(MODES.index(str(self.mode.value)) + 1) % len(MODES)]

    def tell(self, sentence: str) -> None:
        """What was wrong with the last gesture, or nothing; and what there is by now."""
        self.complaint.say(sentence)
        self.refresh()

    def refresh(self) -> None:
        """Follow the experiment."""
        if self.mode.value in (PAINT, LOSE):
            truth, lost = self._session.experiment.truth, len(self._session.experiment.lost)
            painted = len(truth.regions) if isinstance(truth, Painted) else 0
            self.said.say(f"{_WORDS[str(self.mode.value)]} {painted} painted, {lost} lost.")
            self.back.disabled = not (painted or lost)

    def show_window(self, limits: Limits) -> None:
        """The window that is in force, in the fields."""
        with self._quiet:
            for field, value in zip(self.ends, limits, strict=True):
                field.value = f"{value:.4g}"

    def _turn(self) -> None:
        mode = str(self.mode.value)
        names = list(LOST if mode == LOSE else PAINTED)
        if mode in (PAINT, LOSE) and self.shape.options != names:
            self.shape.param.update(options=names, value=names[0])
        self.said.say(_WORDS[mode])
        self.complaint.say("")
        words = [self.said.element, self.complaint.element]
        self.element[:] = [*self._controls(mode), *words] if mode != MOVE else []
        self.element.visible = mode != MOVE
        self.refresh()
        self._hands.turn()

    def _controls(self, mode: str) -> list[pn.viewable.Viewable]:
        if mode == COLOURS:
            return [self.of, *self.ends, self.palette, self.fit, self.reset]
        if mode not in (PAINT, LOSE):
            return []
        shape = self.chosen
        fields = [*[self.radius] * shape.round, *[self.text] * shape.written, *[self.value] * (mode == PAINT)]
        parts = [self.shape, *fields]
        return [*parts, self.back]

    def _typed(self) -> None:
        low, high = (self.number(field) for field in self.ends)
        if low is not None and high is not None:
            self.complaint.say("")
            self._hands.window(str(self.of.value), (low, high))

    def _watched(self, menu: pmui.Select) -> pmui.Select:
        menu.param.watch(lambda event: self._turn(), "value")
        return menu

    def number(self, field: pmui.TextInput) -> float | None:
        """What was typed there; None where it is no number, and that is said."""
        try:
            found = float(field.value)
        except ValueError:
            found = math.nan
        if math.isfinite(found):
            return found
        self.complaint.say(str(Refusal(f"a number for {field.label}", repr(field.value), "type one, such as 0.5")))
        return None

    def _field(self, label: str, value: str) -> pmui.TextInput:
        return pmui.TextInput(label=label, value=value, width=88, **SMALL)


def _button(label: str, icon: str, press: Callable[[], None]) -> pmui.Button:
    made = pmui.Button(label=label, icon=icon, variant="text", size="small", margin=(8, 2))
    made.on_click(lambda event: press())
    return made
