"""Methods that go step by step: R_k = (1 - p_k(A'A)) A^-1 with the residual polynomial p_k of k steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.channel import GaussianChannel
from workbench.analysis.information.filters.base import SpectralFilter
from workbench.parameters import Range
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import normal_like, stream

StepSize = Annotated[float | None, Range(1e-6, 10, log=True, limits=(0, 1e12)), "step, 1 / |A|^2 when empty"]


@dataclass(frozen=True)
class LandweberFilter(SpectralFilter):
    """p_k = (1 - step s^2)^k: gradient descent on |A x - y|^2 / 2."""

    step: StepSize = None

    def shares(self, channel: GaussianChannel) -> Iterator[Tensor]:
        rates = _step(self.step, channel) * channel.gains.square()
        found = torch.zeros_like(rates)
        while True:
            yield found
            found = found + rates * (1 - found)


@dataclass(frozen=True)
class HeavyBallFilter(SpectralFilter):
    """p_{k+1} = (1 + momentum - step s^2) p_k - momentum p_{k-1}, the first step without momentum.

    Polyak 1964, doi 10.1016/0041-5553(64)90137-5.
    """

    momentum: Annotated[float, Range(0, 0.98, limits=(0, 0.9999)), "share of the last move that goes on"] = 0.8
    step: StepSize = None

    def shares(self, channel: GaussianChannel) -> Iterator[Tensor]:
        rates = _step(self.step, channel, 1 + self.momentum) * channel.gains.square()
        before = found = torch.zeros_like(rates)
        while True:
            yield found
            found, before = found + rates * (1 - found) + self.momentum * (found - before), found


@dataclass(frozen=True)
class ChebyshevFilter(SpectralFilter):
    """p_k(t) = T_k((b + a - 2 t) / (b - a)) / T_k((b + a) / (b - a)), least over [a, b], b = |A|^2, a = low b.

    Golub & Varga 1961, doi 10.1007/BF01386013.
    """

    low: Annotated[
        float, Range(1e-4, 0.5, log=True, limits=(1e-12, 0.999)), "lower end of the interval over its upper"
    ] = 0.01

    def shares(self, channel: GaussianChannel) -> Iterator[Tensor]:
        squares = channel.gains.square()
        top = float(squares.max())
        half, middle = top * (1 - self.low) / 2, top * (1 + self.low) / 2
        ratio = half / middle  # T_{k-1} / T_k at (b + a) / (b - a) follows a recurrence that cannot overflow
        before, found = torch.zeros_like(squares), squares / middle
        yield before
        while True:
            yield found
            following = 1 / (2 * middle / half - ratio)
            weight = 2 * following / half
            found, before = found + weight * squares * (1 - found) + following * ratio * (found - before), found
            ratio = following


@dataclass(frozen=True)
class FrozenConjugateGradients(SpectralFilter):
    """p_k(t) = prod (1 - t / theta_i), theta the Ritz values of conjugate gradients on one y, frozen for all others.

    Hestenes & Stiefel 1952.
    """

    seed: Annotated[int, SEEDS, "which y the Ritz values are of"] = 0

    caveat: ClassVar[str] = (
        "Conjugate gradients are not linear in y: their polynomial depends on it. The plane holds for the algorithm "
        "with the Ritz values of one y frozen, which leaves out the information that the values themselves carry."
    )

    def shares(self, channel: GaussianChannel) -> Iterator[Tensor]:
        squares = channel.gains.square()
        residual = channel.gains * _draw(channel, self.seed)  # A'y in the singular vectors
        first = energy = float(residual.square().sum())
        share, direction = torch.ones_like(squares), torch.ones_like(squares)  # p_k and the direction's polynomial
        start = residual
        while True:
            yield 1 - share
            if energy <= 1e-28 * first:
                continue
            toward = direction * start
            step = energy / float((toward.square() * squares).sum())
            share = share - step * squares * direction
            new = float((share * start).square().sum())
            direction, energy = share + new / energy * direction, new


def _draw(channel: GaussianChannel, seed: int) -> Tensor:
    """Data of one signal in the left singular vectors, (M, d)."""
    rng = stream(seed, "y of a filter", device=channel.gains.device)
    values, axes = torch.linalg.eigh(channel.covariance)
    signal = axes @ (values.clamp_min(0).sqrt() * normal_like(channel.gains, rng))[:, :, None]
    return channel.gains * signal[:, :, 0] + channel.sigma * normal_like(channel.gains, rng)


def _step(step: float | None, channel: GaussianChannel, reach: float = 1.0) -> float:
    """The step in use; Refusal where the iteration would diverge, at 2 reach / |A|^2."""
    top = float(channel.gains.max()) ** 2
    if step is not None and step * top >= 2 * reach:
        raise Refusal(f"a step below {2 * reach / top:.4g}, 2 / |A|^2 or what momentum allows", f"{step:g}", "lower it")
    return 1 / top if step is None else step
