"""Image problems solved to CVXPY's optimum, and what their certificates say. `python -m tests.certified`."""

import functools
from dataclasses import dataclass

import numpy as np
import scipy.sparse
import torch
from torch import Tensor

from tests.laws.small import matrix
from workbench.algorithms import ADMM, FISTA, PDHG, Algorithm, ConjugateGradient, ProximalNewton
from workbench.analysis.certificates import Certificate, certify
from workbench.noise import Gaussian, Noise, Poisson
from workbench.operators import (
    Downsample,
    FourierMask,
    GaussianBlur,
    Gradient,
    Identity,
    LinearOperator,
    Mask,
    MotionBlur,
    Radon,
)
from workbench.priors import (
    L1,
    Box,
    ElasticNet,
    HuberTV,
    NonNegative,
    NuclearNorm,
    Prior,
    Sum,
    Tikhonov,
    TotalVariation,
    WaveletL1,
    WeightedTotalVariation,
)
from workbench.problem import Problem
from workbench.run import after, iterate, until

SIDE = 24
SHAPE = (1, SIDE, SIDE)
LOOKS = (0, 1, 10, 100)
LONGEST, EVERY, ENOUGH = 6000, 250, 7e-7  # from then on a look now and then, until the gap is so small


def ramp() -> tuple[tuple[float, ...], ...]:
    """Weights that rise from a corner to the opposite one."""
    return tuple(tuple((SIDE + row + column) / (3 * SIDE - 2) for column in range(SIDE)) for row in range(SIDE))


@dataclass(frozen=True)
class Case:
    """A problem, the algorithm that solves it here."""

    operator: LinearOperator
    noise: Noise
    prior: Prior
    algorithm: Algorithm
    scene: str = "camera"


CASES = {
    "deblurring": Case(GaussianBlur(SHAPE, 1.0), Gaussian(0.02), TotalVariation(30.0), ADMM()),
    "motion": Case(MotionBlur(SHAPE, 4.0), Gaussian(0.03), TotalVariation(15.0, isotropic=False), ADMM(), "moon"),
    "denoising": Case(Identity(SHAPE), Gaussian(0.1), TotalVariation(12.0), ADMM(), "coins"),
    "counts": Case(Identity(SHAPE), Poisson(60.0), WaveletL1(4.0, "haar", 2), PDHG(), "coins"),
    "inpainting": Case(Mask(SHAPE, 0.7), Gaussian(0.05), TotalVariation(10.0), PDHG()),
    "missing wavelets": Case(Mask(SHAPE, 0.7), Gaussian(0.04), WaveletL1(20.0, "haar", 2), FISTA()),
    "superresolution": Case(Downsample(SHAPE), Gaussian(0.05), Tikhonov(20.0), ConjugateGradient()),
    "tomography": Case(Radon(SHAPE, 16), Poisson(200.0), TotalVariation(20.0, isotropic=False), PDHG(), "coins"),
    "rays": Case(Radon(SHAPE, 16), Gaussian(0.1), TotalVariation(10.0), ProximalNewton()),
    "few views": Case(Radon(SHAPE, 30), Gaussian(0.1), Box(0.0, 1.0), FISTA(), "moon"),
    "resonance": Case(FourierMask(SHAPE, 0.5), Gaussian(0.02), TotalVariation(20.0), ADMM()),
    "sparse": Case(GaussianBlur(SHAPE, 0.7), Gaussian(0.1), L1(5.0), FISTA(), "moon"),
    "photons": Case(MotionBlur(SHAPE, 5.0), Poisson(200.0), NonNegative(), PDHG(), "coins"),
    "fused": Case(Identity(SHAPE), Gaussian(0.1), Sum(TotalVariation(5.0), L1(8.0)), ADMM(), "moon"),
    "smooth edges": Case(Mask(SHAPE, 0.8), Gaussian(0.05), HuberTV(10.0, 0.05), PDHG()),
    "known edges": Case(Mask(SHAPE, 0.8), Gaussian(0.05), WeightedTotalVariation(15.0, ramp()), ADMM(), "coins"),
    "elastic": Case(Radon(SHAPE, 24), Gaussian(0.2), ElasticNet(2.0, 5.0), FISTA(), "moon"),
    "low rank": Case(Mask(SHAPE, 0.8), Gaussian(0.05), NuclearNorm(20.0, 4), FISTA(), "coins"),
    "light": Case(MotionBlur(SHAPE, 3.0), Gaussian(0.05), NonNegative(), FISTA(), "coins"),
}
_CROPS = {"camera": (96, 192), "coins": (30, 40), "moon": (150, 60)}


@functools.cache
def problem(name: str) -> Problem:
    case = CASES[name]
    return Problem.simulate(case.operator, case.noise, case.prior, crop(case.scene))


def crop(scene: str) -> Tensor:
    """A crop of one of scikit-image's photographs at a quarter of its resolution, in [0, 1]: (1, 1, SIDE, SIDE)."""
    from skimage import data

    (row, column), side = _CROPS[scene], 4 * SIDE
    picture = getattr(data, scene)()[row : row + side, column : column + side]
    means = picture.reshape(SIDE, 4, SIDE, 4).mean((1, 3))
    return torch.tensor(means / means.max(), dtype=torch.float64)[None, None]


@functools.cache
def optimum(name: str) -> float:
    """The least objective as Clarabel finds it."""
    import cvxpy as cp

    case, scale = CASES[name], _scale(CASES[name].noise)
    x = cp.Variable(SIDE * SIDE, complex=case.operator.field.name == "COMPLEX")
    A, y = matrix(case.operator).numpy(), problem(name).y.numpy().ravel()
    seen = np.abs(A).max(1) > (
        1e-12 if isinstance(case.noise, Gaussian) else -1
    )  # a row of zeros has a constant misfit
    rest = float(np.sum(np.abs(y[~seen]) ** 2)) / 2
    y, clean = y[seen], scipy.sparse.csr_matrix(np.where(np.abs(A[seen]) > 1e-15, A[seen], 0)) @ x
    terms, constraints = _prior(case.prior, x)
    # In units in which the curvature of the misfit is of order one: Clarabel loses digits otherwise.
    misfit, rules = _misfit(case.noise, clean, y)
    objective = misfit + sum(t / scale for t in terms)
    exact = dict.fromkeys(("tol_gap_abs", "tol_gap_rel", "tol_feas"), 1e-10)
    value = cp.Problem(cp.Minimize(objective), rules + constraints).solve(solver="CLARABEL", **exact)
    return (float(value) + rest) * scale


def _scale(noise: Noise) -> float:
    return 1 / noise.sigma**2 if isinstance(noise, Gaussian) else noise.peak


def _misfit(noise: Noise, clean, y: np.ndarray):
    """nll / _scale, and constraints on the variables it brings along."""
    import cvxpy as cp

    if isinstance(noise, Gaussian):
        return cp.sum_squares(clean - y) / 2, []
    # From the formula: the counts' deviance above clean = 0, a parabola of the same value and slope below.
    b, low = noise.background, cp.Variable(len(y))
    high = clean - low + b
    bend = np.maximum(y, b) / b**2
    # The sum over high >= b, low <= 0 of both parts, least over their split: the noise's own convex extension.
    value = cp.sum(high) - y.sum() - y @ cp.log(high) + np.sum(y * np.log(np.where(y > 0, y, 1)))
    part = (1 - y / b) @ low + bend @ cp.square(low) / 2
    return value + part, [high >= b, low <= 0]


def _prior(prior: Prior, x) -> tuple[list, list]:
    """Its terms and its constraints."""
    import cvxpy as cp

    if isinstance(prior, Sum):
        (terms, rules), (more, others) = _prior(prior.first, x), _prior(prior.second, x)
        return terms + more, rules + others
    if isinstance(prior, TotalVariation | WeightedTotalVariation | HuberTV):
        return [prior.weight * _differences(prior, x)], []
    if isinstance(prior, ElasticNet):
        return [prior.weight * cp.norm1(x), prior.ridge / 2 * cp.sum_squares(x)], []
    if isinstance(prior, NuclearNorm):
        cells, patch = SIDE // prior.patch, prior.patch
        places = np.arange(SIDE * SIDE).reshape(cells, patch, cells, patch).swapaxes(1, 2).reshape(cells**2, -1)
        return [prior.weight * cp.normNuc(cp.vstack([x[place] for place in places]))], []
    if isinstance(prior, WaveletL1):
        return [prior.weight * cp.norm1(_details(prior) @ x)], []
    if isinstance(prior, L1):
        return [prior.weight * cp.norm1(x)], []
    if isinstance(prior, Tikhonov):
        return [prior.weight / 2 * cp.sum_squares(x)], []
    if isinstance(prior, Box):
        return [], [x >= prior.low, x <= prior.high]
    return [], [x >= 0]


def _differences(prior: TotalVariation | WeightedTotalVariation | HuberTV, x):
    """The sum over pixels."""
    import cvxpy as cp

    D = matrix(Gradient(SHAPE)).numpy().reshape(2, SIDE * SIDE, SIDE * SIDE)
    steps = cp.vstack([D[0] @ x, D[1] @ x])
    if isinstance(prior, TotalVariation) and not prior.isotropic:
        return cp.sum(cp.abs(steps))
    if isinstance(prior, HuberTV):
        return cp.sum(cp.huber(cp.norm(steps, axis=0), prior.delta)) / (2 * prior.delta)
    sizes = cp.norm(steps, axis=0)
    return np.ravel(prior.weights) @ sizes if isinstance(prior, WeightedTotalVariation) else cp.sum(sizes)


def _details(prior: WaveletL1) -> np.ndarray:
    import pywt

    columns = []
    for unit in np.eye(SIDE * SIDE):
        picture = unit.reshape(SIDE, SIDE)
        _, *levels = pywt.wavedec2(picture, prior.wavelet, mode="periodization", level=prior.levels)
        columns.append(np.concatenate([band.ravel() for level in levels for band in level]))
    return np.stack(columns, axis=1)


@functools.cache
def looks(name: str) -> dict[int, tuple[float, Certificate]]:
    """The objective and the certificate on the way, by k."""
    found, solved, algorithm = {}, problem(name), CASES[name].algorithm
    for state in until(iterate(solved, algorithm), after(LONGEST)):
        if state.k in LOOKS or state.k % EVERY == 0:
            found[state.k] = float(solved.objective(state.x)), certify(solved, algorithm, state)
            if float(found[state.k][1].relative) <= ENOUGH:
                break
    return found


def table() -> str:
    """A line a problem: what CVXPY and we find, and the certified gap against the true one on the way."""
    lines = ["| problem | operator, noise, prior | algorithm, k | CVXPY | ours - CVXPY | certified |", "|" + "---|" * 6]
    for name, case in CASES.items():
        k, (value, proof) = max(looks(name).items())
        parts = ", ".join(type(part).__name__ for part in (case.operator, case.noise, case.prior))
        best, solver = optimum(name), f"{type(case.algorithm).__name__}, {k}"
        excess, relative = value / best - 1, float(proof.relative)
        lines.append(f"| {name} | {parts} | {solver} | {best:.8g} | {excess:+.1e} | {proof.kind} {relative:.1e} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
