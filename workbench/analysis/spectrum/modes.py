"""Errors, filter factors and Picard's condition, mode by mode."""

import torch
from torch import Tensor

from workbench.analysis.spectrum.eigenpairs import Eigenpairs
from workbench.analysis.spectrum.lanczos import real_coordinates
from workbench.operators import LinearOperator
from workbench.tensors import norm2


def components(pairs: Eigenpairs, x: Tensor) -> Tensor:
    """<v_i, x> for every mode and item, (B, k): x is (B, *in_shape)."""
    flat = real_coordinates(x)
    return flat.double() @ pairs.vectors.to(flat.device).double().T


def error_split(pairs: Eigenpairs, error: Tensor) -> tuple[Tensor, Tensor]:
    """|error|^2 along every mode, (B, k), and what is left in all others, (B,)."""
    along = components(pairs, error).square()
    return along, (norm2(error).double() - along.sum(1)).clamp_min(0)


def filter_factors(pairs: Eigenpairs, operator: LinearOperator, x: Tensor, y: Tensor) -> Tensor:
    """phi_i in x = sum phi_i <u_i, y> / s_i v_i, (B, k), for pairs (s_i^2, v_i) of A*A: 1 where x is least squares.

    NaN where the data have nothing along a mode.
    """
    back = components(pairs, operator.adjoint(y))
    return torch.where(back != 0, pairs.values * components(pairs, x) / back, torch.nan)


def picard(pairs: Eigenpairs, operator: LinearOperator, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """s_i, (k,), |<u_i, y>| and their ratio, (B, k) each, for pairs (s_i^2, v_i) of A*A.

    Where the second no longer falls faster than the first, the data are noise. Hansen 1990, doi 10.1007/BF01933214.
    """
    sizes = pairs.values.clamp_min(0).sqrt()
    ratio = components(pairs, operator.adjoint(y)).abs() / pairs.values.abs().clamp_min(torch.finfo(torch.float64).tiny)
    return sizes, ratio * sizes, ratio
