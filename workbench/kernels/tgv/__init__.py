"""Total generalised variation of second order: its linear maps, its prox and its support function, with certificates.

TGV(x) = min_w |Dx - w| + ratio |Ew|, D the forward differences, E the symmetrised backward differences of the field w.
Differences that reach outside are 0, so that affine signals have none. Bredies, Kunisch, Pock 2010, 10.1137/090769521.
"""

from typing import TYPE_CHECKING, NamedTuple, Protocol

import torch
from torch import Tensor

from workbench.kernels import tv
from workbench.kernels.dispatch import holds, implementation
from workbench.kernels.tgv.strains import symmetrised
from workbench.kernels.tgv.strains import symmetrised_adjoint as pulled
from workbench.refusal import Refusal
from workbench.tensors import real_of, shown

_FIRST = 60.0  # steps after which the ratios of steps change for the first time
_SIGMA = 2.0  # the first step of p, for a misfit that bends by 1
_SHARE = 1.2  # the first step of w in steps of u, for a ratio of 1


class TGVSolution(NamedTuple):
    """What `tgv_solve` found: the minimiser x (B, C, *space), its dual q (B, C, m, *space), and the proof, (B,) each.

    value is the objective P at x; gap = P(x) - D(t q) >= 0, so |x - exact|^2 / 2 <= gap, and so for the signal of q,
    y - t (E D)* q; iterations counts steps.
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


class TGVDescent(NamedTuple):
    """Where `tgv_advance` stands: u, w, p and q, (B, C, fields, *space), and five numbers of each plane, (B, C, 5).

    These are the steps made, the one at which the ratios of steps change next, the step of p, that of w over that of
    u, and the first of p, in double precision on the CPU.
    """

    fields: Tensor
    numbers: Tensor

    @property
    def x(self) -> Tensor:
        """The signal, (B, C, *space)."""
        return self.fields[:, :, 0]


class TGVBackEnd(Protocol):
    """What every back end has: pyright holds them to it."""

    def solve(
        self,
        x: Tensor,
        radii: Tensor,
        fields: Tensor,
        numbers: Tensor,
        tolerance: float,
        iterations: int,
        /,
    ) -> tuple: ...

    def advance(
        self, x: Tensor, radii: Tensor, fields: Tensor, numbers: Tensor, count: int, /
    ) -> tuple[Tensor, Tensor]: ...

    def support(self, v: Tensor, radii: Tensor, damping: float, tolerance: float, iterations: int, /) -> tuple: ...


def second(x: Tensor) -> Tensor:
    """E D x: x_11, or x_11, x_22 and sqrt 2 x_12, (B, C, *space) -> (B, C, m, *space), m = 1 or 3."""
    return symmetrised(tv.gradient(x))


def second_adjoint(q: Tensor) -> Tensor:
    """The adjoint of `second`."""
    return -tv.divergence(pulled(q))


def tgv_solve(x: Tensor, t: Tensor, ratio: float = 2.0, tolerance: float = 1e-5, iterations: int = 1000) -> TGVSolution:
    """argmin_u |u - x|^2 / 2 + t TGV(u), one or two space axes, t (B,) >= 0; of a complex signal the moduli count.

    Over-relaxed primal-dual steps of (u, w), those of w and of its dual by their own lengths: every ratio follows the
    distances that its variables moved. A plane stops once its gap is below tolerance x value, or what rounding of x
    leaves. Chambolle, Pock 2011, 10.1007/s10851-010-0251-1; Pock, Chambolle 2011, 10.1109/ICCV.2011.6126441.
    """
    _require(x, 2)
    radii = _radii(x, t, ratio)

    def solve(rows: Tensor | slice, dtype: torch.dtype, tolerance: float) -> tuple:
        signal, bounds = x[rows].to(dtype), radii[rows].to(real_of(dtype))
        fields, numbers = _start(signal, ratio)
        server = _serving(signal, bounds)
        return server.solve(signal, bounds, fields, numbers, tolerance, iterations)

    u, q, value, gap, steps = tv.in_digits(solve, x, t, tolerance)
    idle = t.reshape(-1, *[1] * x.ndim) == 0
    scale = torch.where(idle, 1, t.reshape(idle.shape)).to(real_of(x.dtype))
    return TGVSolution(u, torch.where(idle, 0, q / scale), *_sums(x, value, gap, steps))


def tgv_advance(x: Tensor, t: Tensor, ratio: float, count: int, descent: TGVDescent | None = None) -> TGVDescent:
    """So many steps of `tgv_solve` towards argmin_u |u - x|^2 / 2 + t TGV(u), from where a descent stands or from x.

    Neither proof nor stop: the descent of one problem is a good start for a problem near it.
    """
    _require(x, 2)
    radii = _radii(x, t, ratio)
    fields, numbers = descent or _start(x, ratio)
    return TGVDescent(*_serving(x, radii, fields).advance(x, radii, fields, numbers, count))


def tgv_support(v: Tensor, t: Tensor, ratio: float, tolerance: float, iterations: int, damping: float = 0.0) -> Support:
    """sup <r, v> - damping |r|^2 / 2 over |r| <= t ratio, |E* r| <= t, of (B, C, m, *space): t TGV(x) at v = E D x.

    With a damping of 1 its r is the point of that set nearest to v. Accurate to tolerance x value, as `tgv_solve`.
    """
    _require(v, 3)
    radii = _radii(v, t, ratio)
    q, value, gap, steps = _serving(v, radii).support(v, radii, damping, tolerance, iterations)
    return Support(q, *_sums(v, value, gap, steps))


def _start(x: Tensor, ratio: float) -> tuple[Tensor, Tensor]:
    """u = x and no field, and the numbers of a descent that has made no step."""
    axes = x.ndim - 2
    fields = torch.cat([x[:, :, None], x.new_zeros(*x.shape[:2], 4 * axes - 1, *x.shape[2:])], 2)
    share = min(1.0, _SHARE / ratio**2) if ratio else 1.0
    return fields, torch.tensor([0, _FIRST, _SIGMA, share, _SIGMA], dtype=torch.float64).repeat(*x.shape[:2], 1)


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
