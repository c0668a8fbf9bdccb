"""What preconditioners share that are diagonal in some modes."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.linalg import ratio, spread_of
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.preconditioners.base import Preconditioner, signs
from workbench.tensors import abs2, spread

Probes = Annotated[int, Range(2, 50, log=True, limits=(2, 10_000)), "products with H to learn it from"]


_ROUNDINGS = 100
_EXACT, _LOOKS = 1e-6, 40  # relative errors that say that F diagonalises H; steps of Lanczos
_GAIN = 0.9  # of the condition of H: a preconditioner that leaves more is not worth its risk


@dataclass(frozen=True)
class ModePreconditioner(Preconditioner):
    """P = F* diag(1 / h) F with h the diagonal of F H F*, by regression of F H z on F z over random signs z.

    Exact from any probes where F diagonalises H. Elsewhere h is an estimate, and the spread of its errors would raise
    the condition of an H whose diagonal is even: no h is taken for smaller than its standard error, all are drawn to
    their geometric mean by the share of error in their spread, and where P H is not seen to have a smaller condition
    than H, by Lanczos, P is 1. James & Stein 1961, Proc. 4th Berkeley Symp. 1, 361.
    """

    probes: Probes = 10

    @abstractmethod
    def _there(self, x: Tensor) -> Tensor:
        """F x."""

    @abstractmethod
    def _back(self, x: Tensor, like: Tensor) -> Tensor:
        """F^-1 x, real where `like` is."""

    def fit(self, hessian: LinearOperator, like: Tensor) -> Tensor:
        pairs = [(self._there(z), self._there(hessian(z))) for z in signs(like, self.probes, "probes of modes")]
        weight = torch.stack([abs2(z) for z, _ in pairs]).sum(0)
        values = torch.stack([(z.conj() * image).real for z, image in pairs]).sum(0) / weight
        misfit = torch.stack([abs2(image - values * z) for z, image in pairs]).sum(0)
        error = (misfit / ((self.probes - 1) * weight)).sqrt()
        highest = spread(values.flatten(1).amax(1), values)
        # What H does not see is left as it is: its inverse would raise rounding to the size of the signal.
        safe = torch.maximum(values, error)
        seen = safe > _ROUNDINGS * torch.finfo(values.dtype).eps * highest
        drawn = torch.where(seen, _drawn_together(torch.where(seen, safe, 1), error / safe, seen), highest)
        fitted = torch.where(highest > 0, 1 / drawn, 1.0)
        exact = (error <= _EXACT * safe).flatten(1).all(1)
        kept = exact if bool(exact.all()) else exact | self._narrows(fitted, hessian, like)
        return torch.where(spread(kept, fitted), fitted, 1.0)

    def _narrows(self, fitted: Tensor, hessian: LinearOperator, like: Tensor) -> Tensor:
        """Whether P H has a smaller condition than H, (B,), as far as Lanczos sees."""
        low, high = spread_of(lambda v: self.balanced(fitted, hessian, v), like, _LOOKS)
        least, most = spread_of(hessian, like, _LOOKS)
        return (high * least <= _GAIN * most * low).to(like.device)

    def apply(self, fitted: Tensor, hessian: LinearOperator, r: Tensor) -> Tensor:
        return self._back(fitted * self._there(r), r)

    def balanced(self, fitted: Tensor, hessian: LinearOperator, v: Tensor) -> Tensor:
        root = fitted.sqrt()
        inner = hessian(self._back(root * self._there(v), v))
        return self._back(root * self._there(inner), v)


def _drawn_together(values: Tensor, errors: Tensor, seen: Tensor) -> Tensor:
    """Positive estimates with relative standard errors, each drawn to the geometric mean of those seen.

    By the share that error has in the spread of their logarithms, its own or the usual, whichever is the larger.
    """
    count = seen.flatten(1).sum(1).clamp_min(1).to(values)

    def mean(x: Tensor) -> Tensor:
        return spread((x * seen).flatten(1).sum(1) / count, x)

    logs, noise = values.log(), errors.square()
    away = logs - mean(logs)
    usual = mean(noise)
    # What chance adds to the spread of so many: two standard deviations of it.
    chance = (1 + 2 * spread((2 / count).sqrt(), noise)) * usual
    real = (mean(away.square()) - chance).clamp_min(0)
    share = ratio(real, real + torch.maximum(noise, usual))
    return (mean(logs) + share * away).exp()
