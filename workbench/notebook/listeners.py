"""Functions of a person that hear of a run."""

import logging
from collections.abc import Callable
from typing import Any

from workbench.algorithms import State
from workbench.refusal import Refusal

Heard = Callable[[State], Any]
LOGGER = logging.getLogger(__name__)


class Listeners:
    """Each hears of the newest state once so many iterations have gone by; one that raises hears no more."""

    def __init__(self) -> None:
        self._all: list[tuple[Heard, int]] = []
        self._last: dict[Heard, int] = {}

    @property
    def any(self) -> bool:
        return bool(self._all)

    def on(self, every: int) -> Callable[[Heard], Heard]:
        """A decorator; the function stays as it is."""
        if every < 1:
            raise Refusal("a number of iterations, 1 or more", str(every), "leave it out to hear of every picture")

        def listening(heard: Heard) -> Heard:
            self._all.append((heard, every))
            return heard

        return listening

    def hear(self, state: State) -> None:
        """Tell those for whom it is time; a run that began anew is told of from its beginning."""
        for heard, every in list(self._all):
            last = self._last.get(heard)
            if last is not None and last <= state.k < last + every:
                continue
            self._last[heard] = state.k
            try:
                heard(state)
            except Exception:
                LOGGER.exception("%r raised, and is called no more", heard)
                self._all.remove((heard, every))
