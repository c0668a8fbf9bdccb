"""Values that a browser sends back although nobody chose them: those that were replaced before it had drawn them."""

import time
from collections.abc import Callable
from typing import Any

import param

from workbench.live.controls import Quiet

LATE = 2.0  # seconds; later ones are a person's, who needs as long to enter what was there before


class Overtaken:
    """What was written into one widget and replaced soon after.

    Panel's bridge to React answers a value of the server's with the same value once it is drawn. Where two are written
    in quick succession, the answer to the first arrives after the second was sent, and would take its place.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.last: Any = None
        self._clock = clock
        self._written: float | None = None  # when the value that stands there was written; None: it is a person's
        self._replaced: list[tuple[float, Any]] = []

    def write(self, old: Any, new: Any) -> None:
        """The widget was told a new value here, in the place of an old one."""
        now = self._clock()
        kept = [(when, value) for when, value in self._replaced if now - when < LATE and value != new]
        soon = self._written is not None and now - self._written < LATE and old != new
        self._replaced = [*kept, (now, old)] if soon else kept
        self.last, self._written = new, now

    def returns(self, value: Any) -> bool:
        """Whether a value from the browser is only the answer to one that was replaced; each is answered once."""
        now, self._written = self._clock(), None
        for each in self._replaced:
            if each[1] == value and now - each[0] < LATE:
                self._replaced.remove(each)
                return True
        return False


def hear(widget: param.Parameterized, chosen: Callable[[Any], None], quiet: Quiet, name: str = "value") -> None:
    """Pass on what a person makes of a widget: neither what it is told while `quiet` is on, nor late answers to it."""
    told = Overtaken()

    def changed(event: param.parameterized.Event) -> None:
        if quiet.on:
            told.write(event.old, event.new)
        elif told.returns(event.new):
            with quiet:
                widget.param.update(**{name: told.last})
        else:
            chosen(event.new)

    widget.param.watch(changed, name)
