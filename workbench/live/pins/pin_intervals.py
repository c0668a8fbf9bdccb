"""The intervals of pinned runs, by the method that those of the present run are found by."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.live.pins.pins import Pin
from workbench.live.session import Session
from workbench.live.studies.intervals import IntervalStudy
from workbench.live.study import Studies, Study
from workbench.parameters import describe
from workbench.tuning.quantifiers import QuantifiedPicture

Key = tuple[int, str]  # of the pin, and the method, described


@dataclass(frozen=True, eq=False)
class PinFindings:
    """What was found of pins by methods, and of which there is nothing to find, with the reason."""

    found: Mapping[Key, QuantifiedPicture] = field(default_factory=dict)
    refused: Mapping[Key, str] = field(default_factory=dict)


class PinIntervals(Studies):
    """One pin after the other, each solved anew from its settings; what was found by another method stays.

    `missing` are the pins that have no whole interval yet.
    """

    def __init__(self, session: Session) -> None:
        self.session, self._known = session, PinFindings()
        self.own = session.companion(IntervalStudy)
        self.work: Study[PinFindings] = Study(lambda: session.experiment.device, self._sought, stays=True)
        super().__init__(self.work)

    def set(self, path: str, value: Any) -> None:
        """It has no parameters but those of the present run's."""

    def of(self, pin: Pin) -> QuantifiedPicture | None:
        """The interval of a pin by the method there is; None where there is none yet."""
        return self._known.found.get((pin.key, self._method))

    def unmet(self, pin: Pin) -> str:
        """Why a pin has none by this method, as a sentence, once somebody has asked for it; else empty."""
        if pin.experiment is None:
            return "the saved run does not tell how it was made"
        return self._known.refused.get((pin.key, self._method), "")

    @property
    def missing(self) -> tuple[Pin, ...]:
        found = ((pin, self.of(pin)) for pin in self.session.pins.all if not self.unmet(pin))
        return tuple(pin for pin, each in found if each is None or each.done < each.whole)

    @property
    def _method(self) -> str:
        return str(describe(self.own.intervals.method))

    def _sought(self) -> Callable[[], Iterator[PinFindings]] | None:
        method, name, pins = self.own.intervals.method, self._method, self.missing

        def growing() -> Iterator[PinFindings]:
            found, refused = dict[Key, QuantifiedPicture](), dict[Key, str]()
            for pin, experiment in ((pin, pin.experiment) for pin in pins):
                assert experiment is not None  # else it is not missing
                problem = experiment.problem()
                if unmet := method.unmet(problem, experiment.algorithm):
                    refused[pin.key, name] = unmet
                    yield PinFindings(dict(found), dict(refused))
                    continue
                for each in method.pictures(problem, experiment.algorithm, experiment.steps):
                    found[pin.key, name] = each
                    yield PinFindings(dict(found), dict(refused))

        return growing if pins else None

    def _take(self, changed: list[Study[Any]]) -> tuple[int, int]:
        new, old = self.work.result, self._known
        if new is not None:
            self._known = PinFindings({**old.found, **new.found}, {**old.refused, **new.refused})
        return len(self._known.found), len(self._known.refused)
