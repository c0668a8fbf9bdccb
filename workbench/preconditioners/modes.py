"""Preconditioners that are diagonal: in pixels, or in Fourier modes."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.preconditioners.base import Preconditioner, signs
from workbench.tensors import abs2, spread

Probes = Annotated[int, Range(2, 50, log=True, limits=(2, 10_000)), "products with H to learn it from"]


_ROUNDINGS = 100


@dataclass(frozen=True)
class _Modes(Preconditioner):
    """P = F* diag(1 / h) F with h the diagonal of F H F*, by regression of F H z on F z over random signs z.

    Exact from any probes where F diagonalises H; elsewhere no h is taken for smaller than its standard error.
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
        seen = torch.maximum(values, error) > _ROUNDINGS * torch.finfo(values.dtype).eps * highest
        safe = torch.where(seen, torch.maximum(values, error), highest)
        return torch.where(highest > 0, 1 / safe, 1.0)

    def apply(self, fitted: Tensor, hessian: LinearOperator, r: Tensor) -> Tensor:
        return self._back(fitted * self._there(r), r)

    def balanced(self, fitted: Tensor, hessian: LinearOperator, v: Tensor) -> Tensor:
        root = fitted.sqrt()
        inner = hessian(self._back(root * self._there(v), v))
        return self._back(root * self._there(inner), v)


@dataclass(frozen=True)
class Diagonal(_Modes):
    """P = 1 / diag(H), the diagonal learnt by random signs: pixels that the data see more or less often.

    Bekas, Kokiopoulou, Saad 2007, doi 10.1016/j.apnum.2007.01.003.
    """

    def _there(self, x: Tensor) -> Tensor:
        return x

    def _back(self, x: Tensor, like: Tensor) -> Tensor:
        return x


@dataclass(frozen=True)
class Circulant(_Modes):
    """P = F* diag(1 / h) F, F the Fourier transform over space: the circulant nearest to H, inverted.

    H^-1 itself for periodic convolutions with quadratic priors. T. Chan 1988, doi 10.1137/0909051.
    """

    def _there(self, x: Tensor) -> Tensor:
        return torch.fft.fftn(x, dim=tuple(range(2, x.ndim)), norm="ortho")

    def _back(self, x: Tensor, like: Tensor) -> Tensor:
        y = torch.fft.ifftn(x, dim=tuple(range(2, x.ndim)), norm="ortho")
        return y if like.is_complex() else y.real
