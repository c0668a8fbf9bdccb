"""A lesson as data: steps, each a state of the page, what to look at, a question, its answer, and what must hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from workbench.experiment import Experiment
from workbench.lessons.statements import RunDiverges, Statement
from workbench.lessons.tabs import tab_fault
from workbench.live.address import read_address, said
from workbench.refusal import Refusal

LONGEST = 300  # letters of a sentence that is read beside pictures
LONGEST_TITLE = 80  # letters in one line of the list


@dataclass(frozen=True)
class LessonStep:
    """One step: `address` is the state of the page, as its own addresses say it; `place` names it in complaints.

    `tab` is turned to, `show` chosen from its menu, and `tab_settings` set in it, by path. The run is `play`ed, at most
    `pace` iterations a second, 0 for full speed, or it waits for the learner. `claims` are what the
    learner's own numbers must show.
    """

    place: str
    number: int
    address: str
    watch: str
    question: str
    answer: str
    claims: tuple[Statement, ...]
    tab: str = "Pictures"
    show: str = ""
    tab_settings: Mapping[str, Any] = field(default_factory=dict)
    play: bool = True
    pace: int = 0

    @cached_property
    def experiment(self) -> Experiment:
        """What the page reconstructs; Refusal where its settings do not go together."""
        found = read_address(self.address)
        if found.wrong:
            raise self.refusal("settings of an experiment", said(found.wrong))
        return found.experiment

    @property
    def may_diverge(self) -> bool:
        """Whether it shows a run that diverges: a claim says so."""
        return any(isinstance(claim, RunDiverges) for claim in self.claims)

    def require(self) -> None:
        """Refusal where the state of the page cannot be built, or its tab cannot be set so."""
        experiment = self.experiment
        try:
            sentence = experiment.algorithm.unmet(experiment.problem())
            sentence = sentence or tab_fault(self.tab, self.show, self.tab_settings)
        except Refusal as refusal:
            sentence = str(refusal)
        if sentence:
            raise self.refusal("a state of the page that can be built", sentence)

    def refusal(self, wanted: str, came: str) -> Refusal:
        """A complaint about this step, with its place."""
        return Refusal(f"{self.place}: {wanted}", came, "mend the lesson's file")


@dataclass(frozen=True)
class Lesson:
    """About ten minutes: `learnt` is the one sentence that stays; `name` is that of its file."""

    name: str
    title: str
    learnt: str
    steps: tuple[LessonStep, ...]

    def step(self, number: int) -> LessonStep:
        """A step, counted from 1; Refusal where there is none."""
        if not 1 <= number <= len(self.steps):
            raise Refusal(f"a step of {self.name}, 1 to {len(self.steps)}", str(number), "step=1 is the first")
        return self.steps[number - 1]
