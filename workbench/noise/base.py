"""The noise: one object makes the data and explains them."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor

from workbench.noise.likelihood import Likelihood
from workbench.parameters import Checked, owed
from workbench.refusal import Refusal
from workbench.tensors import abs2


class Noise(ABC, metaclass=Checked):
    """p(y | clean) for data of any shape (B, ...): its samples and its negative log-likelihood up to a constant.

    Subclasses are frozen dataclasses; a prox is there when `can` says so. Complex data are refused around `sample` and
    `unfit` of every subclass that has no Likelihood.COMPLEX.
    """

    formula: ClassVar[str] = ""  # the data, or their density, in TeX
    can: ClassVar[Likelihood] = owed("say in the class what it can do, such as can = Likelihood.GRAD")

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "sample" in cls.__dict__:
            cls.sample = _drawn_if_it_takes(cls.sample)
        if "unfit" in cls.__dict__:
            cls.unfit = _asked_if_it_takes(cls.unfit)

    @abstractmethod
    def sample(self, clean: Tensor, rng: torch.Generator) -> Tensor:
        """Noisy data y for the clean data A(x)."""

    def noiseless(self, clean: Tensor) -> Tensor:
        """The data as they were without noise: the clean ones, with what is known to be added to them."""
        return clean

    @abstractmethod
    def nll(self, clean: Tensor, y: Tensor) -> Tensor:
        """-log p(y | clean) + constant of each item: (B,)."""

    @abstractmethod
    def grad(self, clean: Tensor, y: Tensor) -> Tensor:
        """The gradient of `nll` in `clean`; at a kink a subgradient, and without Likelihood.GRAD."""

    @abstractmethod
    def curvature(self, clean: Tensor, y: Tensor) -> Tensor:
        """The second derivative of `nll` in `clean`, entry by entry: (B, ...)."""

    @abstractmethod
    def precision(self, clean: Tensor) -> Tensor:
        """The Fisher information of each entry: the variance of `grad` at the truth, where nll is smooth the mean of
        `curvature`."""

    def hvp(self, clean: Tensor, y: Tensor, v: Tensor) -> Tensor:
        """The Hessian of `nll` in `clean` applied to v: `curvature` times v where entries are independent."""
        return self.curvature(clean, y) * v

    def lipschitz(self, y: Tensor) -> float:
        """A Lipschitz constant of `grad`, the largest `curvature` there can be for these data."""
        raise self._lacks("a gradient with a Lipschitz constant")

    def prox(self, v: Tensor, y: Tensor, step: float) -> Tensor:
        """argmin_u |u - v|^2 / 2 + step nll(u, y)."""
        raise self._lacks("a prox in closed form")

    def conjugate(self, p: Tensor, y: Tensor) -> Tensor:
        """The convex conjugate of nll(., y), sup_u <p, u> - nll(u, y), of each item: (B,)."""
        raise self._lacks("a convex conjugate")

    def level(self, clean: Tensor, y: Tensor) -> Tensor:
        """The standard deviation that the noise estimates of data it does not know the level of: (B,)."""
        raise self._lacks("a level that is estimated")

    def strong_convexity(self, y: Tensor) -> float:
        """The largest m that is known to leave nll - m |clean|^2 / 2 convex."""
        return 0.0

    def variance(self, y: Tensor) -> Tensor:
        """The v with E[(y - E y) f(y)] = E[v df/dy] entry by entry for smooth f, told from the data: (B, ...).

        Of complex data that of each part. Exact for Gaussian noise (Stein 1981), to first order for counts.
        """
        raise self._lacks("a variance that the data tell")

    def deviation(self, y: Tensor) -> Tensor:
        """The scale on which data are moved to see how a reconstruction follows them: (B, ...)."""
        return self.variance(y).sqrt()

    def risk(self, clean: Tensor, y: Tensor, optimism: Tensor) -> Tensor:
        """What has the mean of |clean - the true one|^2 entry by entry, told from the data: (B, ...), in double.

        `optimism` is deviation^2 d clean / dy; what is right on average is enough.
        """
        rest = self.grad(clean, y) / self.precision(clean)
        parts = 2 if y.is_complex() else 1
        return abs2(rest).double() - parts * self.variance(y).double() + 2 * optimism.double()

    def expected(self, y: Tensor) -> float:
        """What `nll` is on average at the truth, of an item like these: below, a reconstruction explains the noise."""
        raise self._lacks("a known average at the truth")

    def measured(self, y: Tensor) -> Tensor:
        """Which of the data say anything, whatever they are: (B, ...); all, where a noise knows no others."""
        return torch.ones_like(y, dtype=torch.bool)

    def of(self, kept: Tensor) -> "Noise":
        """The noise of some of the data alone, of an item's entries where `kept` (...) is true, in one row."""
        return self

    def remarks(self, y: Tensor | None) -> tuple[str, ...]:
        """What a reader has to know of how these data, where they are known, are explained: of measured maps."""
        return ()

    def unfit(self, y: Tensor) -> str:
        """Why these cannot be data of this noise, as a sentence; empty where they can."""
        return self._complex(y)

    def _complex(self, values: Tensor) -> str:
        if Likelihood.COMPLEX in self.can or not values.is_complex():
            return ""
        return f"{type(self).__name__} noise explains real data, and these are complex: take Gaussian noise"

    def _lacks(self, ability: str) -> Refusal:
        return Refusal(f"{ability} of the noise", f"{type(self).__name__}, which has none", "take another noise")


def _drawn_if_it_takes(sample: Callable[..., Tensor]) -> Any:
    @functools.wraps(sample)
    def drawn(self: Noise, clean: Tensor, rng: torch.Generator) -> Tensor:
        if self._complex(clean):
            remedy = "take Gaussian noise, or an operator with real values"
            raise Refusal(f"real data for {type(self).__name__} noise", "complex numbers", remedy)
        return sample(self, clean, rng)

    return drawn


def _asked_if_it_takes(unfit: Callable[..., str]) -> Any:
    @functools.wraps(unfit)
    def asked(self: Noise, y: Tensor) -> str:
        return self._complex(y) or unfit(self, y)

    return asked
