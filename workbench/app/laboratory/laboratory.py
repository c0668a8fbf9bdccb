"""The network laboratory of one person: a training, what is studied of it, and earlier runs to compare with."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from workbench import catalog, devices, jobs, networks
from workbench.algorithms import State
from workbench.analysis.information import Bins, Estimator, LayerEstimator, Noisy
from workbench.app.laboratory.recipe_run import OFFERED, RECIPE, RecipeRun
from workbench.app.laboratory.trainings import KeptTraining, Plan, Run, Running
from workbench.jobs import Status, TaskResult
from workbench.lessons.training_form import preset_training, training_form
from workbench.live.study import Studies, Study, Visibility
from workbench.networks import SGD, Training
from workbench.parameters import as_text, changed
from workbench.paths import Form

FIRST = "tishby"
MOST_RUNS = 8
_MOMENT = 200  # steps of a training that is over in a moment
# One of each class: estimators of layers as they are, of pairs after a lossy compression that pictures need.
ESTIMATORS: Mapping[str, Estimator] = {
    name: cls() for name, cls in catalog.members("estimator").items() if issubclass(cls, LayerEstimator)
} | {Noisy.__name__: networks.LOSSY}
_OVER = (Status.CANCELLED, Status.FAILED, Status.DONE)


class Laboratory(Studies):
    """The training wished for and the run that goes. `complaint` says why a wish cannot be granted.

    One study at a time goes on beside the run; `epoch` is the one that is looked at, None for the newest.
    """

    def __init__(self, device: str = "cpu") -> None:
        self.device, self._preset = device, FIRST
        self._changes: dict[str, str] = {}
        self.training: Plan = preset_training(FIRST)
        self.run: Running | None = None
        self.runs: list[KeptTraining] = []
        self.ghost: KeptTraining | None = None
        self.estimators: tuple[Estimator, ...] = (Bins(),)
        self.banded = False  # whether the estimators are read with half and twice their free parameter too
        self.epoch: int | None = None
        self.studied: Hashable = None
        self._kind: Hashable = None
        self._found: Any = None  # by the study of this kind, at its last moment
        self._study: Study[Any] = Study(lambda: self.device)
        self._visibility = Visibility()
        super().__init__(self._study)

    @property
    def form(self) -> Form:
        """All that can be set, by path; nothing of a recipe can be exchanged, as its parts are made for each other."""
        return training_form(self.training)

    @property
    def name(self) -> str:
        """The preset, and what was changed of it."""
        return ", ".join([self._preset, *self._changes.values()])

    @property
    def shipped(self) -> str:
        """The name of the weights that ship by the recipe there is; empty of a training from the literature."""
        return self._preset.removeprefix(RECIPE) if self._preset in OFFERED else ""

    def preset(self, name: str) -> None:
        """A training from the literature, with few seeds, so that it moves; or the recipe of weights that ship."""
        self._preset, self._changes = name, {}
        self.estimators = (networks.reader(name),)
        self._wish(OFFERED.get(name) or (lambda: preset_training(name)), "")

    def set(self, path: str, value: Any) -> None:
        """Another value, or a member by name: "epochs", "optimiser", "network.disturbance.dropout"."""
        text = as_text(round(value, 6) if isinstance(value, float) else value)
        label = text if path in self.form.menus else f"{path.rpartition('.')[2]} {text}"
        self._wish(lambda: self.form.taking(path, value).root, path, label)

    def take_rate(self, rate: float) -> None:
        """Stochastic gradient descent with that step."""
        training = self.training
        assert isinstance(training, Training)  # the look that offers it is not drawn of a recipe
        there = training.optimiser
        same = changed(there, step_size=rate) if isinstance(there, SGD) else SGD(rate, there.batch, 0.0, there.shuffle)
        self._wish(lambda: changed(training, optimiser=same), "optimiser", f"SGD of step {rate:.3g}")

    def read_by(self, names: list[str]) -> None:
        """The estimators side by side; those that were there keep their parameters."""
        there = {type(e).__name__: e for e in self.estimators}
        self.estimators = tuple(there.get(name) or ESTIMATORS[name] for name in names) or self.estimators

    def tune(self, name: str, path: str, value: Any) -> None:
        """Another free parameter of the estimator of that name: "edges" of "Bins"."""
        there = self.estimators
        tuned = self.grant(
            lambda: tuple(Form(e).taking(path, value).root if type(e).__name__ == name else e for e in there)
        )
        self.estimators = tuned or there

    @property
    def read(self) -> tuple[Estimator, ...]:
        """All the estimators that are read: those chosen, then those around them."""
        return (*self.estimators, *(other for e in self.estimators if self.banded for other in e.around()))

    @property
    def small(self) -> bool:
        """Whether the training is over in a moment, so that nobody has to be asked."""
        training = self.training
        return (training.steps if isinstance(training, Training) else training.fit.steps) <= _MOMENT

    def begin(self, play: bool = True) -> None:
        """A new run of the training there is."""
        run = self.grant(self._made)
        if run is None:
            return
        self._file()
        self.run, self.epoch = run, None
        jobs.beside(str(devices.find(self.device))).submit(run.job)
        run.job.play() if play else run.job.prepare()

    def play(self) -> None:
        if self.run is None or self.run.latest.status in _OVER:
            self.begin()
        else:
            self.run.job.play()

    def pause(self) -> None:
        if self.run is not None:
            self.run.job.pause()

    def step(self) -> None:
        """One step of the optimiser."""
        if self.run is not None:
            self.run.job.step()

    def reset(self) -> None:
        """The first weights again."""
        self.begin(play=False)

    def cancel(self) -> None:
        """End the run and the study; what they found stays."""
        if self.run is not None:
            self.run.job.cancel()
        self._study.forget()
        self._kind = None

    def show(self, seen: bool) -> None:
        """Wait while it is out of sight."""
        self._visibility.show(seen, self.run.job if self.run is not None else None)
        super().show(seen)

    def keep(self) -> None:
        """This run as it is now becomes the one to compare with."""
        if self.run is not None:
            self.ghost = KeptTraining.of(self.run)
            self._add(self.ghost)

    def compare(self, name: str) -> None:
        """Another earlier run as the one to compare with; no name: none."""
        self.ghost = next((kept for kept in self.runs if kept.name == name), None)

    @property
    def at(self) -> tuple[int, State] | None:
        """The epoch that is looked at and its weights; None before the first."""
        kept = [] if self.run is None else self.run.kept
        chosen = [pair for pair in kept if self.epoch is None or pair[0] <= self.epoch]
        return chosen[-1] if chosen else None

    def study(self, kind: Hashable, make: Callable[[], Iterator], at: Hashable = None) -> TaskResult:
        """The newest of a study. One of another kind replaces it at once, one at another moment when it is over.

        What the one before it has found stays until it has found something itself: a run that goes on is at another
        moment at every look.
        """
        self._found = self._study.latest.result or self._found if kind == self._kind else None
        if not self._study.begun or kind != self._kind or (self._study.idle and at != self.studied):
            self._kind, self.studied = kind, at
            self._study.begin(make)
        latest = self._study.latest
        return latest if latest.result is not None else replace(latest, result=self._found)

    def _take(self, changed: list[Study[Any]]) -> Hashable:
        run = self.run
        return id(run), run and run.latest.version, self.epoch, self.read, id(self.ghost), len(self.runs)

    def _made(self) -> Running:
        if isinstance(self.training, Training):
            return Run(self.name, self.training, self.device)
        return RecipeRun(self.name, self.training)

    def _wish(self, make: Callable[[], Plan], path: str, label: str = "") -> None:
        granted = self.grant(lambda: self._changed(make(), label))
        if granted is None:
            return
        self.training, run = granted
        if path:
            self._changes[path] = label
        if run is None:
            self.begin(play=self.run is None or self.run.latest.status is not Status.PAUSED)
        else:
            run.name = self.name

    def _changed(self, training: Plan, label: str) -> tuple[Plan, Running | None]:
        """The training, and the run that has gone over to it; None where it takes another one."""
        run = self.run if self.run is not None and self.run.keeps(training) else None
        if run is not None:
            run.change(training, label)
        return training, run

    def _file(self) -> None:
        """The run that ends joins those that can be compared with."""
        if self.run is not None:
            self.run.job.cancel()
            if self.run.epoch >= 1:
                self._add(KeptTraining.of(self.run))

    def _add(self, kept: KeptTraining) -> None:
        self.runs = [*(r for r in self.runs if r.name != kept.name), kept][-MOST_RUNS:]
