"""Analyses beside a training, as iterators of results for `jobs.Task`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench import networks
from workbench.algorithms import State
from workbench.analysis.information import Estimator, Reading, calibrate
from workbench.analysis.information.tasks import TASKS
from workbench.app.trainings import Path, Run
from workbench.networks import Broadening, Landscape, Sharpness, Stability

_PRODUCTS, _TOLERANCE = 30, 1e-2  # of a look at the sharpness: a line on a plot
_SIGNS, _DRAWS = 10, 6


def farthest(epochs: Sequence[int], measured: Sequence[int]) -> int | None:
    """Of the epochs that were kept, the one that is farthest from all that are measured; None where all are."""
    known = set(measured)
    done = [place for place, epoch in enumerate(epochs) if epoch in known]
    waiting = [place for place, epoch in enumerate(epochs) if epoch not in known]
    if not waiting:
        return None
    return epochs[max(waiting, key=lambda place: (min((abs(place - d) for d in done), default=0), place))]


def plane(run: Run, estimators: Sequence[Estimator]) -> Iterator[int]:
    """Fill `run.planes` by each of the estimators: the newest epoch first, then coarse to fine. Yields what is done."""
    while (chosen := _next(run, estimators)) is not None:
        estimator, epoch, state = chosen
        path = run.planes.setdefault(estimator, {})
        yield from _informing(run, estimator, path, (epoch, state))


def _informing(run: Run, estimator: Estimator, path: Path, at: tuple[int, State]) -> Iterator[int]:
    """One epoch of a path, layer by layer; it joins the path when it is whole."""
    epoch, state = at
    points = []
    for point in networks.informing(run.problem, state.x, estimator):
        points.append(point)
        yield len(path)
    path[epoch] = points[-1]


def _next(run: Run, estimators: Sequence[Estimator]) -> tuple[Estimator, int, State] | None:
    """The estimator that is furthest behind, and the epoch that it wants most."""
    kept = dict(run.trail.kept)
    for estimator in sorted(estimators, key=lambda e: len(run.planes.get(e, ()))):
        epoch = farthest(list(kept), list(run.planes.get(estimator, ())))
        if epoch is not None:
            return estimator, epoch, kept[epoch]
    return None


def stability(run: Run) -> Iterator[int]:
    """Fill `run.stability` in the same order."""
    probe = Stability(run.training.optimiser, _SIGNS, Sharpness(_TOLERANCE, _PRODUCTS))
    while True:
        kept = dict(run.trail.kept)
        epoch = farthest(list(kept), list(run.stability))
        if epoch is None:
            return
        run.stability[epoch] = dict(probe(run.problem, kept[epoch]))
        yield len(run.stability)


def density(run: Run, state: State, seed: int) -> Iterator[Landscape]:
    """The Hessian's bulk and outliers at the weights of one seed, sharper from step to step."""
    return networks.landscapes(*networks.one_of(run.problem, state.x, seed))


@dataclass(frozen=True)
class Batches:
    """Broadening against batch size, and the rate that Lanczos suggests for the batch in use."""

    broadening: Broadening
    rate: float


def batches(run: Run, state: State, seed: int) -> Iterator[Batches]:
    """The top of the Hessian over batches of 2, 4, 8, ... examples at the weights of one seed."""
    problem, x = networks.one_of(run.problem, state.x, seed)
    count, size = problem.y.shape[1], run.training.optimiser.batch_size(problem)
    sizes = [2**n for n in range(1, count.bit_length()) if 2**n < count]
    rate = float(networks.suggested_rate(problem, x, size)[0])
    for found in networks.broadenings(problem, x, sizes, _DRAWS):
        yield Batches(found, rate)


def calibration(estimator: Estimator, count: int) -> Iterator[tuple[Reading, ...]]:
    """The readings of so many samples, one task after another."""
    found: tuple[Reading, ...] = ()
    for task in TASKS:
        found += calibrate(estimator, count, tasks=(task,))
        yield found
