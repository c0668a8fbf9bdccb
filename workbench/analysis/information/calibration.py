"""What an estimator reads where the truth is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from operator import add

from workbench.analysis.information.estimators.base import Estimator
from workbench.analysis.information.tasks import TASKS, Task
from workbench.parameters import as_code
from workbench.refusal import Refusal


@dataclass(frozen=True)
class CalibrationReading:
    """A task's truth and an estimator's reading of n samples, in nats; None where it refused, with the reason."""

    task: Task
    n: int
    truth: float
    reading: float | None
    reason: str = ""

    @property
    def sentence(self) -> str:
        """Such as: this reads 2.8 where the truth is 3.0."""
        if self.reading is None:
            return f"this reads nothing where the truth is {self.truth:.2f}: {self.reason}"
        return f"this reads {self.reading:.2f} where the truth is {self.truth:.2f}"

    @property
    def row(self) -> tuple[str, float, float | None]:
        """Task, truth, reading."""
        return as_code(self.task).rpartition("tasks.")[2], self.truth, self.reading

    @property
    def error(self) -> float | None:
        """The reading less the truth."""
        return None if self.reading is None else self.reading - self.truth


def calibrate(
    estimator: Estimator, n: int, seed: int = 0, tasks: tuple[Task, ...] = TASKS
) -> tuple[CalibrationReading, ...]:
    """An estimator on n samples of each task of known information: the table of task, truth and reading."""
    return tuple(_reading(estimator, task, n, seed) for task in tasks)


def calibrations(estimator: Estimator, n: int) -> Iterator[tuple[CalibrationReading, ...]]:
    """`calibrate` after 1, 2, ... tasks."""
    return accumulate((calibrate(estimator, n, tasks=(task,)) for task in TASKS), add)


def _reading(estimator: Estimator, task: Task, n: int, seed: int) -> CalibrationReading:
    try:
        return CalibrationReading(task, n, task.truth(), estimator(*task.sample(n, seed)))
    except Refusal as refusal:
        return CalibrationReading(task, n, task.truth(), None, str(refusal))
