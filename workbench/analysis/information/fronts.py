"""What goes in front of an estimator: noise, fewer dimensions, one dimension at a time."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from torch import Tensor

from workbench.analysis.information.base import Estimator, Samples, discrete
from workbench.analysis.information.neighbours import KSG
from workbench.analysis.information.ties import TIES, spread
from workbench.parameters import Range
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import normal_like, stream

Inner = Annotated[Estimator, "estimator behind it"]
Seed = Annotated[int, SEEDS, "which random numbers"]
Kept = Annotated[int, Range(1, 10, limits=(1, 1000)), "dimensions kept of a wider side"]


class Front(Estimator):
    """An estimator of changed samples."""

    estimator: Estimator

    @abstractmethod
    def change(self, x: Samples, side: str) -> Samples:
        """What the estimator behind it sees of continuous samples of a side, "u" or "v", (N, d)."""

    def measure(self, u: Samples, v: Samples) -> float:
        return self.estimator(*(x if discrete(x) else self.change(x, side) for x, side in ((u, "u"), (v, "v"))))

    def ceiling(self, n: int) -> float:
        return self.estimator.ceiling(n)


@dataclass(frozen=True)
class Noisy(Front):
    """I(u; v + ratio rms(v) w), w standard normal: finite where v is a deterministic function of u.

    The network that is measured has that noise. Goldfeld et al. 2019, arXiv:1810.05728.
    """

    estimator: Inner = KSG()
    ratio: Annotated[float, Range(0.001, 1, log=True, limits=(0, 1e6)), "noise in units of the rms of v"] = 0.1
    seed: Seed = 0

    bias: ClassVar[str] = "that of the estimator behind it; below I(u; v), by what the noise hides"
    freedom: ClassVar[str] = "ratio"
    free: ClassVar[str] = "the noise: less noise, more information, without end in a deterministic network"
    meaningless: ClassVar[str] = "as a statement on a network that has no such noise"

    def change(self, x: Samples, side: str) -> Samples:
        size = self.ratio * (x - x.mean(0)).square().mean().sqrt()
        return x + size * normal_like(x, stream(self.seed, "added noise", device=x.device))

    def measure(self, u: Samples, v: Samples) -> float:
        if discrete(v):
            raise Refusal("a continuous v to add noise to", "symbols", "pass the symbols as u")
        return self.estimator(u, self.change(v, "v"))


@dataclass(frozen=True)
class Ranked(Front):
    """I(f(u); f(v)), f each coordinate's rank as a normal score: no information is lost, and long tails are gone.

    Czyz et al. 2023, arXiv:2306.11078.
    """

    estimator: Inner = KSG()

    bias: ClassVar[str] = "that of the estimator behind it"
    free: ClassVar[str] = "none but those behind it"
    meaningless: ClassVar[str] = f"as a limit of many samples where values are quantised: {TIES}"

    def change(self, x: Samples, side: str) -> Samples:
        x = spread(x, side)
        ranks = x.argsort(dim=0, stable=True).argsort(0).double()
        return torch.special.ndtri((ranks + 0.5) / len(x))


@dataclass(frozen=True)
class PCA(Front):
    """I(f(u); f(v)), f the leading principal components of a side that has more dimensions than are kept.

    A lower bound of I(u; v), since a function keeps no more. Butakov et al. 2024, arXiv:2305.08013.
    """

    estimator: Inner = KSG()
    dimensions: Kept = 3

    bias: ClassVar[str] = "that of the estimator behind it, and low by what the compression loses"
    freedom: ClassVar[str] = "dimensions"
    free: ClassVar[str] = "the dimensions kept: more keep more information and cost more samples"
    meaningless: ClassVar[str] = "where information sits in directions of little variance"

    def change(self, x: Samples, side: str) -> Samples:
        return components(x, self.dimensions)


@dataclass(frozen=True)
class Sliced(Estimator):
    """The mean of I(a'u; b'v) over random unit vectors a, b: sliced information, not I(u; v), which is above it.

    0 only where u and v are independent, at the cost of one dimension. Goldfeld & Greenewald 2021, arXiv:2110.05279.
    """

    estimator: Inner = KSG()
    slices: Annotated[int, Range(1, 200, log=True, limits=(1, 10_000)), "random directions"] = 20
    seed: Seed = 0

    bias: ClassVar[str] = "that of the estimator behind it; as I(u; v) low, the more so the more dimensions"
    freedom: ClassVar[str] = "slices"
    free: ClassVar[str] = "the number of slices: more, less scatter"
    meaningless: ClassVar[str] = "as a number to compare with I(u; v), H(Y) or log2 N; it may rise along a network"

    def measure(self, u: Samples, v: Samples) -> float:
        total = 0.0
        for k in range(self.slices):
            rng = stream(self.seed, "slices", k, u.device)
            total += self.estimator(_slice(u, rng), _slice(v, rng))
        return total / self.slices

    def ceiling(self, n: int) -> float:
        return self.estimator.ceiling(n)


def components(x: Samples, count: int) -> Samples:
    """The first principal components of samples (N, d), (N, count), or as many as vary, as for a layer of dead units.

    All coordinates as they are where there are no more.
    """
    if x.shape[1] <= count:
        return x
    centred = x - x.mean(0)
    if len(x) <= count:
        raise Refusal(f"more samples than the {count} components", str(len(x)), "take a larger ensemble")
    _, sizes, axes = torch.linalg.svd(centred, full_matrices=False)
    vary = int((sizes > 1e-9 * sizes[0]).sum())
    return centred @ axes[: min(count, vary)].T


def _slice(x: Samples, rng: torch.Generator) -> Tensor:
    if discrete(x):
        return x
    direction = normal_like(x[:1], rng)
    return x @ (direction / direction.norm()).T
