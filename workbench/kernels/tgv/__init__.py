"""Total generalised variation of second order: its linear maps, its prox and its support function, with certificates.

TGV(x) = min_w |Dx - w| + ratio |Ew|, D the forward differences, E the symmetrised backward differences of the field w.
Differences that reach outside are 0, so that affine signals have none. Bredies, Kunisch, Pock 2010, 10.1137/090769521.
"""

from typing import TYPE_CHECKING, NamedTuple, Protocol

import torch
from torch import Tensor

from workbench.kernels import tv
from workbench.kernels.dispatch import holds, implementation
from workbench.kernels.tgv.reference import symmetrised
from workbench.kernels.tgv.reference import symmetrised_adjoint as pulled
from workbench.refusal import Refusal
from workbench.tensors import real_of, shown


class TGVSolution(NamedTuple):
    """What `tgv_solve` found: the minimiser x (B, C, *space), its dual q (B, C, m, *space), and the proof, (B,) each.

    value is the objective P at x; gap = P(x) - D(t q) >= 0, so |x - exact|^2 / 2 <= gap; iterations counts steps.
    """

    x: Tensor
    dual: Tensor
    value: Tensor
    gap: Tensor
    iterations: Tensor


class Support(NamedTuple):
    """What `tgv_support` found: the dual r (B, C, m, *space), the value, its gap and the steps, (B,) each."""

    dual: Tensor
    value: Tensor
    gap: Tensor
    iterations: Tensor


class TGVBackEnd(Protocol):
    """What every back end has: pyright holds them to it."""

    def solve(self, x: Tensor, radii: Tensor, tolerance: float, iterations: int, /) -> tuple: ...

    def support(self, v: Tensor, radii: Tensor, damping: float, tolerance: float, iterations: int, /) -> tuple: ...


def second(x: Tensor) -> Tensor:
    """E D x: x_11, or x_11, x_22 and sqrt 2 x_12, (B, C, *space) -> (B, C, m, *space), m = 1 or 3."""
    return symmetrised(tv.gradient(x))


def second_adjoint(q: Tensor) -> Tensor:
    """The adjoint of `second`."""
    return -tv.divergence(pulled(q))


def tgv_solve(x: Tensor, t: Tensor, ratio: float = 2.0, tolerance: float = 1e-5, iterations: int = 1000) -> TGVSolution:
    """argmin_u |u - x|^2 / 2 + t TGV(u), one or two space axes, t (B,) >= 0; of a complex signal the moduli count.

    Restarted Halpern iteration on the saddle point, the ratio of its steps from the last distances (Lu, Yang 2024,
    arXiv 2407.16144). A plane stops once its gap is below tolerance x value, or what rounding of x leaves.
    """
    _require(x, 2)
    radii = _radii(x, t, ratio)

    def solve(rows: Tensor | slice, dtype: torch.dtype, tolerance: float) -> tuple:
        signal, bounds = x[rows].to(dtype), radii[rows].to(real_of(dtype))
        return _serving(signal, bounds).solve(signal, bounds, tolerance, iterations)

    u, q, value, gap, steps = tv.in_digits(solve, x, t, tolerance)
    idle = t.reshape(-1, *[1] * x.ndim) == 0
    scale = torch.where(idle, 1, t.reshape(idle.shape)).to(real_of(x.dtype))
    return TGVSolution(u, torch.where(idle, 0, q / scale), *_sums(x, value, gap, steps))


def tgv_support(v: Tensor, t: Tensor, ratio: float, tolerance: float, iterations: int, damping: float = 0.0) -> Support:
    """sup <r, v> - damping |r|^2 / 2 over |r| <= t ratio, |E* r| <= t, of (B, C, m, *space): t TGV(x) at v = E D x.

    With a damping of 1 its r is the point of that set nearest to v. Accurate to tolerance x value, as `tgv_solve`.
    """
    _require(v, 3)
    radii = _radii(v, t, ratio)
    q, value, gap, steps = _serving(v, radii).support(v, radii, damping, tolerance, iterations)
    return Support(q, *_sums(v, value, gap, steps))


def _serving(x: Tensor, *others: Tensor) -> TGVBackEnd:
    return implementation(__name__, x, *others)


def _sums(x: Tensor, value: Tensor, gap: Tensor, steps: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Over the channels of a signal."""
    kind = real_of(x.dtype)
    return value.sum(1).to(kind), gap.sum(1).to(kind), steps.amax(1).to(torch.int64)


def _radii(x: Tensor, t: Tensor, ratio: float) -> Tensor:
    """Bounds of |p| and |q| of each plane, (B, C, 2)."""
    if t.shape != x.shape[:1]:
        raise Refusal(f"one t for each of {len(x)} signals", shown(tuple(t.shape)), "pass t of shape (B,)")
    if not holds(t >= 0) or ratio < 0:
        raise Refusal("t and ratio >= 0", f"t = {t.tolist()}, ratio = {ratio}", "make them zero or positive")
    return torch.stack([t, ratio * t], 1).to(real_of(x.dtype))[:, None].expand(*x.shape[:2], 2)


def _require(x: Tensor, first: int) -> None:
    axes = x.ndim - first
    fields = axes in (1, 2) and (first == 2 or x.shape[2] == (1, 3)[axes - 1])
    if not fields or x.numel() == 0:
        raise Refusal(
            "a batch of signals with one or two space axes", shown(tuple(x.shape)), "pass (B, C, *space), none 0"
        )


if TYPE_CHECKING:
    from workbench.kernels.tgv import numba, reference

    _backends: tuple[TGVBackEnd, ...] = (reference, numba)
