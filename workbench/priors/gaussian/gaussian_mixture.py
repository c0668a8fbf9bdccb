"""A mixture of Gaussian processes: a prior with several modes whose posterior is known."""

import functools
import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.priors.gaussian.gaussian_process import GaussianProcess
from workbench.ranges import SEEDS
from workbench.tensors import Constant, Shape, dot, norm, normal_like, spread, stream


class GaussianMixture(Prior):
    """x ~ mean over k of N(m_k, C): as often one component as another, with centres m_k of their own and one C.

    m_k = mean + separation C^1/2 u_k, mean and C of the process and u_k smooth unit patterns drawn by the seed: in the
    metric of C two centres are `separation` or two apart whatever the size. One C for all: the gradient of
    g(x) = -log sum_k exp(-|C^-1/2 (x - m_k)|^2 / 2) / K has a Lipschitz constant, with two it would have none.
    """

    formula = r"x \sim \frac{1}{K} \sum_{k} \mathcal{N}(m_k, C)"

    can = Can.VALUE | Can.GRAD | Can.HVP | Can.DENOISE | Can.SCORE | Can.SAMPLE

    def __init__(
        self,
        process: Annotated[GaussianProcess, "each component about its centre"] = GaussianProcess(),
        components: Annotated[int, Range(1, 10, limits=(1, 1000)), "number of components"] = 3,
        separation: Annotated[
            float, Range(0.5, 50, log=True, limits=(0, 1e6)), "distance of centres from the mean, in deviations"
        ] = 2.0,
        seed: Annotated[int, SEEDS, "which centres"] = 0,
    ) -> None:
        super().__init__()
        self.process, self.components, self.separation, self.seed = process, components, separation, seed

    def centres(self, like: Tensor) -> Tensor:
        """The centre of each component for signals like `like`, (K, C, *space)."""
        return self.process.mean + self._away(like)

    def log_density(self, x: Tensor, sigma: float = 0.0) -> Tensor:
        """log p of x, a signal with noise of sigma, (B,)."""
        alone = [self.process.log_density(x - away, sigma) for away in self._away(x)]
        return torch.stack(alone, 1).logsumexp(1) - math.log(self.components)

    def shares(self, x: Tensor, sigma: float = 0.0) -> Tensor:
        """The probability that x, a signal with noise of sigma, is of each component, (B, K)."""
        return self._logits(x, sigma).softmax(1)

    def forward(self, x: Tensor) -> Tensor:
        about = self.process(x)
        return about - self._logits(x, 0.0).logsumexp(1) + math.log(self.components)

    def grad(self, x: Tensor) -> Tensor:
        return self.process.grad(x - self._mixed(self.shares(x), x))

    def lipschitz(self) -> float:
        # The centres' covariance takes at most separation^2 of C^-1 away.
        return self.process.lipschitz() * max(1.0, self.separation**2 - 1)

    def strong_convexity(self) -> float:
        least = 1 - self.separation**2
        return least * (self.process.lipschitz() if least < 0 else self.process.strong_convexity())

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        shares, bent = self.shares(x), self.process.hvp(x, v)
        along = self._along(bent)
        about = along - (shares * along).sum(1, keepdim=True)
        return bent - self.process.hvp(x, self._mixed(shares * about, x))

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        away = self._mixed(self.shares(x, sigma), x)
        return away + self.process.denoise(x - away, sigma)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        return self.process.unfit(shape, dtype)

    def centre(self, like: Tensor) -> Tensor:
        return self.centres(like).mean(0).to(like.dtype).expand_as(like)

    def sample(self, like: Tensor, rng: torch.Generator) -> Tensor:
        chosen = torch.randint(self.components, (len(like),), generator=rng, device=like.device)
        return self._away(like)[chosen] + self.process.sample(like, rng)

    def _logits(self, x: Tensor, sigma: float) -> Tensor:
        """log N(x; m_k, C + sigma^2) of each k but for what they share, (B, K)."""
        away = self._away(x)
        own = dot(away, self.process.whitened(away, sigma))
        return self._along(self.process.whitened(x - self.process.mean, sigma)) - own / 2

    def _along(self, x: Tensor) -> Tensor:
        """<m_k - mean, x> of each k, (B, K); centres are real."""
        return x.real.flatten(1) @ self._away(x).flatten(1).T

    def _mixed(self, shares: Tensor, x: Tensor) -> Tensor:
        """sum_k shares_k (m_k - mean), for signals like x."""
        return torch.tensordot(shares, self._away(x), 1).to(x.dtype)

    def _away(self, x: Tensor) -> Tensor:
        """m_k - mean of each k, (K, C, *space)."""
        p = self.process
        drawn = _patterns(tuple(x.shape[1:]), p.deviation, p.order, p.length, self.components, self.seed)
        return self.separation * drawn.like(x)


@functools.lru_cache(maxsize=16)
def _patterns(shape: Shape, deviation: float, order: float, length: float, count: int, seed: int) -> Constant:
    """So many patterns (C, *space) of length 1 in the metric of the process, smoother than its signals."""
    process = GaussianProcess(0.0, deviation, order, length)
    rng = stream(seed, "centres")
    drawn = process.coloured(normal_like(torch.zeros(count, *shape, dtype=torch.float64), rng))
    return Constant(process.coloured(drawn / spread(norm(drawn), drawn)))
