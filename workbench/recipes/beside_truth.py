"""What a trained network knows, beside what was there to know: the score of its signals, or their prior."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.analysis.learned import LearnedCurve, ScoreResidual, learned_curve, plane_points, score_residual
from workbench.denoisers import ConvexPotential, Denoiser, ImageNetwork
from workbench.priors import Can, Prior
from workbench.recipes.proximal_matching import ProximalMatching
from workbench.recipes.training_task import DenoisingTask, TrainingTask
from workbench.refusal import Refusal
from workbench.tensors import stream

_DRAWN, _LEVELS = 2000, 8  # signals an error is the mean of; noise levels it is found at


@dataclass(frozen=True, eq=False)
class ScoreBeside:
    """The residual of a denoiser and the score at noisy draws, and on a plane where signals are two numbers.

    `errors`, (L,), are those of draws at the noise levels `levels`, (L,).
    """

    drawn: ScoreResidual
    plane: ScoreResidual | None
    levels: Tensor
    errors: Tensor


def score_unmet(network: ImageNetwork, task: TrainingTask) -> str:
    """Why there is no score to hold a network against, as a sentence; empty where there is."""
    if _law(task) is None or not isinstance(task, DenoisingTask):
        return "Nobody knows the score of what it learns from: take points or fields, which are drawn from a prior."
    return "" if isinstance(network, Denoiser) else f"{type(network).__name__} is told no noise level: it has no score."


def prior_unmet(network: ImageNetwork, task: TrainingTask) -> str:
    """Why a network has no prior that can be drawn, as a sentence; empty where it has."""
    if isinstance(network, ConvexPotential) and isinstance(task, ProximalMatching):
        return ""
    return f"{type(network).__name__} is no gradient of a convex network: take laplacian or proximal."


def score_beside(denoise: Callable[[Tensor, float], Tensor], task: TrainingTask, sigma: float) -> ScoreBeside:
    """What a denoiser takes away beside the score, at noise of sigma, and how far it is off at the levels it learned.

    Refusal where nobody knows the score.
    """
    law = _law(task)
    if law is None or not isinstance(task, DenoisingTask):
        remedy = "take PriorSamples, which are drawn from a prior"
        raise Refusal("pictures of a known score", type(task.pictures).__name__, remedy)
    like = task.pictures.draw(stream(0, "a picture of which only the shape counts"), 1)
    many = like.expand(_DRAWN, *like.shape[1:])
    levels = torch.linspace(math.log(task.low), math.log(task.high), _LEVELS).exp()
    errors = torch.tensor([score_residual(denoise, law, many, level).error for level in levels.tolist()])
    points = plane_points(law, like, sigma) if like.numel() == 2 else None
    plane = None if points is None else ScoreResidual.of(denoise, law, points, sigma)
    return ScoreBeside(score_residual(denoise, law, many, sigma), plane, levels, errors)


def prior_beside(network: ImageNetwork, task: TrainingTask) -> LearnedCurve:
    """The prior that a proximal network has learned along the line of its pictures, beside the true one where known."""
    if not isinstance(network, ConvexPotential) or not isinstance(task, ProximalMatching):
        remedy = "take the recipe laplacian, or proximal"
        raise Refusal("a convex network that learned a prox", type(network).__name__, remedy)
    return learned_curve(network, task.pictures.line(), task.sigma, task.pictures.law)


def _law(task: TrainingTask) -> Prior | None:
    """The law of the pictures of a task, where it has a score and can be drawn from."""
    law, needed = task.pictures.law, Can.SCORE | Can.SAMPLE
    return law if law is not None and law.can & needed == needed else None
