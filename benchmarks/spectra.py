"""Top 20 and density of the Hessian of a 256 x 256 deblurring with smoothed total variation, beside SciPy's eigsh.

All see the same products in float32, counted by the operator itself; errors are against eigsh in double precision.
curvlinops and PyHessian, where they are installed, differentiate the same objective themselves.
"""

import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from scipy.sparse.linalg import LinearOperator as Matrix
from scipy.sparse.linalg import eigsh

from benchmarks import peers
from benchmarks.common import arguments, publish, table
from workbench.analysis.spectrum import Counted, Search, hessians, slq, top
from workbench.data import truth
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import SmoothedTotalVariation
from workbench.problem import Problem

K, STEPS, PROBES = 20, 80, 4
HEAD = ("", "seconds", "products", "largest error, relative", "error its interval admits")


def problem(side: int, dtype: torch.dtype) -> Problem:
    signal = truth("camera", side).reshape(1, 1, side, side).double()
    operator, prior = GaussianBlur((1, side, side), 1.5), SmoothedTotalVariation(10.0)
    made = Problem.simulate(operator, Gaussian(0.05), prior, signal)  # one draw of noise for both precisions
    return Problem(operator, made.noise, prior, made.y.to(dtype))


def hessian(side: int, dtype: torch.dtype) -> Counted:
    solved = problem(side, dtype)
    return Counted(hessians(solved, solved.start()).objective)


def matrix(operator: Counted, dtype: torch.dtype) -> Matrix:
    def apply(v: np.ndarray) -> np.ndarray:
        return operator(torch.as_tensor(v.copy(), dtype=dtype).reshape(1, *operator.in_shape)).numpy().ravel()

    size = operator.in_shape[1] * operator.in_shape[2]
    return Matrix((size, size), matvec=apply, dtype=str(dtype)[6:])


def timed(operator: Counted, call: Callable[[], Any]) -> tuple[Any, float, int]:
    operator(torch.zeros(PROBES, *operator.in_shape, dtype=torch.float32))  # the kernels compile on their first call
    operator.products, begin = 0, time.perf_counter()
    result = call()
    return result, time.perf_counter() - begin, operator.products


def others(operator: Counted, like: torch.Tensor, known: np.ndarray) -> list[tuple]:
    """Rows of the libraries that are there, each with its own products; of a call that fails, what it said."""
    if find_spec("curvlinops") is None or find_spec("pyhessian") is None:
        return [("curvlinops, PyHessian", "", "", "", "not installed: see peers.txt")]
    solved = problem(operator.in_shape[1], like.dtype)
    objective, x = lambda u: solved.objective(u).sum(), solved.start()
    rows = []
    for name, call in (
        (f"curvlinops with eigsh, top {K}, tolerance 1e-3", lambda: peers.curvlinops_top(objective, x, K, 1e-3)),
        (f"PyHessian, power iteration, top {K}", lambda: peers.pyhessian_top(objective, x, K)),
    ):
        begin = time.perf_counter()
        values, products = call()
        seconds = time.perf_counter() - begin
        rows.append((name, seconds, products, float(np.abs(np.sort(values)[::-1] / known - 1).max()), "none given"))
    begin = time.perf_counter()
    said = peers.pyhessian_density(objective, x, STEPS, PROBES)
    rows.append((f"PyHessian, density, m = {STEPS}, {PROBES} probes", time.perf_counter() - begin, "", "", said))
    return rows


def main() -> None:
    given = arguments(__doc__, repetitions=1, side=256)
    single, like = hessian(given.side, torch.float32), torch.zeros(())
    exact = hessian(given.side, torch.float64)
    known = np.sort(eigsh(matrix(exact, torch.float64), K, which="LA", return_eigenvectors=False))[::-1]
    rows = []
    with torch.no_grad():
        for tolerance in (1e-3, 1e-4):
            search = Search(tolerance, like=like)
            pairs, seconds, products = timed(single, lambda search=search: top(single, K, search))
            error = float(np.abs(pairs.values.numpy() / known - 1).max())
            name = f"ours, top {K}, tolerance {tolerance:g}" + ("" if pairs.converged else ", not converged")
            rows.append((name, seconds, products, error, float(pairs.residuals.max()) / known[0]))
            call = lambda t=tolerance: eigsh(  # noqa: E731
                matrix(single, torch.float32), K, which="LA", tol=t, return_eigenvectors=True
            )
            found, seconds, products = timed(single, call)
            error = float(np.abs(np.sort(found[0])[::-1] / known - 1).max())
            rows.append((f"SciPy eigsh, top {K}, tolerance {tolerance:g}", seconds, products, error, "none given"))
        measure, seconds, products = timed(single, lambda: slq(single, STEPS, PROBES, like=like))
        error = abs(float(measure.nodes[-1]) / known[0] - 1)
        rows.append((f"ours, density, m = {STEPS}, {PROBES} probes", seconds, products, error, ""))
    rows += others(single, like, known)
    note = f"lambda_max = {known[0]:.8g}, lambda_{K} = {known[-1]:.8g}; error of the density: that of its largest node."
    publish("spectra", {"rows": rows, "known": known.tolist()}, note, table(HEAD, rows))


if __name__ == "__main__":
    main()
