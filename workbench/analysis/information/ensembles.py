"""Ensembles of signals, since information is a property of many signals and of none alone."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor

from workbench.operators import Basis
from workbench.operators.cosine import cosine_sum
from workbench.parameters import Checked, Range, renamed
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown, stream


@dataclass(frozen=True)
class Drawn:
    """Signals (N, C, *space), float64, with a class each, (N,), and the number of each where they are finitely many."""

    signals: Tensor
    labels: Tensor | None = None
    words: Tensor | None = None

    @property
    def known(self) -> Tensor:
        """What an estimator takes for x: symbols where x is one of finitely many signals."""
        return self.signals if self.words is None else self.words


class Ensemble(ABC, metaclass=Checked):
    """Where signals come from; subclasses are frozen dataclasses."""

    def sample(self, count: int, shape: Shape, seed: int = 0) -> Drawn:
        """So many signals of shape (C, *space); Refusal where there are not so many, or none of that shape."""
        if count < 2:
            raise Refusal("an ensemble of two signals or more", str(count), "information needs a sample")
        return self.draw(count, shape, stream(seed, "signals"))

    @abstractmethod
    def draw(self, count: int, shape: Shape, rng: torch.Generator) -> Drawn:
        """So many signals by random numbers from rng."""


@dataclass(frozen=True)
class GaussianRandomField(Ensemble):
    """Normal modes of variance c(f) = (1 + (f / corner)^2)^(-exponent / 2): beyond the corner a power law.

    f counts the periods across the signal, in two dimensions and more the length of the vector of them. The modes are
    those of the basis, orthonormal; pixels stand for modes of their number.
    """

    exponent: Annotated[float, Range(0, 6, limits=(0, 100)), "how fast the spectrum falls"] = 2.0
    corner: Annotated[float, Range(0.5, 32, log=True, limits=(1e-6, 1e6)), "frequency where it begins to fall"] = 4.0
    basis: Annotated[Basis, "modes: periodic signals have Fourier's, reflected ones cosines"] = "fourier"

    def spectrum(self, shape: Shape) -> Tensor:
        """The variance of each mode, in the order of the basis: (C, *space)."""
        squares = torch.zeros((), dtype=torch.float64)
        for n in shape[1:]:
            at = torch.arange(n, dtype=torch.float64)
            f = {"fourier": torch.minimum(at, n - at), "cosine": at / 2, "pixels": at}[self.basis]
            squares = squares[..., None] + f**2
        return (1 + squares / self.corner**2).pow(-self.exponent / 2).expand(tuple(shape)).clone()

    def draw(self, count: int, shape: Shape, rng: torch.Generator) -> Drawn:
        white = torch.randn(count, *shape, generator=rng, dtype=torch.float64)
        scale, axes = self.spectrum(shape).sqrt(), tuple(range(2, len(shape) + 1))
        if self.basis == "fourier":
            return Drawn(torch.fft.ifftn(scale * torch.fft.fftn(white, dim=axes), dim=axes).real)
        return Drawn(cosine_sum(scale * white, axes) if self.basis == "cosine" else scale * white)


@dataclass(frozen=True)
class Codebook(Ensemble):
    """One of finitely many signals, drawn once and for all from a Gaussian process: I(x; T) is at most log2 of them."""

    words: Annotated[int, Range(2, 64, log=True, limits=(2, 100_000)), "signals in the book"] = 16
    process: Annotated[GaussianRandomField, "where the signals of the book are from"] = GaussianRandomField()
    book: Annotated[int, SEEDS, "which book"] = 0

    def draw(self, count: int, shape: Shape, rng: torch.Generator) -> Drawn:
        if count < self.words:
            came = f"{count} for {self.words}"
            raise Refusal("as many samples as there are signals in the book", came, "take more samples or fewer words")
        signals = self.process.draw(self.words, shape, stream(self.book, "codebook")).signals
        words = torch.randint(self.words, (count,), generator=rng)
        return Drawn(signals[words], words=words)


def require_axes(shape: Shape, allowed: tuple[int, ...], whose: str) -> None:
    """Refusal where an ensemble has no signals of that many axes."""
    if len(shape) - 1 not in allowed:
        wanted = f"signals of {' or '.join(map(str, allowed))} axes for {whose}"
        raise Refusal(wanted, shown(tuple(shape)), "choose another ensemble")


__all__ = ["Codebook", "Drawn", "Ensemble", "GaussianRandomField"]


if not TYPE_CHECKING:
    __getattr__ = renamed.exports(__name__)
