"""The training task of super-resolution."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional

from workbench.operators import Downsample
from workbench.recipes.measures import Figure, psnr
from workbench.recipes.photographs import Photographs
from workbench.recipes.pictures import Pictures
from workbench.recipes.training_task import Apply, Batch, Moment, Sigma, TrainingTask
from workbench.tensors import first_stream


@dataclass(frozen=True)
class SuperResolving(TrainingTask):
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
        (y,), _ = self.batch(signal, first_stream(7, "small picture of a card"))
        larger = functional.interpolate(y, scale_factor=2, mode="bicubic", align_corners=False)
        task = f"{name}, from means of 2 x 2 px, noise {self.sigma:g}"
        return [Figure(task, psnr(network(y), signal), "bicubic", psnr(larger, signal))]
