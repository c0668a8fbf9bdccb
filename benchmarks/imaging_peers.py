"""How PyProximal and SCICO are asked to solve the problems of `imaging`: our data, our objective, their code.

A `setting` is their ratio of steps, penalty or step: `imaging` tries three, by factors of three about the best for
these very problems; ours are the defaults.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.problem import Problem

Watch = Callable[[Any], None]
_FOR_EVER, _HALF = 100_000, 0.5**0.5


def deblur_pyproximal(problem: Problem, setting: float, watch: Watch) -> None:
    """Our transfer function through SciPy's real FFT."""
    from scipy import fft

    space = problem.operator.in_shape[1:]
    gain = gain_of(problem)

    def blur(x: np.ndarray) -> np.ndarray:
        return fft.irfft2(gain * fft.rfft2(x.reshape(space)), space).ravel()

    _primal_dual(problem, (blur, blur), (1.0, setting), watch)


def scan_pyproximal(problem: Problem, setting: float, watch: Watch) -> None:
    _primal_dual(problem, projector(problem), (problem.norm(), setting), watch)


def projector(problem: Problem) -> tuple[Callable, Callable]:
    """ASTRA's linear projector, which has our weights, and its adjoint; lengths in sides of the image."""
    from benchmarks.peers import Astra

    side, operator = problem.operator.in_shape[-1], problem.operator
    astra = Astra("linear", problem.zeros().real, operator.degrees(), operator.out_shape[-1])

    def project(x: np.ndarray) -> np.ndarray:
        astra.image[:] = x.reshape(side, side)
        astra.forward()
        return astra.sinogram.ravel() / side

    def backproject(y: np.ndarray) -> np.ndarray:
        astra.sinogram[:] = y.reshape(astra.sinogram.shape)
        astra.adjoint()
        return astra.back.ravel() / side

    return project, backproject


def coils_pyproximal(problem: Problem, setting: float, watch: Watch) -> None:
    """Our mask and maps through SciPy's FFT."""
    from scipy import fft

    mask, maps = _coils(problem)
    shape = maps.shape

    def measure(x: np.ndarray) -> np.ndarray:
        return (mask * fft.fft2(maps * x.reshape(shape[1:]), norm="ortho")).ravel()

    def back(y: np.ndarray) -> np.ndarray:
        return (maps.conj() * fft.ifft2(mask * y.reshape(shape), norm="ortho")).sum(0).ravel()

    shifted = np.fft.ifftshift(problem.y[0].numpy(), axes=(-2, -1))
    _primal_dual(problem, (measure, back), (1.0, setting), watch, shifted)


def fill_pyproximal(problem: Problem, setting: float, watch: Watch) -> None:
    """FISTA on the coefficients of PyWavelets' periodic transform, whose coarsest ones are free."""
    import pyproximal
    import pywt

    prior, sigma = problem.prior, problem.noise.sigma
    shape, keep = problem.operator.in_shape[1:], problem.operator(problem.zeros() + 1)[0, 0].numpy()
    first = pywt.wavedec2(np.zeros(shape, np.float32), prior.wavelet, "periodization", prior.levels)
    array, slices = pywt.coeffs_to_array(first)
    weights = np.full(array.shape, prior.weight, np.float32)
    weights[slices[0]] = 0

    def image(coefficients: np.ndarray) -> np.ndarray:
        parts = pywt.array_to_coeffs(coefficients.reshape(array.shape), slices, "wavedec2")
        return pywt.waverec2(parts, prior.wavelet, "periodization")

    def analyse(x: np.ndarray) -> np.ndarray:
        parts = pywt.wavedec2(x.reshape(shape), prior.wavelet, "periodization", prior.levels)
        return pywt.coeffs_to_array(parts)[0].ravel()

    operator = _linear(lambda c: (keep * image(c)).ravel(), lambda y: analyse(keep * y.reshape(shape)), array.size)
    misfit = pyproximal.L2(Op=operator, b=problem.y.numpy().ravel(), sigma=1 / sigma**2)
    sparse = pyproximal.L1(sigma=weights.ravel())
    start = np.zeros(array.size, np.float32)
    pyproximal.optimization.primal.ProximalGradient(
        misfit,
        sparse,
        start,
        tau=setting * sigma**2,
        niter=_FOR_EVER,
        acceleration="fista",
        callback=lambda c: watch(image(c)),
    )


def deblur_scico(problem: Problem, setting: float, watch: Watch) -> None:
    import jax.numpy as jnp

    gain, space = jnp.asarray(gain_of(problem)), problem.operator.in_shape[1:]
    _admm(problem, lambda x: jnp.fft.irfft2(gain * jnp.fft.rfft2(x), space), problem.y[0, 0].numpy(), setting, watch)


def coils_scico(problem: Problem, setting: float, watch: Watch) -> None:
    import jax.numpy as jnp

    mask, maps = (jnp.asarray(part) for part in _coils(problem))
    shifted = np.fft.ifftshift(problem.y[0].numpy(), axes=(-2, -1))
    _admm(problem, lambda x: mask * jnp.fft.fft2(maps * x, norm="ortho"), shifted, setting, watch)


def slopes_pyproximal(problem: Problem, setting: float, watch: Watch) -> None:
    """TGV as the primal-dual pair of u and w, by the differences of `slopes_of`."""
    import pyproximal

    there, back, norm = slopes_of(problem)
    space, prior, sigma = problem.operator.in_shape[1:], problem.prior, problem.noise.sigma
    count, y = int(np.prod(space)), problem.y.numpy().ravel()

    class Misfit(pyproximal.ProxOperator):
        """|u - y|^2 / 2 of the first of three fields."""

        def __init__(self) -> None:
            super().__init__(None, False)

        def __call__(self, x: np.ndarray) -> float:
            return float(((x[:count] - y) ** 2).sum() / 2)

        def prox(self, x: np.ndarray, tau: float) -> np.ndarray:
            out = x.copy()
            out[:count] = (x[:count] + tau * y) / (1 + tau)
            return out

    weight = prior.weight * sigma**2
    outer = pyproximal.VStack(
        [pyproximal.L21(2, sigma=weight), pyproximal.L21(3, sigma=weight * prior.ratio)], [2 * count, 3 * count]
    )
    operator = _linear(
        lambda x: there(x.reshape(3, *space)).ravel(),
        lambda p: back(p.reshape(5, *space)).ravel(),
        3 * count,
        outputs=5 * count,
    )
    step = 0.99 / norm
    pyproximal.optimization.primaldual.PrimalDual(
        Misfit(), outer, operator, np.concatenate([y, np.zeros(2 * count, y.dtype)]), step / setting, step * setting,
        niter=_FOR_EVER, callback=lambda x: watch(x[:count]),
    )  # fmt: skip


def slopes_of(problem: Problem) -> tuple[Callable, Callable, float]:
    """(u, w) -> (D u - w, E w) of our TGV in NumPy, (3, H, W) to (5, H, W), its adjoint, and a bound of its norm."""

    def there(x: np.ndarray) -> np.ndarray:
        u, down, right = x
        out = np.zeros((5, *u.shape), x.dtype)
        out[0, :-1] = u[1:] - u[:-1]
        out[1, :, :-1] = u[:, 1:] - u[:, :-1]
        out[:2] -= x[1:]
        out[2, 1:-1] = down[1:-1] - down[:-2]
        out[3, :, 1:-1] = right[:, 1:-1] - right[:, :-2]
        out[4, :-1, 1:] += _HALF * (down[:-1, 1:] - down[:-1, :-1])
        out[4, 1:, :-1] += _HALF * (right[1:, :-1] - right[:-1, :-1])
        return out

    def back(p: np.ndarray) -> np.ndarray:
        out = np.zeros((3, *p.shape[1:]), p.dtype)
        out[0, 1:] += p[0, :-1]
        out[0, :-1] -= p[0, :-1]
        out[0, :, 1:] += p[1, :, :-1]
        out[0, :, :-1] -= p[1, :, :-1]
        out[1:] = -p[:2]
        out[1, 1:-1] += p[2, 1:-1]
        out[1, :-2] -= p[2, 1:-1]
        out[2, :, 1:-1] += p[3, :, 1:-1]
        out[2, :, :-2] -= p[3, :, 1:-1]
        mixed = _HALF * p[4]
        out[1, :-1, 1:] += mixed[:-1, 1:]
        out[1, :-1, :-1] -= mixed[:-1, 1:]
        out[2, 1:, :-1] += mixed[1:, :-1]
        out[2, :-1, :-1] -= mixed[1:, :-1]
        return out

    return there, back, 8.5**0.5 + 0.5  # sqrt(8 + 1/2 + sqrt(1/4 + 8)), rounded up


def _primal_dual(
    problem: Problem, pair: tuple, scale: tuple[float, float], watch: Watch, y: np.ndarray | None = None
) -> None:
    """PDHG on the operator above the differences, whose norm and whose best ratio of steps it is told."""
    import pylops
    import pyproximal

    space, sigma, (norm, balance) = problem.operator.in_shape[1:], problem.noise.sigma, scale
    data = (problem.y.numpy() if y is None else y).ravel()
    dtype = data.dtype
    gradient = pylops.Gradient(space, kind="forward", edge=False, dtype=dtype)
    # |A x - y|^2 / 2 + lambda TV, divided by |A|^2: then both parts of the stacked operator have norms near one.
    stacked = pylops.VStack([(1 / norm) * _linear(*pair, int(np.prod(space)), dtype, data.size), gradient])
    misfit = pyproximal.L2(b=data / norm)
    total_variation = pyproximal.L21(2, sigma=problem.prior.weight * (sigma / norm) ** 2)
    outer = pyproximal.VStack([misfit, total_variation], [data.size, 2 * int(np.prod(space))])
    start, step = np.zeros(int(np.prod(space)), dtype), 0.99 / (1 + 8) ** 0.5
    zero = pyproximal.L2(sigma=0.0)
    pyproximal.optimization.primaldual.PrimalDual(
        zero, outer, stacked, start, step / balance, step * balance, niter=_FOR_EVER, callback=watch
    )


def _linear(forward: Callable, adjoint: Callable, inputs: int, dtype: Any = np.float32, outputs: int = 0) -> Any:
    import pylops

    return pylops.FunctionOperator(forward, adjoint, outputs or inputs, inputs, dtype=dtype)


def _admm(problem: Problem, apply: Callable, y: np.ndarray, rho: float, watch: Watch) -> None:
    """ADMM with conjugate gradients, SCICO's way where no solver in closed form fits; rho in units of the curvature."""
    import jax.numpy as jnp
    from scico import functional, linop, loss
    from scico.optimize.admm import ADMM, LinearSubproblemSolver

    space, scale = problem.operator.in_shape[1:], 1 / problem.noise.sigma**2
    operator = linop.LinearOperator(space, y.shape, eval_fn=apply, input_dtype=y.dtype, output_dtype=y.dtype)
    gradient = linop.FiniteDifference(space, input_dtype=y.dtype, append=0)
    solver = ADMM(
        f=loss.SquaredL2Loss(y=jnp.asarray(y), A=operator, scale=scale / 2),
        g_list=[problem.prior.weight * functional.L21Norm()],
        C_list=[gradient],
        rho_list=[rho * scale],
        x0=jnp.zeros(space, y.dtype),
        subproblem_solver=LinearSubproblemSolver(cg_kwargs={"tol": 1e-4, "maxiter": 20}),
        maxiter=1,
    )
    for _ in range(_FOR_EVER):
        solver.step()
        watch(np.asarray(solver.x))


def gain_of(problem: Problem) -> np.ndarray:
    """The transfer function of a blur, for real signals."""
    spike = problem.zeros()
    spike[..., 0, 0] = 1
    return np.fft.rfft2(problem.operator(spike)[0, 0].numpy()).real.astype(np.float32)


def _coils(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Mask, the zero frequency first, and maps."""
    operator = problem.operator
    mask = np.fft.ifftshift(operator.mask().numpy(), axes=(-2, -1)).astype(np.float32)
    return mask.reshape(mask.shape[-2:]), operator.maps().numpy().astype(np.complex64)
