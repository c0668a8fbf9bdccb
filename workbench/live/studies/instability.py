"""What misleads the reconstruction most, and how wide it sees a point: both at the moment of the run in sight."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from workbench.live.studies.moment_study import MomentStudy
from workbench.tuning import PointSpread, WorstPerturbation, local_point_spread, unmoved, worst_perturbations

_ACCURACY, _STEPS = 1e-2, 40  # of a direction that is looked at, and iterations at most


@dataclass(frozen=True, eq=False)
class Instability:
    """At iteration k: the worst change of the data so far, after `steps` iterations, and a point in the middle."""

    k: int
    steps: int
    worst: WorstPerturbation
    point: PointSpread


class InstabilityStudy(MomentStudy[Instability]):
    """Power iteration through the solved problem, shown from its first step on."""

    def _lacking(self) -> str:
        return unmoved(self.session.seen[0], self.session.experiment.algorithm)

    def _sought(self) -> Callable[[], Iterator[Instability]] | None:
        problem, state = self.session.seen
        if self.unmet or state is None:
            return None
        one, x, k = replace(problem, y=problem.y[:1], truth=None), state.x[:1], state.k
        middle = tuple(side // 2 for side in x.shape[2:])

        def found() -> Iterator[Instability]:
            point = local_point_spread(one, x, middle, _ACCURACY)
            for steps, worst in enumerate(worst_perturbations(one, x, _ACCURACY, _STEPS)):
                yield Instability(k, steps, worst, point)

        return found
