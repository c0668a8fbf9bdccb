"""What a denoiser takes away, beside the score of signals whose law is known."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.priors import NEEDS_IN_WORDS, Can, Prior
from workbench.refusal import Refusal
from workbench.tensors import norm2, normal_like, stream

Denoise = Callable[[Tensor, float], Tensor]
_BEYOND = 2.0  # noise levels that a plane of points reaches beyond the signals


@dataclass(frozen=True, eq=False)
class ScoreResidual:
    """At the points `at`, (N, C, *space), the residual (D(x) - x) / sigma^2 and the score of signals with that noise.

    Of the denoiser that is best in the mean square both are one: Miyasawa 1961; of auto-encoders, Alain & Bengio 2014,
    arXiv:1211.4246.
    """

    sigma: float
    at: Tensor
    residual: Tensor
    score: Tensor

    @property
    def error(self) -> float:
        """The root of the mean of |residual - score|^2, as a share of that of |score|^2."""
        return float((norm2(self.residual - self.score).mean() / norm2(self.score).mean()).sqrt())

    @classmethod
    def of(cls, denoise: Denoise, law: Prior, at: Tensor, sigma: float) -> "ScoreResidual":
        """At given points. Refusal for a law without a score."""
        _require(law, Can.SCORE)
        with torch.no_grad():
            residual, score = ((each(at, sigma) - at) / sigma**2 for each in (denoise, law.denoise))
        return cls(sigma, at, residual, score)


def score_residual(denoise: Denoise, law: Prior, like: Tensor, sigma: float, seed: int = 0) -> ScoreResidual:
    """At draws of the law with noise of sigma, as many as `like`, (N, C, *space), holds: where signals are.

    Its error is the root of the Fisher divergence of what was learned from what there was to learn, relative.
    """
    _require(law, Can.SAMPLE)
    drawn = law.sample(like, stream(seed, "signals of a known score", 0, like.device))
    noise = normal_like(like, stream(seed, "noise of a known score", 0, like.device))
    return ScoreResidual.of(denoise, law, drawn + sigma * noise, sigma)


def plane_points(law: Prior, like: Tensor, sigma: float, side: int = 17) -> Tensor:
    """A grid of side x side points around signals of two numbers, (side^2, C, *space), row by row from below."""
    if like[0].numel() != 2:
        raise Refusal("signals of two numbers, which have a plane", f"{like[0].numel()}", "look at pictures of them")
    _require(law, Can.SAMPLE)
    drawn = law.sample(like.expand(500, *like.shape[1:]), stream(0, "extent of signals", 0, like.device)).flatten(1)
    middle, reach = (drawn.amax(0) + drawn.amin(0)) / 2, float((drawn.amax(0) - drawn.amin(0)).max()) / 2
    steps = torch.linspace(-1, 1, side).to(like) * (reach + _BEYOND * sigma)
    y, x = torch.meshgrid(middle[1] + steps, middle[0] + steps, indexing="ij")
    return torch.stack([x, y], -1).reshape(-1, *like.shape[1:])


def _require(law: Prior, ability: Can) -> None:
    if ability not in law.can:
        name = type(law).__name__
        remedy = "take signals drawn from GaussianMixture or GaussianProcess"
        raise Refusal(f"a law with {NEEDS_IN_WORDS[ability]}", name, remedy)
