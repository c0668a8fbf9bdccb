"""How other libraries are asked for the prox of t TV: each tells every iterate, or is run for so many steps.

A `setting` is a ratio of steps or a penalty: `tv_prox` tries three; those whose method has none take one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import peers

Watch = Callable[[Any], None]
_FOR_EVER = 100_000


def chambolle(y: np.ndarray, t: float, steps: int) -> np.ndarray:
    from skimage.restoration import denoise_tv_chambolle

    return denoise_tv_chambolle(y, weight=t, eps=0.0, max_num_iter=steps)


def deepinverse(y: np.ndarray, t: float, steps: int) -> np.ndarray:
    """What TVPrior's prox calls."""
    import torch

    return peers.total_variation(torch.from_numpy(y)[None, None], t, steps)().numpy()[0, 0]


def pyproximal_tv(y: np.ndarray, t: float, steps: int) -> np.ndarray:
    """Its TV, whose prox is a fast projected gradient on the dual."""
    import pyproximal

    return pyproximal.TV(y.shape, sigma=t, niter=steps, rtol=0.0).prox(y.ravel(), 1.0)


def pyproximal_primal_dual(y: np.ndarray, t: float, setting: float, watch: Watch) -> None:
    import pylops
    import pyproximal

    gradient = pylops.Gradient(y.shape, kind="forward", edge=False, dtype=y.dtype)
    step = 0.99 / 8**0.5
    pyproximal.optimization.primaldual.PrimalDual(
        pyproximal.L2(b=y.ravel()), pyproximal.L21(2, sigma=t), gradient, y.ravel().copy(),
        step / setting, step * setting, niter=_FOR_EVER, callback=watch,
    )  # fmt: skip


def odl_plain(y: np.ndarray, t: float, setting: float, watch: Watch) -> None:
    _odl(y, t, setting, watch)


def odl_accelerated(y: np.ndarray, t: float, setting: float, watch: Watch) -> None:
    """Steps that change with the strong convexity of |x - y|^2 / 2, half of which counts."""
    _odl(y, t, setting, watch, gamma_primal=0.5)


def scico(y: np.ndarray, t: float, setting: float, watch: Watch) -> None:
    """ADMM with conjugate gradients: its prox of an isotropic TV itself is no exact one."""
    import jax.numpy as jnp
    from scico import functional, linop, loss
    from scico.optimize.admm import ADMM, LinearSubproblemSolver

    gradient = linop.FiniteDifference(y.shape, input_dtype=y.dtype, append=0)
    solver = ADMM(
        f=loss.SquaredL2Loss(y=jnp.asarray(y)),
        g_list=[t * functional.L21Norm()],
        C_list=[gradient],
        rho_list=[setting],
        x0=jnp.asarray(y),
        subproblem_solver=LinearSubproblemSolver(cg_kwargs={"tol": 1e-4, "maxiter": 20}),
        maxiter=1,
    )
    for _ in range(_FOR_EVER):
        solver.step()
        watch(np.asarray(solver.x))


def _odl(y: np.ndarray, t: float, setting: float, watch: Watch, **more: float) -> None:
    import odl

    space = odl.uniform_discr([0, 0], y.shape, y.shape, dtype="float32")
    gradient = odl.Gradient(space, method="forward", pad_mode="symmetric")
    data, step = space.element(y), 0.99 / 8**0.5
    odl.solvers.pdhg(
        data.copy(), 0.5 * odl.functionals.L2NormSquared(space).translated(data),
        t * odl.functionals.GroupL1Norm(gradient.range, 2), gradient, _FOR_EVER,
        tau=step / setting, sigma=step * setting, callback=lambda x: watch(x.asarray()), **more,
    )  # fmt: skip
