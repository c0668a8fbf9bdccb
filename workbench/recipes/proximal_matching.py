"""The training task of proximal matching."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.recipes.measures import Figure, denoised, psnr
from workbench.recipes.photographs import Photographs
from workbench.recipes.pictures import Pictures
from workbench.recipes.training_task import Apply, Batch, Moment, Sigma, TrainingTask
from workbench.tensors import first_stream

Entrywise = Annotated[bool, "each entry of a signal is an example by itself"]


@dataclass(frozen=True)
class ProximalMatching(TrainingTask):
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
        (y,), _ = self.batch(signal, first_stream(7, "noisy picture of a card"))
        # For density exp(-|x|): the most probable x is y with its modulus made smaller by sigma^2.
        exact = y - y.clamp(-(self.sigma**2), self.sigma**2)
        task = f"{name}, noise {self.sigma:g}"
        return [Figure(task, psnr(network(y), signal), "the exact prox", psnr(exact, signal))]
