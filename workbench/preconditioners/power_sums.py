"""Elementary symmetric polynomials of the eigenvalues of an operator, and the polynomial that they make."""

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.preconditioners.base import normals, signs
from workbench.tensors import dot, spread

_ROUNDS = 3  # of subspace iteration
_GRID = 200


def power_sums(
    hessian: LinearOperator, like: Tensor, degree: int, sketch: int, probes: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Eigenvalues at the top, (B, sketch), traces of the powers 1..degree, (B, degree), both of H / scale, and scale.

    The top by subspace iteration; of what is orthogonal to it the mean over random signs.
    """
    sketch = min(sketch, like[0].numel())
    rows = basis = torch.stack([v.flatten(1) for v in normals(like, sketch, "sketch of H")], 2)
    for _ in range(_ROUNDS):
        basis = torch.linalg.qr(rows).Q
        rows = torch.stack([hessian(v.reshape(like.shape)).flatten(1) for v in basis.unbind(2)], 2)
    values, mix = torch.linalg.eigh(basis.mH @ rows)
    kept = basis @ mix
    scale = torch.where(values[:, -1] > 0, values[:, -1], 1)

    def rest(v: Tensor) -> Tensor:
        flat = v.flatten(1)[..., None]
        return (flat - kept @ (kept.mH @ flat))[..., 0].reshape(like.shape)

    sums = [(values / scale[:, None]).clamp_min(0) ** (i + 1) for i in range(degree)]
    totals = torch.stack([s.sum(1) for s in sums], 1) if degree else values.new_zeros(len(like), 0)
    for z in signs(like, probes, "probes of the diagonal"):
        first = v = rest(z)
        for i in range(degree):
            v = rest(hessian(v)) / spread(scale, v)
            totals[:, i] += dot(first, v) / probes
    return (values / scale[:, None]).double(), totals.double(), scale.double()


def coefficients(top: Tensor, sums: Tensor, least: Tensor, degree: int) -> Tensor:
    """c with p(t) = sum_j c_j t^j = sum_j (-t)^j e_{d-j} / e_d, padded to (B, degree + 1).

    d is the largest degree up to `degree` whose p is positive where eigenvalues are, at `top` and below all of it, and
    whose t p(t) spreads there from `least` on, (B,), by no more than t does.
    """
    each = zip(top, sums, least, strict=True)
    return torch.stack([_narrowing(values, _elementary(s), low, degree) for values, s, low in each])


def _elementary(sums: Tensor) -> list[float]:
    """e_0, e_1, ... from power sums, by Newton's identities."""
    e = [1.0]
    for k in range(1, len(sums) + 1):
        e.append(sum((-1) ** (i - 1) * e[k - i] * float(sums[i - 1]) for i in range(1, k + 1)) / k)
    return e


def _narrowing(top: Tensor, e: list[float], low: Tensor, degree: int) -> Tensor:
    grid = torch.linspace(0, 1, _GRID, dtype=torch.float64, device=top.device) * top[0].clamp_min(0)
    places = torch.cat([top, grid, low[None]])
    inside = places[places >= low]
    out = torch.zeros(degree + 1, dtype=torch.float64, device=top.device)
    for d in range(degree, 0, -1):
        if e[d] > 0:
            c = torch.tensor(
                [(-1) ** j * e[d - j] / e[d] for j in range(d + 1)], dtype=torch.float64, device=top.device
            )
            after = inside * _at(c, inside)
            if bool((_at(c, places) > 0).all()) and bool(after.max() * inside.min() <= inside.max() * after.min()):
                out[: d + 1] = c
                return out
    out[0] = 1
    return out


def _at(c: Tensor, places: Tensor) -> Tensor:
    return torch.stack([one * places**j for j, one in enumerate(c)]).sum(0)
