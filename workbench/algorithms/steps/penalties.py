"""The default penalty of ADMM; docs/decisions/fourier_split.md has the measurements behind the numbers."""

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.preconditioners.symbols import Symbol, inverse, through
from workbench.priors import Prior
from workbench.problem import Problem
from workbench.tensors import abs2, column, dot, each, norm2, spread

_SHARE = 0.15  # of the signal's spread: the difference that a step of the prior takes away
_DAMPING = 0.1  # of the largest of the symbol, where the data are undone
_FAR = 1e3  # penalties beyond the plain one at which a prox has turned all entries into slopes
_MOST = 1e3  # how far the penalty may be from the plain one
_ZERO = 1e-6  # of the largest: what rounding leaves of a slope that is 0
_VISIBLE = 0.01  # over the precision: how far above the curvature of the data the penalty may bend
_ENTRIES = 1 << 16  # enough for a median
_FIRST, _EVERY, _LEVELS = 0.3, 10, 8  # the first factor of a penalty that rises, steps of each factor, and factors


def rising(k: int) -> float:
    """What the penalty of step k is multiplied by: 0.3, doubled every ten steps up to 38, and 1 from step 80 on.

    A low penalty lets the picture move far, a high one settles what has moved: an objective within 1e-4 takes half of
    the steps that any fixed penalty does (docs/decisions/fourier_split.md). That it changes finitely often is what
    convergence asks: He, Yang & Wang 2000, doi 10.1023/A:1004603514434.
    """
    return _FIRST * 2.0 ** (k // _EVERY) if k < _EVERY * _LEVELS else 1.0


def split_penalty(
    problem: Problem, split: tuple[Prior, LinearOperator], symbols: tuple[Symbol, Symbol], seen: Tensor
) -> Tensor:
    """A penalty of each item for z = K x, (B,): at which a prox of h / rho takes 0.15 of the spread of x from K x.

    That is the usual slope of h over 0.15 of the spread, x being estimated from the data by the symbol of A*A.
    Where h has no slope, or x no spread, and in any case within a factor of 1000, it is the plain one, which compares
    the signal with the data's dual, sqrt(curvature) |A| / |x|. `seen` is the curvature that most data see, (B,).
    """
    h, K = split
    x = _estimate(problem, symbols[0])
    size = abs2(x).flatten(1).mean(1).sqrt()
    of_data, of_prior = (symbol.values.max() for symbol in symbols)
    plain = 40 * (seen * of_data).sqrt() / (torch.where(size > 0, size, 1) * torch.where(of_prior > 0, of_prior, 1))
    far = _FAR * plain.double().cpu()
    slope = _usual(each(h.conjugate_prox, far, K(spread(column(far, x), x) * x)))
    spread_of_x = abs2(x - spread(x.flatten(1).mean(1), x)).flatten(1).mean(1).sqrt()
    known = (slope > 0) & (spread_of_x > 1e-3 * size) & slope.isfinite()
    found = torch.where(known, slope, 1) / (_SHARE * torch.where(known, spread_of_x, 1))
    chosen = torch.where(known, found.clamp(plain / _MOST, plain * _MOST), plain)
    # Above, the rounding of rho K*z hides the data in the modes that K does not see, such as the mean.
    hides = _VISIBLE / torch.finfo(x.dtype).eps * seen * of_data / torch.where(of_prior > 0, of_prior, 1)
    return torch.minimum(chosen, hides.to(chosen))


def _estimate(problem: Problem, symbol: Symbol) -> Tensor:
    """A* y with A*A undone as far as a tenth of its largest, scaled to explain the data best."""
    A = problem.operator.at(problem.zeros())
    back = A.adjoint(problem.y).to(problem.dtype)
    x = through(inverse(symbol.values + _DAMPING * symbol.values.max()), back)
    image = A(x)
    size = norm2(image)
    scale = torch.where(size > 0, dot(image, problem.y) / size.clamp_min(torch.finfo(size.dtype).tiny), 0)
    return spread(scale, x) * x


def _usual(q: Tensor) -> Tensor:
    """The median of the moduli that are not 0 but for rounding, (B,); 0 where there is none."""
    moduli = q.flatten(1)[:, :: max(1, q[0].numel() // _ENTRIES)].abs()
    there = moduli > _ZERO * moduli.amax(1, keepdim=True)
    return torch.where(there, moduli, torch.nan).nanmedian(1).values.nan_to_num(0.0)
