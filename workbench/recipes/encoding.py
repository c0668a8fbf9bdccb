"""The training task of generators."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import torch
from torch import Tensor

from workbench.parameters import Range
from workbench.recipes.handwritten_digits import HandwrittenDigits
from workbench.recipes.measures import Figure, psnr
from workbench.recipes.pictures import Pictures
from workbench.recipes.training_task import Batch, Moment, Sigma, TrainingTask
from workbench.tensors import stream

_LEARNED = 1000  # pictures that the linear map of a card learns from


@dataclass(frozen=True)
class Encoding(TrainingTask):
    """A picture to normal numbers and back: |x - G(z)|^2 / (2 sigma^2) + how far z is from normal.

    The variational bound: z = mean + deviation n, n normal, and the divergence of that law from N(0, 1), so that
    numbers drawn from N(0, 1) make pictures of the kind. Kingma, Welling 2014, arXiv 1312.6114.
    """

    pictures: Annotated[Pictures, "pictures"] = HandwrittenDigits()
    sigma: Sigma = 0.1
    latent: Annotated[int, Range(1, 64, log=True, limits=(1, 10_000)), "numbers that a picture comes from"] = 8

    def batch(self, truth: Tensor, rng: torch.Generator) -> Batch:
        return Batch((truth, torch.randn(len(truth), self.latent, generator=rng)), truth)

    def answer(self, apply: Callable[..., Any], *inputs: Tensor) -> Tensor:
        return apply(inputs[0]).picture

    def loss(self, apply: Callable[..., Any], batch: Batch, moment: Moment) -> Tensor:
        picture, mean, log_variance = apply(*batch.inputs)
        misfit = (picture - batch.targets).square().flatten(1).sum(1) / (2 * self.sigma**2)
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(1) / 2
        return (misfit + divergence).mean()

    def figures(self, network: Callable[..., Any]) -> list[Figure]:
        name, signal = self.pictures.test()
        learned = self.pictures.draw(stream(0, "pictures of a card"), _LEARNED).flatten(1)
        centre = learned.mean(0)
        axes = torch.linalg.svd(learned - centre, full_matrices=False).Vh[: self.latent]
        flat = (signal.flatten(1) - centre) @ axes.mT @ axes + centre
        other = f"{self.latent} principal components"
        linear, found = psnr(flat.reshape(signal.shape), signal), psnr(network(signal).picture, signal)
        return [Figure(f"{name} through {self.latent} numbers", found, other, linear)]
