"""Total variation of images and signals: differences, value and proximal map, with a certificate."""

from typing import NamedTuple

from torch import Tensor

from workbench.kernels.dispatch import holds, implementation
from workbench.kernels.linear import linear
from workbench.refusal import Refusal
from workbench.tensors import real_of, shown


class TVSolution(NamedTuple):
    """What `tv_solve` found: the minimiser x (B, C, *space), its dual (B, C, d, *space), and the proof, (B,) each.

    value is the objective P at x; gap = P(x) - D(dual) >= 0, so |x - exact|^2 / 2 <= gap; iterations counts dual steps.
    """

    x: Tensor
    dual: Tensor
    value: Tensor
    gap: Tensor
    iterations: Tensor


def gradient(x: Tensor) -> Tensor:
    """Forward differences along each space axis, the last one 0 (Neumann): (B, C, *space) -> (B, C, d, *space)."""
    _require_signal(x, first=2)
    return linear(x, _gradient, lambda p: -_divergence(p))


def divergence(p: Tensor) -> Tensor:
    """Negative adjoint of `gradient`: <gradient(x), p> = -<x, divergence(p)>; (B, C, d, *space) -> (B, C, *space)."""
    _require_signal(p, first=3)
    if p.shape[2] != p.ndim - 3:
        raise Refusal(f"{p.ndim - 3} differences a pixel", str(p.shape[2]), "pass (B, C, d, *space) as from gradient")
    return linear(p, _divergence, lambda x: -_gradient(x))


def tv(x: Tensor, isotropic: bool = True) -> Tensor:
    """Total variation, the sum over pixels of |Dx|_2 (isotropic) or |Dx|_1, each channel by itself: -> (B,).

    Of a complex signal the moduli of the complex differences count.
    """
    _require_signal(x, first=2)
    return implementation(__name__, x).tv(x, isotropic)


def tv_prox(x: Tensor, t: Tensor, isotropic: bool = True, tolerance: float = 1e-6, iterations: int = 1000) -> Tensor:
    """The proximal map argmin_u |u - x|^2 / 2 + t TV(u) of (B, C, *space), t (B,); see `tv_solve`."""
    return tv_solve(x, t, isotropic, tolerance, iterations).x


def tv_solve(
    x: Tensor,
    t: Tensor,
    isotropic: bool = True,
    tolerance: float = 1e-6,
    iterations: int = 1000,
    dual: Tensor | None = None,
) -> TVSolution:
    """argmin_u |u - x|^2 / 2 + t TV(u), one or two space axes, t (B,) >= 0, from a dual (B, C, d, *space) if given.

    Accelerated projected gradient on the dual, restarted when momentum points uphill. A plane stops once its gap is
    below tolerance x value, or what rounding of x in its precision leaves, or after so many iterations.
    Beck, Teboulle 2009, 10.1109/TIP.2009.2028250; O'Donoghue, Candes 2015, 10.1007/s10208-013-9150-3.
    """
    _require_signal(x, first=2)
    if t.shape != x.shape[:1]:
        raise Refusal(f"one t for each of {len(x)} signals", shown(tuple(t.shape)), "pass t of shape (B,)")
    if not holds(t >= 0):
        raise Refusal("t >= 0", f"t = {t.tolist()}", "make every t zero or positive")
    shape = (*x.shape[:2], x.ndim - 2, *x.shape[2:])
    if dual is not None and dual.shape != shape:
        raise Refusal(f"a dual of {shown(shape)}", shown(tuple(dual.shape)), "start from the dual of the same problem")
    t, start = t.to(real_of(x.dtype)), None if dual is None else dual.to(x.dtype)
    server = implementation(__name__, x, t, *(() if start is None else (start,)))
    return TVSolution(*server.solve(x, t, isotropic, tolerance, iterations, start))


def _gradient(x: Tensor) -> Tensor:
    return implementation(__name__, x).gradient(x)


def _divergence(p: Tensor) -> Tensor:
    return implementation(__name__, p).divergence(p)


def _require_signal(x: Tensor, first: int) -> None:
    if x.ndim - first not in (1, 2) or x.numel() == 0:
        raise Refusal(
            "a batch of signals with one or two space axes",
            shown(tuple(x.shape)),
            "pass (B, C, *space), none of them 0",
        )
    if not (x.is_floating_point() or x.is_complex()):
        raise Refusal("real or complex numbers", str(x.dtype), "convert to a floating dtype first")
