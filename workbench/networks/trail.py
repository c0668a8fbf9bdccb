"""The weights that a training leaves on its way, and what is found from them while it goes on: coarse to fine."""

from collections.abc import Iterator, MutableMapping, Sequence

from torch import Tensor

from workbench.algorithms import State
from workbench.analysis.information import Estimator
from workbench.networks.layer_information import LayerInformation
from workbench.networks.optimisers.base import Optimiser, OptimiserState, spaced_epochs
from workbench.networks.plane import informing
from workbench.networks.probes import Sharpness, Stability
from workbench.problem import Problem

EPOCHS = 100  # that are kept at most
_PRODUCTS, _TOLERANCE = 30, 1e-2  # of a look at the sharpness: a line on a plot
_SIGNS = 10

PlanePath = dict[int, LayerInformation]  # by epoch


class Trail:
    """A probe that keeps the weights at the beginning of some epochs: all else is found from them when it is wanted.

    The epochs are spaced logarithmically, so that there are as many where weights move fast.
    """

    def __init__(self, epochs: int) -> None:
        self._epochs = frozenset(spaced_epochs(epochs, EPOCHS))
        self.kept: list[tuple[int, State]] = []

    def wants(self, state: State) -> bool:
        """Whether an epoch that is kept begins."""
        return isinstance(state, OptimiserState) and state.place == 0 and state.epoch in self._epochs

    def __call__(self, problem: Problem, state: State) -> dict[str, Tensor]:
        if isinstance(state, OptimiserState) and self.wants(state):
            self.kept.append((state.epoch, State(state.x, state.k, state.measured)))
        return {}


def farthest(epochs: Sequence[int], measured: Sequence[int]) -> int | None:
    """Of the epochs that were kept, the one that is farthest from all that are measured; None where all are."""
    known = set(measured)
    done = [place for place, epoch in enumerate(epochs) if epoch in known]
    waiting = [place for place, epoch in enumerate(epochs) if epoch not in known]
    if not waiting:
        return None
    return epochs[max(waiting, key=lambda place: (min((abs(place - d) for d in done), default=0), place))]


def inform(
    problem: Problem, trail: Trail, estimators: Sequence[Estimator], paths: MutableMapping[Estimator, PlanePath]
) -> Iterator[int]:
    """Fill the paths by each of the estimators: the newest epoch first, then coarse to fine. Yields what is done.

    An epoch is read layer by layer, and joins its path when it is whole.
    """
    while (chosen := _next(trail, estimators, paths)) is not None:
        estimator, epoch, state = chosen
        path, points = paths.setdefault(estimator, {}), []
        for point in informing(problem, state.x, estimator):
            points.append(point)
            yield len(path)
        path[epoch] = points[-1]


def _next(
    trail: Trail, estimators: Sequence[Estimator], paths: MutableMapping[Estimator, PlanePath]
) -> tuple[Estimator, int, State] | None:
    """The estimator that is furthest behind, and the epoch that it wants most."""
    kept = dict(trail.kept)
    for estimator in sorted(estimators, key=lambda e: len(paths.get(e, ()))):
        epoch = farthest(list(kept), list(paths.get(estimator, ())))
        if epoch is not None:
            return estimator, epoch, kept[epoch]
    return None


def steady(
    problem: Problem, trail: Trail, optimiser: Optimiser, found: MutableMapping[int, dict[str, Tensor]]
) -> Iterator[int]:
    """Fill `found` with what `Stability` reads, by epoch and in the same order."""
    probe = Stability(optimiser, _SIGNS, Sharpness(_TOLERANCE, _PRODUCTS))
    while (epoch := farthest([e for e, _ in trail.kept], list(found))) is not None:
        found[epoch] = dict(probe(problem, dict(trail.kept)[epoch]))
        yield len(found)
