"""Objective and residual of a state, for one A."""

from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.algorithms import State
from workbench.noise import Noise
from workbench.problem import Problem
from workbench.run import OBJECTIVE, Quantity, reads
from workbench.tensors import norm

RESIDUAL = Quantity("Residual", ("residual",), "|Ax − y| / |y|", log=True)


@reads(RESIDUAL)
def residual(problem: Problem, state: State) -> Mapping[str, Tensor]:
    """The relative data residual |A(x) - y| / |y|, of the data that were measured; a known background is in A(x)."""
    return {"residual": _relative(problem, problem.operator(state.x))}


def _relative(problem: Problem, clean: Tensor) -> Tensor:
    y, noise = problem.y, problem.noise
    clean = noise.noiseless(clean)
    if type(noise).measured is not Noise.measured:  # where nothing was measured anything may stand, a dead pixel's 1e6
        kept = noise.measured(y)
        clean, y = torch.where(kept, clean, 0), torch.where(kept, y, 0)
    return norm(clean - y) / norm(y).clamp_min(torch.finfo(y.dtype).tiny)


class DataFit:
    """The probes of the objective and of the residual, which apply A once for both."""

    def __init__(self) -> None:
        self._last: tuple[State, Problem, Tensor] | None = None

    @reads(OBJECTIVE)
    def objective(self, problem: Problem, state: State) -> Mapping[str, Tensor]:
        """The objective and its two terms: as `run.objective`."""
        misfit, prior = problem.terms(state.x, self._clean(problem, state))
        return {"objective": misfit + prior, "misfit": misfit, "prior": prior}

    @reads(RESIDUAL)
    def residual(self, problem: Problem, state: State) -> Mapping[str, Tensor]:
        """|A(x) - y| / |y|."""
        return {"residual": _relative(problem, self._clean(problem, state))}

    def _clean(self, problem: Problem, state: State) -> Tensor:
        last = self._last  # read once: another thread may look at another state
        if last is None or last[0] is not state or last[1] is not problem:
            last = self._last = (state, problem, problem.operator(state.x))
        return last[2]
