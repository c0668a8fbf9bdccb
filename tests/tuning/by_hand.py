"""Paths of weights written out by hand."""

import torch
from torch import Tensor

from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import Tikhonov
from workbench.problem import Problem
from workbench.tuning import PathPoint, WeightPath

ONE = Problem(Identity((1, 2)), Gaussian(0.5), Tikhonov(), torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[0.5, 2.0]]]))


def path(*points: tuple[float, ...], problem: Problem = ONE) -> WeightPath:
    """Points of (weight, misfit, prior, optimism), whose picture is (weight, 0)."""
    made = [
        PathPoint(
            w, torch.tensor([[[w, 0.0]]]), torch.tensor([[[w, 0.0]]]), misfit, prior, 2, optimism, optimism, optimism
        )
        for w, misfit, prior, optimism in points
    ]
    return WeightPath(problem, tuple(made))


def over(weights: Tensor) -> WeightPath:
    """A path of points that differ by their weights alone."""
    return path(*((float(w), 1.0, 1.0, 1.0) for w in weights))
