"""Errors, filter factors and Picard's condition, mode by mode."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from workbench.analysis.spectrum.eigenpairs import Eigenpairs
from workbench.analysis.spectrum.lanczos import real_coordinates
from workbench.analysis.spectrum.spectrum_estimate import SpectrumEstimate
from workbench.noise import Gaussian
from workbench.operators import LinearOperator
from workbench.tensors import norm2

Array = np.ndarray
PICARD = ("s", "|⟨u, y⟩|", "ratio", "filter")


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


@dataclass(frozen=True)
class Split:
    """Mode by mode: eigenvalues, |error|^2 first and now; `picard` by name, with the filter factors, or empty."""

    values: Array
    first: Array
    now: Array
    picard: dict[str, Array]


def split(found: SpectrumEstimate, errors: list[tuple[int, Tensor]], x: Tensor | None) -> Split | None:
    """The modes at the top of the spectrum, once they are known.

    Picard's plot and the filter factors are there for modes of the data term of linear operators and Gaussian noise.
    """
    pairs, problem = found.pairs, found.hessians.problem
    if pairs is None:
        return None
    values, noise, A = pairs.values.numpy(), problem.noise, problem.operator
    empty = np.full(len(values), np.nan)
    first, now = (errors[i][1][:-1].numpy() for i in (0, -1)) if errors else (empty, empty)
    if not found.of_data or not isinstance(A, LinearOperator) or not isinstance(noise, Gaussian):
        return Split(values, first, now, {})
    gram = replace(pairs, values=noise.sigma**2 * pairs.values)
    sizes, data, ratio = picard(gram, A, problem.y)
    factors = empty if x is None else filter_factors(gram, A, x, problem.y)[0].numpy()
    return Split(
        values, first, now, dict(zip(PICARD, (sizes.numpy(), data[0].numpy(), ratio[0].numpy(), factors), strict=True))
    )


def mode(found: SpectrumEstimate, index: int) -> Tensor:
    """An eigenvector as a picture, (1, *its shape): how the picture changes along it; the finding has its pairs."""
    assert found.pairs is not None
    at = found.hessians
    vector = found.pairs.signals(at.objective, at.x)[index : index + 1]
    phi = at.problem.parametrisation
    return vector if phi.linear and phi.in_shape == phi.out_shape else phi.at(at.x)(vector)
