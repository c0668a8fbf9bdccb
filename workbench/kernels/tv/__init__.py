"""Total variation of images and signals: differences, value and proximal map, with a certificate."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

import torch
from torch import Tensor

from workbench.kernels.dispatch import holds, implementation
from workbench.kernels.linear import linear
from workbench.kernels.tv.reference import Scale
from workbench.kernels.tv.volume import VolumeTVBackEnd
from workbench.refusal import Refusal
from workbench.tensors import abs2, real_of, shown

_DOUBLE = {torch.float32: torch.float64, torch.complex64: torch.complex128}


class TVSolution(NamedTuple):
    """What `tv_solve` found: the minimiser x (B, C, *space), its dual (B, C, d, *space), and the proof, (B,) each.

    value is the objective P at x; gap = P(x) - D(dual) >= 0, so |x - exact|^2 / 2 <= gap; iterations counts dual steps.
    """

    x: Tensor
    dual: Tensor
    value: Tensor
    gap: Tensor
    iterations: Tensor


class TVBackEnd(Protocol):
    """What every back end has: pyright holds them to it."""

    def gradient(self, x: Tensor, /) -> Tensor: ...

    def divergence(self, p: Tensor, /) -> Tensor: ...

    def tv(self, x: Tensor, isotropic: bool, /) -> Tensor: ...

    def solve(
        self, x: Tensor, t: Tensor, isotropic: bool, tolerance: float, iterations: int, dual: Tensor | None, /
    ) -> tuple: ...


def gradient(x: Tensor, scale: Scale = ()) -> Tensor:
    """Forward differences along each space axis, the last one 0 (Neumann): (B, C, *space) -> (B, C, d, *space).

    One, two or three space axes; those along axis a are multiplied by scale[a], if it is given.
    """
    _require_signal(x, 2, scale)
    return linear(x, lambda v: _gradient(v, scale), lambda p: -_divergence(p, scale))


def divergence(p: Tensor, scale: Scale = ()) -> Tensor:
    """Negative adjoint of `gradient`: <gradient(x), p> = -<x, divergence(p)>; (B, C, d, *space) -> (B, C, *space)."""
    _require_signal(p, 3, scale)
    if p.shape[2] != p.ndim - 3:
        raise Refusal(f"{p.ndim - 3} differences a pixel", str(p.shape[2]), "pass (B, C, d, *space) as from gradient")
    return linear(p, lambda v: _divergence(v, scale), lambda x: -_gradient(x, scale))


def tv(x: Tensor, isotropic: bool = True, scale: Scale = ()) -> Tensor:
    """Total variation, the sum over pixels of |Dx|_2 (isotropic) or |Dx|_1, each channel by itself: -> (B,).

    Of a complex signal the moduli of the complex differences count.
    """
    _require_signal(x, 2, scale)
    if beyond_planes(x.ndim - 2, scale):
        return _in_volume(x).tv(x, isotropic, full(scale, x.ndim - 2))
    return _serving(x).tv(x, isotropic)


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
    scale: Scale = (),
) -> TVSolution:
    """argmin_u |u - x|^2 / 2 + t TV(u), up to three space axes, t (B,) >= 0, from a dual (B, C, d, *space) if given.

    Accelerated projected gradient on the dual, restarted when momentum points uphill. A plane stops once its gap is
    below tolerance x value, or what rounding of x in its precision leaves, or after so many iterations. Where t is
    so large that t div p cancels all but a few digits of x in single precision, steps are made in double.
    Beck, Teboulle 2009, 10.1109/TIP.2009.2028250; O'Donoghue, Candes 2015, 10.1007/s10208-013-9150-3.
    """
    _require_signal(x, 2, scale)
    if t.shape != x.shape[:1]:
        raise Refusal(f"one t for each of {len(x)} signals", shown(tuple(t.shape)), "pass t of shape (B,)")
    if not holds(t >= 0):
        raise Refusal("t >= 0", f"t = {t.tolist()}", "make every t zero or positive")
    shape = (*x.shape[:2], x.ndim - 2, *x.shape[2:])
    if dual is not None and dual.shape != shape:
        raise Refusal(f"a dual of {shown(shape)}", shown(tuple(dual.shape)), "start from the dual of the same problem")

    def solve(rows: Tensor | slice, dtype: torch.dtype, tolerance: float) -> TVSolution:
        signal, weights = x[rows].to(dtype), t[rows].to(real_of(dtype))
        start = None if dual is None else dual[rows].to(dtype)
        others = (weights,) if start is None else (weights, start)
        asked = signal, weights, isotropic, tolerance, iterations, start
        if beyond_planes(x.ndim - 2, scale):
            return TVSolution(*_in_volume(signal, *others).solve(*asked, full(scale, x.ndim - 2)))
        return TVSolution(*_serving(signal, *others).solve(*asked))

    return TVSolution(*in_digits(solve, x, t, tolerance))


def in_digits(solve: Callable[..., tuple], x: Tensor, t: Tensor, tolerance: float) -> list[Tensor]:
    """What solve(rows, dtype, tolerance) finds of all items: in double where single precision hides the tolerance.

    A dual of size t leaves differences that are wrong by t eps a pixel, which costs a gap of some t^2 eps; its goal is
    the tolerance times half the variance of x. Each item is judged by itself. Answers have the precision of x.
    """
    if x.dtype not in _DOUBLE:
        return list(solve(slice(None), x.dtype, tolerance))
    eps, signal = torch.finfo(x.dtype).eps, x.detach()
    variance = abs2(signal - signal.flatten(2).mean(2).reshape(*x.shape[:2], *[1] * (x.ndim - 2))).flatten(1).mean(1)
    goal = max(tolerance, eps)
    hidden = t.detach().square() * 4 * eps > goal * variance
    if not bool(hidden.any()):
        return list(solve(slice(None), x.dtype, tolerance))
    groups = [(hidden, _DOUBLE[x.dtype], goal), (~hidden, x.dtype, tolerance)]
    groups = [(which.nonzero()[:, 0], dtype, goal) for which, dtype, goal in groups if bool(which.any())]
    order = torch.cat([rows for rows, *_ in groups]).argsort()
    parts = zip(*(solve(*group) for group in groups), strict=True)
    return [torch.cat([_as(part, x.dtype) for part in pair])[order] for pair in parts]


def beyond_planes(axes: int, scale: Scale) -> bool:
    """Whether the kernels of volumes are asked: three axes, or sides that differ from 1."""
    return axes > 2 or bool(scale)


def full(scale: Scale, axes: int) -> Scale:
    """One number an axis."""
    return scale or (1.0,) * axes


def _serving(x: Tensor, *others: Tensor) -> TVBackEnd:
    return implementation(__name__, x, *others)


def _in_volume(x: Tensor, *others: Tensor) -> VolumeTVBackEnd:
    return implementation(f"{__name__}.volume", x, *others, reference=__name__)


def _as(part: Tensor, dtype: torch.dtype) -> Tensor:
    if part.dtype.is_complex:
        return part.to(dtype)
    return part.to(real_of(dtype)) if part.is_floating_point() else part


def _gradient(x: Tensor, scale: Scale) -> Tensor:
    axes = x.ndim - 2
    return _in_volume(x).gradient(x, full(scale, axes)) if beyond_planes(axes, scale) else _serving(x).gradient(x)


def _divergence(p: Tensor, scale: Scale) -> Tensor:
    axes = p.ndim - 3
    return _in_volume(p).divergence(p, full(scale, axes)) if beyond_planes(axes, scale) else _serving(p).divergence(p)


def _require_signal(x: Tensor, first: int, scale: Scale) -> None:
    if x.ndim - first not in (1, 2, 3) or x.numel() == 0:
        raise Refusal(
            "a batch of signals with one, two or three space axes",
            shown(tuple(x.shape)),
            "pass (B, C, *space), none of them 0",
        )
    if scale and len(scale) != x.ndim - first:
        raise Refusal(f"a scale for each of {x.ndim - first} axes", str(scale), "pass as many numbers")
    if not (x.is_floating_point() or x.is_complex()):
        raise Refusal("real or complex numbers", str(x.dtype), "convert to a floating dtype first")


if TYPE_CHECKING:
    from workbench.kernels.tv import numba, reference, triton

    _backends: tuple[TVBackEnd, ...] = (reference, numba, triton)
