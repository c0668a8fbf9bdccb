"""Ensembles of signals, since information is a property of many signals and of none alone."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.parameters import Checked
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


def require_axes(shape: Shape, allowed: tuple[int, ...], whose: str) -> None:
    """Refusal where an ensemble has no signals of that many axes."""
    if len(shape) - 1 not in allowed:
        wanted = f"signals of {' or '.join(map(str, allowed))} axes for {whose}"
        raise Refusal(wanted, shown(tuple(shape)), "choose another ensemble")
