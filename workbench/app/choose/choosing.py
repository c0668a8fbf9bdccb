"""A path of one person's problem over the weight of its prior, what each rule says of it, and the weight in hand."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Any

from workbench import tuning
from workbench.live.session import Session
from workbench.live.study import Studies, Study
from workbench.parameters import describe
from workbench.refusal import Refusal
from workbench.tuning import NoiseSpread, Tuning, Walk, WeightPath

HAND = "by hand"


class Choosing(Studies):
    """One path at a time on the run's device; `weight` is the one in hand, the nearest kept picture is shown."""

    def __init__(self, session: Session) -> None:
        self.session, self.walk = session, Walk()
        self.weight: float | None = None
        self._read: tuple[int, Tuning | str] = (-1, "")
        self.path: Study[WeightPath] = Study(lambda: session.experiment.device, self._walked, self._described)
        self.spread: Study[NoiseSpread] = Study(lambda: session.experiment.device, self._drawn, self._described)
        super().__init__(self.path, self.spread)

    @property
    def where(self) -> str:
        """The path of the weight inside the prior: of several the first; "" where it has none."""
        return next(iter(tuning.weights_in(self.session.problem.prior)), "")

    @property
    def found(self) -> WeightPath | None:
        return self.path.result

    def scattered(self, word: str) -> str:
        """How far the choice of a rule is spread over draws of the noise, in words; empty while nobody has asked."""
        found = self.spread.current
        if not self.spread.begun:
            return ""
        if found is None or word not in found.chosen:
            return "" if self.spread.idle else "noise is drawn, and the path walked again: a moment"
        source = "the truth" if self.session.problem.truth is not None else "the reconstruction"
        return f"{found.sentence(word)}, data made of {source}"

    def set(self, path: str, value: Any) -> None:
        """Another weight in hand: no solve, the pictures are kept."""
        self.weight = float(value)

    def take(self) -> bool:
        """The weight in hand becomes that of the run; whether it did."""
        if self.weight is None:
            return False
        self.complaint = self.session.set(f"prior.{self.where}", float(f"{self.weight:.4g}"))
        return not self.complaint

    def told(self) -> Tuning | None:
        """What each rule says of the points that there are; None before there are enough."""
        path = self.found
        if path is None or len(path.points) < 5:
            return None
        if self._read[0] != len(path.points):
            try:
                self._read = len(path.points), tuning.read(path, tuning.applicable(self.session.problem))
            except Refusal as sentence:
                self._read = len(path.points), str(sentence)
        found = self._read[1]
        return found if isinstance(found, Tuning) else None

    def sentence(self) -> str:
        """What there is to know of the path, in words."""
        path = self.found
        if not self.where:
            return f"{type(self.session.problem.prior).__name__} has no weight to find."
        if path is None:
            return f"No path yet: {self.walk.count} weights, each solved from where its neighbour ended."
        steps = f"{path.steps} iterations" if path.steps else "closed form"
        told = self.told()
        return f"{len(path.points)} of {self.walk.count} weights, {steps}. {told.reason if told else self._read[1]}"

    def _walked(self) -> Callable[[], Iterator[WeightPath]] | None:
        problem, where = self.session.problem, self.where
        self.complaint, self.weight, self._read = "", None, (-1, "")
        if not where:
            return None
        walk = replace(self.walk, where=where)

        def points() -> Iterator[WeightPath]:
            kept: tuple[tuning.PathPoint, ...] = ()
            for point in walk.points(problem):
                kept = (*kept, point)
                yield WeightPath(problem, kept, where)

        return points

    def _drawn(self) -> Callable[[], Iterator[NoiseSpread]] | None:
        told, walk = self.told(), replace(self.walk, where=self.where)
        return None if told is None else lambda: tuning.spread_of(told, walk)

    def _described(self) -> Hashable:
        """What a path depends on: all of the problem but the weight."""
        problem = self.session.problem
        prior = tuning.weighed(problem.prior, 1.0, self.where) if self.where else problem.prior
        return id(problem.operator), str(describe(problem.noise)), problem.y.data_ptr(), str(describe(prior))
