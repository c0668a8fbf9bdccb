"""Complex data of n numbers are real data of 2 n: in closed form, along a walk, and to every rule."""

from functools import cache

import pytest
import torch

from tests.tables import table
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity
from workbench.priors import L1, SmoothedTotalVariation, Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.tuning import (
    GCV,
    SURE,
    DiscrepancyPrinciple,
    Evidence,
    GeneralisedSURE,
    LCurve,
    QuasiOptimality,
    Selector,
    Walk,
    WeightPath,
)

PARTS = torch.tensor([[[1.0, 2.0]]]), torch.tensor([[[0.5, -1.0]]])
WEIGHTS = [0.5, 1.0, 2.0, 4.0, 8.0]


def walked(y: torch.Tensor) -> WeightPath:
    problem = Problem(Identity((y.shape[1], 2)), Gaussian(0.5), Tikhonov(), y)
    return WeightPath(problem, tuple(Walk().points(problem, WEIGHTS, True)))


@cache
def paths() -> tuple[WeightPath, WeightPath]:
    return walked(torch.complex(*PARTS)), walked(torch.cat(PARTS, 1))


@pytest.mark.parametrize("field", ["misfit", "prior", "optimism", "projected", "risk"])
def test_sums_of_a_path_are_over_both_parts(field):
    one, two = ([getattr(point, field) for point in path.points] for path in paths())
    assert one == pytest.approx(two, rel=1e-5)


RULES = [SURE(), GCV(), GeneralisedSURE(), Evidence(), LCurve(), QuasiOptimality(), DiscrepancyPrinciple()]


@pytest.mark.parametrize("rule", RULES, ids=[type(rule).__name__ for rule in RULES])
def test_rules_see_both_parts(rule: Selector):
    one, two = (rule.curve(path) for path in paths())
    torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-5, equal_nan=True)
    assert rule.unmet(paths()[0].problem) == rule.unmet(paths()[1].problem) == ""


@table(
    ("prior", "blurred", "name"),
    [
        (L1(), False, "ProximalGradient"),
        (TotalVariation(), False, "ADMM"),  # its prox is a loop, begun anew at each step
        (TotalVariation(), True, "ADMM"),
        (Tikhonov(), True, "ConjugateGradient"),
        (SmoothedTotalVariation(), False, "LBFGS"),
    ],
)
def test_a_walk_takes_what_suits_but_for_a_prox_that_is_a_loop(prior, blurred, name):
    shape = (1, 8, 8)
    problem = Problem(GaussianBlur(shape) if blurred else Identity(shape), Gaussian(0.1), prior, torch.ones(1, *shape))
    assert type(Walk().solver(problem)).__name__ == name
