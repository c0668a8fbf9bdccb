"""What is behind the picture of one person's run: its blocks, where many starts end, and which directions are flat."""

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from torch import Tensor

from workbench.analysis.unknowns import (
    BlockPicture,
    FlatDirections,
    FlatnessSearch,
    Landing,
    ManyStarts,
    flat_directions,
    landings,
    pictured_blocks,
)
from workbench.live.session import Session
from workbench.live.study import Studies, Study
from workbench.parameters import describe
from workbench.parametrisations import Direct
from workbench.paths import Form

_NONE_YET = "There is no iterate yet."


class UnknownStudies(Studies):
    """One landscape and one search for flat directions at a time, on the run's device."""

    def __init__(self, session: Session) -> None:
        self.session, self.settings, self.search = session, ManyStarts(), FlatnessSearch()
        self.flat_k = 0  # the iteration that was looked at
        self.starts: Study[Landing] = Study(self._device, self._landing, self._of_starts)
        self.flat: Study[FlatDirections] = Study(self._device, self._searched, self._of_flat)
        super().__init__(self.starts, self.flat)

    @property
    def direct(self) -> bool:
        """Whether the picture itself is what is looked for."""
        return isinstance(self.session.problem.parametrisation, Direct)

    def blocks(self) -> tuple[BlockPicture, ...]:
        """The blocks of the iterate in sight, beside the true ones where they are known."""
        problem, state = self.session.seen
        if state is None:
            return ()
        truth = self.session.experiment.truth
        return pictured_blocks(problem.parametrisation, state.x[:1], None if truth is None else truth.blocks)

    @property
    def warning(self) -> str:
        """What is wrong with the unknown in sight; empty where nothing is."""
        problem, state = self.session.seen
        return "" if state is None else problem.parametrisation.trouble(state.x[:1])

    @property
    def landing(self) -> Landing | None:
        """Where the starts are, of the settings there are now."""
        return self.starts.current

    @property
    def flatness(self) -> FlatDirections | None:
        """What was found at the iterate in sight."""
        return self.flat.current

    def begin_with(self, number: int) -> None:
        """Begin the run anew where a start has ended."""
        if self.landing is not None:
            self.session.begin_with(self.landing.u[number : number + 1])

    def set(self, path: str, value: Any) -> None:
        """Another number of starts, or another share that counts as flat: "starts.spread", "flat.share"."""
        which, _, name = path.partition(".")
        old = self.settings if which == "starts" else self.search
        form = self.grant(lambda: Form(old).taking(name, value))
        if form is None:
            return
        if which == "starts":
            self.settings = form.root
            self.starts.touch()
        else:
            self.search = form.root
            self.flat.touch()

    def restore(self) -> None:
        super().restore()
        self.settings, self.search = ManyStarts(), FlatnessSearch()

    def _device(self) -> str:
        return self.session.experiment.device

    def _landing(self) -> Callable[[], Iterator[Landing]]:
        problem, experiment, settings = self.session.problem, self.session.experiment, self.settings
        return lambda: landings(problem, experiment.algorithm, experiment.steps, settings, experiment.seed)

    def _searched(self) -> Callable[[], Iterator[FlatDirections]] | None:
        problem, state = self.session.seen
        if state is None:
            self.complaint = _NONE_YET
            return None
        u: Tensor = state.x[:1]
        self.flat_k = state.k
        search = self.search
        return lambda: flat_directions(problem, u, search)

    def _of_starts(self) -> Hashable:
        experiment = self.session.experiment
        return id(self.session.problem), str(describe(experiment.algorithm)), experiment.steps, self.settings

    def _of_flat(self) -> Hashable:
        moment = self.session.moment
        return id(self.session.seen[0]), None if moment is None else moment.k, self.search
