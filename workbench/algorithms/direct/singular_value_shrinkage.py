"""Denoising of a matrix by its singular values."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.direct.formula import Formula
from workbench.operators import Identity
from workbench.parameters import Range
from workbench.priors.sparsity.patch_matrix import no_patches, patch_matrix, signal_of
from workbench.problem import Problem

Loss = Literal["frobenius", "operator", "nuclear"]


@dataclass(frozen=True)
class SingularValueShrinkage(Formula):
    """x = sum_i sigma sqrt(n) eta(s_i / (sigma sqrt(n))) u_i v_i* for y = sum_i s_i u_i v_i*: low rank with no weight.

    The matrix, m x n with m <= n, has patches as rows, as that of NuclearNorm. Noise makes a singular value l of the
    signal, in units of sigma sqrt(n), into y = sqrt((l + 1 / l) (l + b / l)), b = m / n, and turns its vectors; eta
    knows both, and is 0 below 1 + sqrt(b), where all is noise. As the matrix grows no other function of the singular
    values has a smaller error in the norm of `loss`. The prior has no say. Gavish & Donoho 2017,
    doi 10.1109/TIT.2017.2653801; in the operator norm Leeb 2020, doi 10.48550/arXiv.2005.11807, since theirs holds for
    square matrices.
    """

    formula = r"x = \sum_i \sigma \sqrt{n}\, \eta\left(\frac{s_i}{\sigma \sqrt{n}}\right) u_i v_i^*"

    loss: Annotated[Loss, "norm of the error that is least"] = "frobenius"
    patch: Annotated[int, Range(1, 16, unit="px"), "side of a patch; 1: the channels of each pixel"] = 8

    needs = Needs(linear=True, white=True, also=("noise on the picture itself: the operator Identity",))

    def lacks(self, problem: Problem) -> str:
        missing = super().lacks(problem)
        if not missing and not isinstance(problem.operator, Identity):
            return f"noise on the picture itself, and {type(problem.operator).__name__} stands before it"
        return missing or no_patches(problem.operator.in_shape, self.patch)

    def solution(self, problem: Problem) -> Tensor:
        y = problem.y.to(torch.promote_types(problem.y.dtype, torch.float64))
        parts = 2 if y.is_complex() else 1  # real and imaginary numbers have a noise each
        U, values, Vh = torch.linalg.svd(patch_matrix(y, self.patch), full_matrices=False)
        m, n = sorted((U.shape[1], Vh.shape[2]))
        unit = math.sqrt(n * parts / problem.noise.lipschitz(problem.y))
        return signal_of((U * (unit * shrunk(values / unit, m / n, self.loss))[:, None]) @ Vh, y.shape, self.patch)


def shrunk(values: Tensor, ratio: float, loss: Loss) -> Tensor:
    """eta of singular values in units of sigma sqrt(n), for a matrix of `ratio` times as many rows as columns, <= 1."""
    seen = values > 1 + math.sqrt(ratio)
    y = torch.where(seen, values, 2 + ratio)  # any value that is seen, where nothing is
    excess = y.square() - ratio - 1
    signal = ((excess + (excess.square() - 4 * ratio).clamp_min(0).sqrt()) / 2).sqrt()
    return torch.where(seen, _ETA[loss](signal, y, ratio), 0)


def _frobenius(signal: Tensor, y: Tensor, ratio: float) -> Tensor:
    return (signal.pow(4) - ratio) / (signal.square() * y)


def _operator(signal: Tensor, y: Tensor, ratio: float) -> Tensor:
    return signal * ((signal.square() + ratio) / (signal.square() + 1)).sqrt()


def _nuclear(signal: Tensor, y: Tensor, ratio: float) -> Tensor:
    return ((signal.pow(4) - ratio - math.sqrt(ratio) * signal * y) / (signal.square() * y)).clamp_min(0)


_ETA: Mapping[Loss, Callable[[Tensor, Tensor, float], Tensor]] = {
    "frobenius": _frobenius,
    "operator": _operator,
    "nuclear": _nuclear,
}
