"""What an independent solver finds: CVXPY with Clarabel on a crop of a photograph. `python -m tests.reference`."""

import functools
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from workbench.algorithms import ADMM, FISTA, PDHG, Algorithm
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import TotalVariation, WaveletL1
from workbench.problem import Problem
from workbench.run import after, iterate, until

SIDE, SIGMA, WIDTH = 32, 0.02, 1.0
NAMES = ("TV deblurring", "wavelet deblurring")
SOLVERS: dict[str, Algorithm] = {"FISTA": FISTA(), "PDHG": PDHG(), "ADMM": ADMM()}
STEPS = {NAMES[0]: {"FISTA": 150, "PDHG": 4000, "ADMM": 1500}, NAMES[1]: dict.fromkeys(SOLVERS, 400)}


@dataclass(frozen=True)
class Reference:
    """A problem, and its least objective and minimiser as CVXPY finds them."""

    problem: Problem
    objective: float
    x: Tensor


@functools.cache
def reference(name: str) -> Reference:
    """One of NAMES in float64, solved by Clarabel to its 1e-8."""
    import cvxpy as cp

    problem, v = _problem(name), cp.Variable(SIDE * SIDE)
    # With wavelets the coefficients are the variables: in pixels Clarabel stops short of its tolerance.
    signal = np.eye(SIDE * SIDE) if name == NAMES[0] else _wavelets().T
    penalty = _total_variation(v) if name == NAMES[0] else cp.norm1(v[(SIDE // 8) ** 2 :])
    A, y = _blur() @ signal, problem.y.numpy().ravel()
    misfit = cp.quad_form(v, cp.psd_wrap(A.T @ A)) / 2 - (A.T @ y) @ v + y @ y / 2
    # In units of 1 / sigma^2, so that its numbers are of order one: Clarabel loses digits otherwise.
    objective = misfit + problem.prior.weight * SIGMA**2 * penalty
    value = cp.Problem(cp.Minimize(objective)).solve(solver="CLARABEL")
    return Reference(problem, float(value) / SIGMA**2, torch.tensor(signal @ v.value).reshape(problem.shape))


def solve(name: str, solver: str) -> Tensor:
    """The last iterate of one of SOLVERS on one of NAMES."""
    *_, last = until(iterate(_problem(name), SOLVERS[solver]), after(STEPS[name][solver]))
    return last.x


def photograph() -> Tensor:
    """A crop of the cameraman with his face and his camera, in [0, 1]: (1, 1, SIDE, SIDE)."""
    from skimage import data

    crop = data.camera()[96 : 96 + 4 * SIDE, 192 : 192 + 4 * SIDE].reshape(SIDE, 4, SIDE, 4).mean((1, 3))
    return torch.tensor(crop / 255, dtype=torch.float64)[None, None]


def _problem(name: str) -> Problem:
    # FISTA's prox of TV is itself iterative: its tolerance has to be finer than the agreement asked for.
    prior = TotalVariation(30.0, tolerance=1e-8, iterations=1000) if name == NAMES[0] else WaveletL1(30.0, "db2", 3)
    return Problem.simulate(GaussianBlur((1, SIDE, SIDE), WIDTH), Gaussian(SIGMA), prior, photograph())


# The three matrices below are written without the package, so that they check it.


def _blur() -> np.ndarray:
    offset = np.minimum(np.arange(SIDE), SIDE - np.arange(SIDE))
    row = np.exp(-(offset**2) / (2 * WIDTH**2))
    circulant = np.stack([np.roll(row / row.sum(), shift) for shift in range(SIDE)])
    return np.kron(circulant, circulant)


def _total_variation(x):
    import cvxpy as cp

    difference = np.diff(np.eye(SIDE), axis=0, append=np.eye(SIDE)[-1:])
    steps = cp.vstack([np.kron(np.eye(SIDE), difference) @ x, np.kron(difference, np.eye(SIDE)) @ x])
    return cp.sum(cp.norm(steps, axis=0))


def _wavelets() -> np.ndarray:
    import pywt

    columns = []
    for unit in np.eye(SIDE * SIDE):
        coarse, *levels = pywt.wavedec2(unit.reshape(SIDE, SIDE), "db2", mode="periodization", level=3)
        columns.append(np.concatenate([coarse.ravel(), *(band.ravel() for level in levels for band in level)]))
    return np.stack(columns, axis=1)


if __name__ == "__main__":
    for case in NAMES:
        known = reference(case)
        print(f"{case}: CVXPY {known.objective:.9g}")
        for each in SOLVERS:
            found = solve(case, each)
            excess = float(known.problem.objective(found)) / known.objective - 1
            apart = float((found - known.x).abs().max())
            print(f"  {each:5} {STEPS[case][each]:5} steps: objective {excess:+.1e} relative, max |x - x*| {apart:.1e}")
