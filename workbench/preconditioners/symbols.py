"""The Fourier model of A*A: what it multiplies each mode by, exactly or nearly so, tried before it is used."""

from typing import NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.operators.cosine import filtered
from workbench.preconditioners.base import signs
from workbench.tensors import dot, norm2, real_of

_ROUNDINGS = 1000  # of the largest that a product may be off where a symbol is exact
_FLOOR = 1e-3  # of the largest, where it is not: a mode said to be unseen may well be seen


class Symbol(NamedTuple):
    """A*A x is about F* values F x, values (C, *space) >= 0 in the precision of the signals; or it is exactly."""

    values: Tensor
    exact: bool


_SYMBOLS: WeakKeyDictionary[LinearOperator, dict[tuple[torch.dtype, torch.device], Symbol]] = WeakKeyDictionary()


def symbol_of(operator: LinearOperator, like: Tensor) -> Symbol:
    """The symbol of A*A for signals of the dtype and on the device of `like`, (B, *in_shape).

    The operator's own, if a random signal shows that it is right; else that, the one of the image of a point in the
    middle, or a constant, each scaled to fit, whichever explains the product best. Three products with A*A at most, and
    made once for an operator: another prior, weight or noise asks for the same.
    """
    known = _SYMBOLS.setdefault(operator, {})
    kind = (like.dtype, like.device)
    if kind not in known:
        known[kind] = _tried(operator, like[:1])
    return known[kind]


def _tried(operator: LinearOperator, one: Tensor) -> Symbol:
    probe = signs(one, 1, "probe of a symbol")[0]
    image = operator.adjoint(operator(probe)).to(one.dtype)
    size, told = norm2(image), _told(operator, one)
    if told is not None and _misfit(told, probe, image) <= (_ROUNDINGS * torch.finfo(one.dtype).eps) ** 2 * size:
        return Symbol(told.clamp_min(0), True)
    flat = torch.ones(one.shape[1:], dtype=real_of(one.dtype), device=one.device)
    tried = [flat, *[told] * (told is not None), *[_seen(operator, one)] * (one.ndim > 2)]
    scaled = [_scaled(model, probe, image) for model in tried]
    best = min(scaled, key=lambda model: float(_misfit(model, probe, image)))
    return Symbol(best.clamp_min(_FLOOR * float(best.max())), False)


def through(gain: Tensor, x: Tensor) -> Tensor:
    """x, (B, C, *space), with each Fourier mode over space times gain, (B or 1, C, *space); no space, no modes."""
    return filtered(x, gain, "periodic") if x.ndim > 2 else gain * x


def inverse(values: Tensor) -> Tensor:
    """1 / values, (B or 1, C, *space) >= 0, and 0 for modes of which nothing is seen."""
    seen = values > torch.finfo(values.dtype).eps * values.amax()
    return torch.where(seen, 1 / torch.where(seen, values, 1), 0)


def _told(operator: LinearOperator, like: Tensor) -> Tensor | None:
    """The operator's own symbol, where it is one for these signals."""
    found = operator.symbol()
    if found is None or tuple(found.shape) != operator.in_shape or not bool(found.isfinite().all()):
        return None
    return found.to(like.device, real_of(like.dtype))


def _seen(operator: LinearOperator, like: Tensor) -> Tensor:
    """The transform of the image of a point in the middle of every channel, the point taken for the origin."""
    point, space = torch.zeros_like(like), tuple(like.shape[2:])
    middle, axes = tuple(side // 2 for side in space), tuple(range(1, like.ndim - 1))
    point[(..., *middle)] = 1
    image = operator.adjoint(operator(point))[0]
    return torch.fft.fftn(image.roll([-place for place in middle], axes), dim=axes).real.to(real_of(like.dtype))


def _scaled(model: Tensor, probe: Tensor, image: Tensor) -> Tensor:
    there = through(model, probe)
    size = norm2(there)
    return model * torch.where(size > 0, dot(there, image) / size.clamp_min(torch.finfo(size.dtype).tiny), 0)[0]


def _misfit(model: Tensor, probe: Tensor, image: Tensor) -> Tensor:
    return norm2(image - through(model, probe))
