"""The prior's half of an ADMM step."""

from typing import NamedTuple

import torch
from torch import Tensor

from workbench.kernels.admm_tv import PenaltyPace
from workbench.problem import Problem
from workbench.tensors import Each, each, times

RELAX = 1.6  # over-relaxation


class SplitPass(NamedTuple):
    """z = K x but for what is left, its multiplier, and K*(rho z - multiplier) where it is known."""

    z: Tensor
    dual: Tensor
    pull: Tensor | None


def shrunk(problem: Problem, x: Tensor, before: SplitPass, rho: Each) -> SplitPass:
    """z and its multiplier after x: in one pass with their pull on the next x where the prior has one."""
    z, dual, _ = before
    pace = PenaltyPace(torch.as_tensor(rho, dtype=torch.float64).expand(len(x)), RELAX)
    fused = problem.prior.split_pass((x, z, dual), pace)
    if fused is not None:
        return SplitPass(*fused)
    h, K = problem.prior.periodic_split(problem.operator.in_shape)
    v = RELAX * K(x) + (1 - RELAX) * z + times(1 / rho, dual)
    z = each(h.prox, 1 / rho, v)
    return SplitPass(z, times(rho, v - z), None)
