"""The prior's half of an ADMM step."""

from typing import NamedTuple

import torch
from torch import Tensor

from workbench.kernels.admm_tv import PenaltyPace
from workbench.priors.base import Nearing
from workbench.problem import Problem
from workbench.tensors import Each, times

RELAX = 1.6  # over-relaxation


class SplitPass(NamedTuple):
    """z = K x but for what is left, its multiplier; if known, K*(rho z - multiplier) and where the prox's loop is."""

    z: Tensor
    dual: Tensor
    pull: Tensor | None
    prox: Nearing | None = None


def shrunk(problem: Problem, x: Tensor, before: SplitPass, rho: Each, longer: int = 1) -> SplitPass:
    """z and its multiplier after x: in one pass with their pull on the next x where the prior has one.

    A prox that is a loop goes on where it stood, by `longer` times as many steps as its prior says.
    """
    z, dual, _, loop = before
    pace = PenaltyPace(torch.as_tensor(rho, dtype=torch.float64).expand(len(x)), RELAX)
    fused = problem.prior.split_pass((x, z, dual), pace)
    if fused is not None:
        return SplitPass(*fused)
    h, K = problem.prior.periodic_split(problem.operator.in_shape)
    v = RELAX * K(x) + (1 - RELAX) * z + times(1 / rho, dual)
    prox = h.nearing(v, 1 / rho, h.gradual * longer, loop)
    return SplitPass(prox.x, times(rho, v - prox.x), None, prox if h.gradual else None)
