"""One training of the laboratory: its job, the weights at the epochs that are kept, and what was read off them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np
from torch import Tensor

from workbench import devices, networks
from workbench.algorithms import State
from workbench.analysis.information import Estimator
from workbench.jobs import Job, Snapshot
from workbench.live.images import Array
from workbench.networks import EPOCHS, PlanePath, Trail, Training
from workbench.problem import Problem
from workbench.recipes import Recipe
from workbench.refusal import Refusal

MEMORY = 2**30  # bytes that weights kept and the units of one network may take
_COPIES = 3  # of the units, while a slope is taken
Plan = Training | Recipe


@dataclass(frozen=True)
class TrainingCurves:
    """What was recorded, (rows, S) each, and the epochs at which, (rows,): fractions within an epoch."""

    epochs: Array
    values: dict[str, Array]


class Running(ABC):
    """What the laboratory asks of any training: its job, what is kept of it on the way, and words."""

    unit: ClassVar[str] = "epoch"  # what the slider counts
    steps: int  # of one unit
    length: int  # in units
    name: str
    job: Job
    planes: dict[Estimator, PlanePath]

    @property
    @abstractmethod
    def kept(self) -> list[tuple[int, State]]:
        """What can be looked at again, each with its place on the slider."""

    @property
    @abstractmethod
    def method(self) -> str:
        """Optimiser, step and batch as they are used."""

    @abstractmethod
    def keeps(self, training: Plan) -> bool:
        """Whether a run can go on as that training."""

    @abstractmethod
    def change(self, training: Plan, label: str) -> None:
        """Go on with other numbers of the same network and examples."""

    @property
    def latest(self) -> Snapshot:
        return self.job.latest

    @property
    def epoch(self) -> float:
        """How often every example has been seen; of a recipe, which draws new ones, the steps."""
        state = self.latest.state
        return 0.0 if state is None else state.k / self.steps

    def curves(self) -> TrainingCurves:
        """What the probes have read so far."""
        latest = self.latest
        if latest.log is None or not latest.recorded:
            return TrainingCurves(np.array([]), {})
        columns = latest.log.columns(0, latest.recorded)
        ks = np.array(latest.log.ks[: latest.recorded])
        return TrainingCurves(ks / self.steps, {n: column.double().cpu().numpy() for n, column in columns.items()})


class Run(Running):
    """A training over a table. `planes` and `stability` are filled by studies, epoch by epoch."""

    def __init__(self, name: str, training: Training, device: str) -> None:
        self.name, self.training = name, training
        problem = training.problem()
        self.problem = replace(problem, y=problem.y.to(devices.find(device)))
        self.steps, self.length = training.steps // training.epochs, training.epochs
        _require_memory(training, self.problem)
        if sentence := training.optimiser.unmet(self.problem):
            raise Refusal("a training that can run", name, sentence)
        self.layers = networks.layer_names(self.problem)
        self.trail = Trail(training.epochs)
        self.job = Job(self.problem, training.optimiser, (networks.progress, self.trail), training.steps, 0)
        self.job.recorder.must = self.trail.wants
        self.planes: dict[Estimator, PlanePath] = {}
        self.stability: dict[int, dict[str, Tensor]] = {}

    @property
    def kept(self) -> list[tuple[int, State]]:
        return self.trail.kept

    @property
    def method(self) -> str:
        method, state = self.training.optimiser, self.latest.state
        step = "" if state is None else f" of step {method.current_step(state) or 0:.3g}"
        return f"{type(method).__name__}{step}, batches of {method.batch_size(self.problem)}"

    @property
    def count(self) -> int:
        """The examples that layers are measured on, those held out among them."""
        operator = networks.learning(self.problem)
        return len(operator.targets) + len(operator.held_out_targets)

    def change(self, training: Plan, label: str) -> None:
        assert isinstance(training, Training)
        problem = replace(self.problem, prior=training.prior)
        if sentence := training.optimiser.unmet(problem):
            raise Refusal("a training that can go on", label, sentence)
        self.training, self.problem = training, problem
        self.job.change(problem, training.optimiser, label)

    def keeps(self, training: Plan) -> bool:
        if not isinstance(training, Training):
            return False
        mine = self.training
        same = all(getattr(mine, n) == getattr(training, n) for n in ("network", "examples", "loss", "double"))
        seeds = (mine.seeds, mine.seed, mine.epochs) == (training.seeds, training.seed, training.epochs)
        ways = (type(mine.optimiser), mine.optimiser.batch, mine.optimiser.shuffle, type(mine.prior))
        theirs = (type(training.optimiser), training.optimiser.batch, training.optimiser.shuffle, type(training.prior))
        return same and seeds and ways == theirs


@dataclass(frozen=True)
class KeptTraining:
    """What stays of a run to compare others with."""

    name: str
    curves: TrainingCurves
    planes: dict[Estimator, PlanePath]

    @classmethod
    def of(cls, run: Running) -> Self:
        planes = {estimator: dict(path) for estimator, path in run.planes.items()}
        return cls(f"{run.name}, {run.epoch:.0f} {run.unit}s", run.curves(), planes)


def _require_memory(training: Training, problem: Problem) -> None:
    """Refuse, with the numbers, what would not fit: weights that are kept, and units with what their slopes need."""
    weights = EPOCHS * problem.operator.in_shape[1]
    units = _COPIES * problem.y.shape[1] * networks.units_of(problem)
    needed = training.seeds * max(weights, units) * problem.y.itemsize
    if needed > MEMORY:
        remedy = "take fewer seeds or narrower layers"
        raise Refusal(f"a training of at most {MEMORY // 2**20} MiB", f"one of {needed // 2**20} MiB", remedy)
