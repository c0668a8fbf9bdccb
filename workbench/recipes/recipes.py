"""The recipes of the weights that ship: network, training task, steps and seed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from workbench.denoisers import (
    ConvexPotential,
    DenseAutoEncoder,
    DnCNN,
    GradientStepDenoiser,
    ImageNetwork,
    ScoreDenoiser,
    SuperResolution,
    UNet,
    UnrolledADMMNet,
    UnrolledIHTNet,
    UnrolledISTANet,
    UnrolledPDHGNet,
    VariationalAutoEncoder,
)
from workbench.parameters import Checked
from workbench.priors import GaussianMixture, GaussianProcess
from workbench.problem import Problem
from workbench.ranges import SEEDS
from workbench.recipes.encoding import Encoding
from workbench.recipes.fit import Fit, problem_of
from workbench.recipes.handwritten_digits import HandwrittenDigits
from workbench.recipes.laplacian import Laplacian
from workbench.recipes.photographs import Photographs
from workbench.recipes.pictures import Pictures
from workbench.recipes.prior_samples import PriorSamples
from workbench.recipes.proximal_matching import ProximalMatching
from workbench.recipes.super_resolving import SuperResolving
from workbench.recipes.training_task import DenoisingTask, TrainingTask
from workbench.recipes.unrolling import Unrolling


@dataclass(frozen=True)
class Recipe(metaclass=Checked):
    """All that the weights depend on: `run.iterate(recipe.problem(), recipe.fit, seed=recipe.seed)` repeats them."""

    saved = True

    network: Annotated[ImageNetwork, "network"] = DnCNN()
    task: Annotated[TrainingTask, "training task"] = DenoisingTask()
    fit: Annotated[Fit, "steps, rate and batch"] = Fit()
    seed: Annotated[int, SEEDS, "seed of the first weights and of the examples"] = 0

    def problem(self) -> Problem:
        """The training as a Problem whose unknown is the weights."""
        return problem_of(self.network, self.task, self.seed)


_ANY_NOISE = {"low": 0.005, "high": 10.0, "order": 2.0, "cap": 0.25}


def _shipped(network: ImageNetwork, task: TrainingTask, fit: Fit) -> Recipe:
    """With seed 0 of the first format, which the weights that ship were drawn from."""
    return Recipe(network, task, fit, -1)


def _score(network: UNet, pictures: Pictures, fit: Fit) -> Recipe:
    return _shipped(ScoreDenoiser(network), DenoisingTask(pictures, **_ANY_NOISE), fit)


def _auto_encoder(network: DenseAutoEncoder, samples: PriorSamples, fit: Fit) -> Recipe:
    """Of signals whose score is known: its residual can be held against it."""
    return Recipe(ScoreDenoiser(network), DenoisingTask(samples, 0.05, 1.0, 2.0, 0.5), fit)


def _fields() -> PriorSamples:
    return PriorSamples(GaussianMixture(GaussianProcess(0.5, 0.4, 1.0, 2.0), 3, 4.0), 8, 8)


# Made when asked for: a network takes milliseconds to make, and most readers want one of them.
RECIPES: dict[str, Callable[[], Recipe]] = {
    "dncnn_grey": lambda: _shipped(DnCNN(1, 32, 7), DenoisingTask(Photographs(40)), Fit(3000)),
    "unet_grey": lambda: _shipped(UNet(1), DenoisingTask(), Fit(12_000)),
    "unet_colour": lambda: _shipped(UNet(3, (32, 64)), DenoisingTask(Photographs(40, True)), Fit(4000)),
    "gradient_step": lambda: _shipped(GradientStepDenoiser(), DenoisingTask(Photographs(48), high=0.2), Fit(6000)),
    "proximal": lambda: _shipped(ConvexPotential(1, 16), ProximalMatching(Photographs(32)), Fit(2000)),
    "laplacian": lambda: _shipped(
        ConvexPotential(1, 32, 3, 1), ProximalMatching(Laplacian(), 1.0, 1.0, 0.1, entrywise=True), Fit(4000)
    ),
    "super_resolution": lambda: _shipped(SuperResolution(), SuperResolving(Photographs(32)), Fit(2500)),
    "score_photographs": lambda: _score(UNet(1, (32, 64, 96), 1, True, True), Photographs(32), Fit(4000, batch=16)),
    "score_digits": lambda: _score(UNet(1, (48, 96), 1, True, True), HandwrittenDigits(), Fit(4000, batch=32)),
    "points": lambda: _auto_encoder(DenseAutoEncoder(), PriorSamples(), Fit(2000, 1e-2, 128)),
    "fields": lambda: _auto_encoder(DenseAutoEncoder(1, 8, 8, 128, 64), _fields(), Fit(2500, 5e-3, 64)),
    "generator_digits": lambda: Recipe(VariationalAutoEncoder(), Encoding(), Fit(6000, batch=64)),
    "unrolled_ista": lambda: _shipped(UnrolledISTANet(), Unrolling(), Fit(1500)),
    "unrolled_iht": lambda: _shipped(UnrolledIHTNet(), Unrolling(), Fit(1500)),
    "unrolled_pdhg": lambda: _shipped(UnrolledPDHGNet(), Unrolling(supervised=False), Fit(800)),
    "unrolled_admm": lambda: _shipped(UnrolledADMMNet(), Unrolling(), Fit(1000)),
}
