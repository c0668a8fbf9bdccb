"""What holds of every rule by existing."""

import pytest
import torch

from workbench import catalog, tuning
from workbench.noise import Gaussian, Laplace, Poisson
from workbench.operators import FourierMask, GaussianBlur, Identity, Radon
from workbench.parameters import describe, rebuild
from workbench.priors import Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal

RULES = catalog.members("selector").values()
SHAPE = (1, 12, 12)
PROBLEMS = {
    "blur": (GaussianBlur(SHAPE, 1.0), Gaussian(0.1), Tikhonov()),
    "scan": (Radon(SHAPE, 6), Gaussian(0.1), TotalVariation()),
    "counts": (Identity(SHAPE), Poisson(), TotalVariation()),
    "robust": (Identity(SHAPE), Laplace(), TotalVariation()),
    "complex": (FourierMask(SHAPE), Gaussian(0.05), TotalVariation()),
}


@pytest.fixture(scope="module", params=PROBLEMS)
def path(request: pytest.FixtureRequest) -> tuning.WeightPath:
    truth = torch.zeros(1, *SHAPE)
    truth[..., 3:8, 2:9] = 1.0
    operator, noise, prior = PROBLEMS[request.param]
    problem = Problem.simulate(operator, noise, prior, truth)
    return tuning.WeightPath(problem, tuple(tuning.Walk(count=13).points(problem)))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_a_weight_of_the_path_or_says_why_not(rule, path):
    """And what it asks for is what it said: no error but a Refusal, and none of the problem where it had no word."""
    asked = rule().unmet(path.problem)
    try:
        found = rule().choose(path)
    except Refusal as refusal:
        assert asked in str(refusal) or len(asked) > 200
        return
    assert not asked and found.word == rule.word and len(found.curve) == len(path.points)
    low, high = float(path.weights[0]), float(path.weights[-1])
    assert low <= found.between[0] <= found.between[1] <= high and low <= found.weight <= high
    assert f"{found.weight:.3g}" in found.reason


def test_words_are_rules_and_rules_are_described():
    assert list(tuning.rules()) == list(dict.fromkeys(rule.word for rule in RULES))
    for rule in RULES:
        assert rule.label and describe(rebuild(describe(rule()))) == describe(rule())


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_rules_that_apply_are_all_that_can_read_a_problem_the_automatic_one_first(name):
    operator, noise, prior = PROBLEMS[name]
    problem = Problem.simulate(operator, noise, prior, torch.ones(1, *SHAPE))
    found = tuning.applicable(problem)
    assert found[0] == tuning.automatic(problem).selector
    assert {type(rule) for rule in found} == {rule for rule in RULES if not rule().unmet(problem)}
    assert len(found) == len(set(found))
