"""A warm path of solves: each weight begins where its neighbour ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Annotated, Any

import torch
from torch import Tensor

from workbench.algorithms import ADMM, Algorithm, ProximalGradient, State
from workbench.algorithms.choice import suited
from workbench.operators import Identity, LinearOperator
from workbench.parameters import Checked, Range
from workbench.problem import Problem
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.run import guard, iterate, resume, until
from workbench.stopping import Change, Stop
from workbench.stopping.risk import NUDGE, direction, followed, risk_of
from workbench.tensors import dot, stream
from workbench.tuning.modes import closed_point, modes
from workbench.tuning.path import PathPoint, WeightPath
from workbench.tuning.scales import grid, usual_weight, weighed


@dataclass(frozen=True)
class Walk(metaclass=Checked):
    """How a path is solved: from the middle of the grid up, then from the middle down, each from its neighbour's state.

    Data and the same data moved by a tenth of their noise go along as one batch, with the same steps: the difference of
    both is the derivative of what is really computed, converged or not, so that SURE holds for it. Closed forms, where
    modes are known, need neither. Ramani, Blu & Unser 2008, doi 10.1109/TIP.2008.2001404.
    """

    algorithm: Annotated[Algorithm | None, "method; left out, the one that suits the problem"] = None
    stop: Annotated[Stop, "what ends the solve of one weight"] = Change(1e-2, 3)
    steps: Annotated[int, Range(10, 5000, log=True, limits=(1, 10_000_000)), "most iterations of one weight"] = 300
    count: Annotated[int, Range(5, 100, limits=(5, 10_000)), "number of weights"] = 25
    decades: Annotated[float, Range(1, 8, limits=(0.01, 30)), "powers of ten from the first weight to the last"] = 4.0
    where: Annotated[str, "the weight's path inside the prior"] = "weight"
    seed: Annotated[int, SEEDS, "seed of the direction in which data are moved"] = 0

    def weights(self, problem: Problem) -> list[float]:
        """The grid about what is usual for such a problem."""
        return grid(usual_weight(problem, self.where), self.count, self.decades)

    def points(
        self, problem: Problem, weights: Sequence[float] | None = None, derivative: bool = True
    ) -> Iterator[PathPoint]:
        """The points, one after the other; who stops asking stops the work. `derivative`: with their optimism."""
        chosen = sorted(self.weights(problem) if weights is None else weights)
        _require(chosen)
        if modes(at_weight(problem, chosen[0], self.where)):
            for weight in chosen:
                own = at_weight(problem, weight, self.where)
                found = modes(own)
                assert found is not None
                with torch.no_grad():
                    yield closed_point(own, weight, found)
            return
        probe = self._probe(problem) if derivative else None
        moved = problem if probe is None else _doubled(problem, probe)
        middle = len(chosen) // 2
        state = first = None
        for weight in chosen[middle:]:
            state = self._solved(moved, weight, state)
            first = first or state
            yield self._point(problem, weight, state, probe)
        state = first
        for weight in reversed(chosen[:middle]):
            state = self._solved(moved, weight, state)
            yield self._point(problem, weight, state, probe)

    def beyond(self, path: WeightPath, low: bool | None) -> list[float]:
        """Half as many weights again beyond one end of a whole path, as far from each other; none for None."""
        weights = path.weights
        if low is None or len(weights) < self.count:
            return []
        ratio = float(weights[1] / weights[0])
        more = range(1, max(5, self.count // 2) + 1)
        return [float(weights[0]) * ratio**-k if low else float(weights[-1]) * ratio**k for k in more]

    def solver(self, problem: Problem) -> Algorithm[Any]:
        """The method of the walk: what suits the problem, but for a prox that is a loop and forgets where it ended."""
        if self.algorithm is not None:
            return self.algorithm
        found = suited(problem).algorithm
        shape = problem.operator.in_shape
        forgets = isinstance(found, ProximalGradient) and not isinstance(problem.prior.linear(shape), Identity)
        return ADMM() if forgets and not ADMM().unmet(problem) else found

    def _solved(self, problem: Problem, weight: float, before: State | None) -> State:
        own = at_weight(problem, weight, self.where)
        algorithm = self.solver(own)
        if before is None:
            states: Iterator[State] = iterate(own, algorithm, seed=self.seed)
        else:
            with torch.no_grad():
                begun = replace(algorithm.adapt(own, before), k=0)
            states = chain([begun], resume(own, algorithm, begun, self.seed))
        rule = self.stop.begin(own, algorithm)
        *_, last = guard(own, algorithm, until(states, lambda state: state.k >= self.steps or rule(state)))
        return last

    def _probe(self, problem: Problem) -> Tensor | None:
        """A direction that data may move in: the noise's deviation with random signs; None where none is known."""
        try:
            return direction(problem, stream(self.seed, "direction that data move in"))
        except Refusal:
            return None

    def _point(self, problem: Problem, weight: float, state: State, probe: Tensor | None) -> PathPoint:
        own = at_weight(problem, weight, self.where)
        with torch.no_grad():
            x = state.x[: len(problem.y)]
            clean = own.operator(x)
            misfit, prior = (float(term.sum()) for term in own.terms(x, clean))
            if probe is None:
                return PathPoint(weight, x, clean, misfit, prior, state.k)
            beyond = state.x[len(problem.y) :]
            each = followed(probe, own.operator(beyond) - clean)
            optimism, risk = float(each.double().sum()), risk_of(own, clean, each)
            A = own.operator
            back = A.pseudo_inverse(probe) if isinstance(A, LinearOperator) else None
            projected = None if back is None else float(dot(back, beyond - x).sum()) / NUDGE
        return PathPoint(weight, x, clean, misfit, prior, state.k, optimism, projected, risk)


def at_weight(problem: Problem, weight: float, where: str = "weight") -> Problem:
    """The problem with that weight of its prior."""
    return replace(problem, prior=weighed(problem.prior.given, weight, where))


def _doubled(problem: Problem, probe: Tensor) -> Problem:
    return replace(problem, y=torch.cat([problem.y, problem.y + NUDGE * probe]), truth=None)


def _require(weights: Sequence[float]) -> None:
    if len(weights) < 5 or weights[0] <= 0 or any(low == high for low, high in pairwise(weights)):
        came = f"{len(weights)} weights from {weights[0] if weights else 'none':g}" if weights else "none"
        raise Refusal("at least 5 different weights above 0", came, "give a range, such as 0.1:100")
