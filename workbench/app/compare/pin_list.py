"""Which runs stand beside each other, and what can be done with a pin: another name, back to its settings, away."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.app.toolkit.words import Words
from workbench.figures.colours import ERROR
from workbench.live.pins.beside import COLUMNS, AllBeside
from workbench.live.session import Session
from workbench.refusal import Refusal, short

_WIDE = {"sizing_mode": "stretch_width", "size": "small"}
_LETTERS = 26


class PinList:
    """The controls; `changed` hears of another choice, `opened` that the run has gone back to a pin's settings."""

    def __init__(
        self, session: Session, beside: AllBeside, changed: Callable[[], None], opened: Callable[[], None]
    ) -> None:
        self._session, self._beside, self._changed, self._opened = session, beside, changed, opened
        self.shown = pmui.CheckBoxGroup(label=f"shown, at most {COLUMNS}", options={}, value=[], margin=(4, 0), **_WIDE)
        self.pin = pmui.Select(label="pinned run", options={"none": 0}, value=0, margin=(6, 0), **_WIDE)
        self.name = pmui.TextInput(label="its name", value="", margin=(6, 0), **_WIDE)
        text = {"variant": "text", "size": "small", "margin": 0}
        self.back = pmui.Button(label="Go back to it", icon="undo", **text)
        self.unpin = pmui.Button(label="Unpin", icon="delete", **text)
        self.complaint = Words(ERROR)
        self.note = Words()
        self._filling = False
        self.shown.param.watch(lambda event: self._choose(event.new), "value")
        self.pin.param.watch(lambda event: self._name(), "value")
        self.name.param.watch(lambda event: self._rename(event.new), "value")
        self.back.on_click(lambda event: self._go_back())
        self.unpin.on_click(lambda event: self._try(lambda: self._session.pins.remove(self.pin.value)))
        self.parts: tuple[pn.viewable.Viewable, ...] = (
            self.shown,
            self.note.element,
            self.pin,
            self.name,
            pmui.Row(self.back, self.unpin, margin=0),
            self.complaint.element,
        )

    def refresh(self) -> None:
        """Offer what there is now."""
        there = self._beside.all
        self._filling = True
        options = _distinct({key: each.label for key, each in there.items()})
        if options != self.shown.options or list(self._beside.chosen) != self.shown.value:
            self.shown.param.update(options=options, value=list(self._beside.chosen))
        pins = _distinct({pin.key: pin.label for pin in self._session.pins.all}) or {"none": 0}
        if pins != self.pin.options:
            kept = self.pin.value if self.pin.value in pins.values() else list(pins.values())[-1]
            self.pin.param.update(options=pins, value=kept)
        self._filling = False
        self._name()

    def _choose(self, keys: list[str]) -> None:
        if self._filling:
            return
        ordered = [key for key in self._beside.chosen if key in keys] + [
            k for k in keys if k not in self._beside.chosen
        ]
        self.note.say(self._beside.choose(tuple(ordered)))
        self._changed()

    def _name(self) -> None:
        """The chosen pin by its name; what can be done with it."""
        known = {pin.key: pin for pin in self._session.pins.all}
        chosen = known.get(self.pin.value)
        self._filling = True
        self.name.param.update(value=chosen.label if chosen else "", disabled=chosen is None)
        self._filling = False
        self.unpin.disabled = chosen is None
        self.back.disabled = chosen is None or chosen.experiment is None

    def _rename(self, label: str) -> None:
        if not self._filling:
            self._try(lambda: self._session.pins.rename(self.pin.value, label))

    def _go_back(self) -> None:
        found = next((pin for pin in self._session.pins.all if pin.key == self.pin.value), None)
        if found is not None and found.experiment is not None:
            self.complaint.say(self._session.become(found.experiment))
            self._opened()

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Refusal as sentence:
            self.complaint.say(str(sentence))
            self._name()
            return
        self.complaint.say("")
        self._changed()


def _distinct(names: dict) -> dict:
    """Each key by a short name, no two of which are equal."""
    made: dict = {}
    for key, name in names.items():
        told, number = short(name, _LETTERS), 2
        while told in made:
            told, number = f"{short(name, _LETTERS - 4)} ({number})", number + 1
        made[told] = key
    return made
