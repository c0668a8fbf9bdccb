"""A session whose run goes on in no thread."""

from types import SimpleNamespace

import torch

from workbench.algorithms import GradientDescent
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.cut import Cut
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import Tikhonov
from workbench.problem import Problem

SHAPE = (1, 4, 4)
TRUTH = torch.arange(16.0).reshape(1, *SHAPE) / 16


def session(algorithm=None, **given: object) -> SimpleNamespace:
    """One person's session at an iterate of 1/2, whose run goes on in no thread."""
    problem = Problem(Identity(SHAPE), Gaussian(0.1), Tikhonov(), TRUTH, TRUTH)
    state = SimpleNamespace(x=torch.full((1, *SHAPE), 0.5), k=3)
    experiment = Experiment(Shipped("camera", 8), Identity(SHAPE), algorithm=algorithm or GradientDescent(), steps=20)
    plain = {
        "problem": problem, "seen": (problem, state), "moment": None, "experiment": experiment, "looks": [],
        "cut": Cut(),
        "job": SimpleNamespace(latest=SimpleNamespace(state=state)),
        "pictures": lambda: SimpleNamespace(truth=TRUTH[0, 0].numpy(), shape=SHAPE[1:]),
    }  # fmt: skip
    return SimpleNamespace(**(plain | given))
