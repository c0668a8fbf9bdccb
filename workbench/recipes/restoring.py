"""Lessons of networks that restore: sharper pictures, the prox of a prior, a few steps of an algorithm."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional

from workbench.operators import Downsample, GaussianBlur, LinearOperator
from workbench.parameters import Range
from workbench.recipes.lessons import Apply, Batch, Lesson, Moment, Sigma
from workbench.recipes.measures import Figure, denoised, noisy, psnr
from workbench.recipes.pictures import Photographs, Pictures
from workbench.tensors import stream

Entrywise = Annotated[bool, "each entry of a signal is an example by itself"]


@dataclass(frozen=True)
class SuperResolving(Lesson):
    """Means of 2 x 2 pixels, with noise -> the pixels; the loss is the mean square error."""

    pictures: Annotated[Pictures, "pictures"] = Photographs()
    sigma: Sigma = 0.01

    def batch(self, truth: Tensor, rng: torch.Generator) -> Batch:
        small = Downsample(tuple(truth.shape[1:]))(truth)
        return Batch((small + self.sigma * torch.randn(small.shape, generator=rng),), truth)

    def loss(self, apply: Apply, batch: Batch, moment: Moment) -> Tensor:
        return (apply(*batch.inputs) - batch.targets).square().mean()

    def figures(self, network: Callable[..., Tensor]) -> list[Figure]:
        name, signal = self.pictures.test()
        (y,), _ = self.batch(signal, stream(-8, "small picture of a card"))
        larger = functional.interpolate(y, scale_factor=2, mode="bicubic", align_corners=False)
        task = f"{name}, from means of 2 x 2 px, noise {self.sigma:g}"
        return [Figure(task, psnr(network(y), signal), "bicubic", psnr(larger, signal))]


@dataclass(frozen=True)
class ProximalMatching(Lesson):
    """x + sigma n -> the most probable x: the loss 1 - exp(-|error|^2 / gamma^2) counts near misses alone.

    |error|^2 is a mean over the signal. The mean square error comes first, for the first part of the steps; then gamma
    falls from `wide` to `narrow`. Fang, Buchanan & Sulam 2024, arXiv:2310.14344.
    """

    pictures: Annotated[Pictures, "pictures"] = Photographs()
    sigma: Sigma = 0.1
    wide: Annotated[float, Range(0.01, 1, log=True, limits=(1e-6, 1e6)), "gamma at first"] = 0.1
    narrow: Annotated[float, Range(0.01, 1, log=True, limits=(1e-6, 1e6)), "gamma at the end"] = 0.05
    before: Annotated[float, Range(0, 0.9, limits=(0, 1)), "part of the steps with the mean square error"] = 0.4
    entrywise: Entrywise = False

    def batch(self, truth: Tensor, rng: torch.Generator) -> Batch:
        return Batch((truth + self.sigma * torch.randn(truth.shape, generator=rng),), truth)

    def loss(self, apply: Apply, batch: Batch, moment: Moment) -> Tensor:
        error = (apply(*batch.inputs) - batch.targets).square()
        error = error if self.entrywise else error.flatten(1).mean(1)
        if moment.progress < self.before:
            return error.mean() / self.sigma**2
        over = (moment.progress - self.before) / (1 - self.before)
        gamma = self.wide * (self.narrow / self.wide) ** over
        return -torch.expm1(-error / gamma**2).mean()

    def figures(self, network: Callable[..., Tensor]) -> list[Figure]:
        name, signal = self.pictures.test()
        if not self.entrywise:
            return [denoised(lambda y, sigma: network(y), name, signal, self.sigma)]
        (y,), _ = self.batch(signal, stream(-8, "noisy picture of a card"))
        # For density exp(-|x|): the most probable x is y with its modulus made smaller by sigma^2.
        exact = y - y.clamp(-(self.sigma**2), self.sigma**2)
        task = f"{name}, noise {self.sigma:g}"
        return [Figure(task, psnr(network(y), signal), "the exact prox", psnr(exact, signal))]


@dataclass(frozen=True)
class Unrolling(Lesson):
    """Blurred data with noise -> the picture. Supervised, the loss is the mean square error.

    Else it never sees a picture: SURE, an estimate of the error in the data without the truth, and equivariance, for
    the estimate turned, blurred and restored again should be the estimate turned. Stein 1981, 10.1214/aos/1176345632;
    Chen, Tachella & Davies 2021, 10.1109/ICCV48922.2021.00434; 2022, arXiv:2111.12855.
    """

    pictures: Annotated[Pictures, "pictures"] = Photographs(32)
    width: Annotated[float, Range(0.5, 4, unit="px", limits=(0.1, 20)), "width of the blur"] = 1.5
    sigma: Sigma = 0.02
    supervised: Annotated[bool, "pictures are known, not data alone"] = True

    @cached_property
    def operator(self) -> LinearOperator:
        channels = 3 if getattr(self.pictures, "colour", False) else 1
        return GaussianBlur((channels, self.pictures.side, self.pictures.side), self.width)

    def batch(self, truth: Tensor, rng: torch.Generator) -> Batch:
        clean = self.operator(truth)
        return Batch((clean + self.sigma * torch.randn(clean.shape, generator=rng),), truth)

    def loss(self, apply: Apply, batch: Batch, moment: Moment) -> Tensor:
        estimate = self.answer(apply, *batch.inputs)
        if self.supervised:
            return (estimate - batch.targets).square().mean()
        return self._sure(apply, batch.inputs[0], estimate, moment) + self._equivariance(apply, estimate, moment)

    def answer(self, apply: Apply, *inputs: Tensor) -> Tensor:
        return apply(*inputs, self.operator, 1.0)  # a blur of sum 1 has norm 1

    def figures(self, network: Callable[..., Tensor]) -> list[Figure]:
        name, signal = self.pictures.test()
        operator = GaussianBlur(tuple(signal.shape[1:]), self.width)
        y = noisy(operator(signal), self.sigma)
        back = operator.adjoint(y)
        gram = operator.diagonal.squared
        ridges = [psnr(gram.shifted_inverse(back, self.sigma**2 * 2.0**k), signal) for k in range(10)]
        task = f"{name}, blur of {self.width:g} px, noise {self.sigma:g}"
        return [Figure(task, psnr(network(y, operator, 1.0), signal), "best Tikhonov", max(ridges))]

    def _sure(self, apply: Apply, y: Tensor, estimate: Tensor, moment: Moment) -> Tensor:
        """mean |A f(y) - y|^2 + 2 sigma^2 div(A f)(y) / m - sigma^2, the divergence by one random difference."""
        probe = torch.randn(y.shape, generator=moment.rng)
        tiny = 0.05 * self.sigma
        there = self.operator(self.answer(apply, y + tiny * probe))
        here = self.operator(estimate)
        divergence = (probe * (there - here)).mean() / tiny
        return (here - y).square().mean() + 2 * self.sigma**2 * divergence - self.sigma**2

    def _equivariance(self, apply: Apply, estimate: Tensor, moment: Moment) -> Tensor:
        turns, down, right = torch.randint(1, 1 << 20, (3,), generator=moment.rng).tolist()
        side = estimate.shape[-1]
        moved = torch.rot90(estimate, turns % 4, (2, 3)).roll((down % side, right % side), (2, 3))
        again = self.operator(moved) + self.sigma * torch.randn(moved.shape, generator=moment.rng)
        return (self.answer(apply, again) - moved).square().mean()
