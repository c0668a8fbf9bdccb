"""The training task of unrolled methods."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import GaussianBlur, LinearOperator
from workbench.parameters import Range
from workbench.recipes.measures import Figure, noisy, psnr
from workbench.recipes.photographs import Photographs
from workbench.recipes.pictures import Pictures
from workbench.recipes.training_task import Apply, Batch, Moment, Sigma, TrainingTask


@dataclass(frozen=True)
class Unrolling(TrainingTask):
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
