"""Maps made of a first reconstruction: what they gain on a scan of 15 views, in Python and on the command line."""

import pytest
import torch

from workbench import records
from workbench.algorithms.choice import suited
from workbench.cli import main
from workbench.data import truth
from workbench.noise import Gaussian
from workbench.operators import Radon
from workbench.priors import GraphSmoothness, Prior, Sum, TotalVariation, WeightedTotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, until
from workbench.tuning import informed

SIDE = 48


def solved(prior: Prior) -> torch.Tensor:
    signal = truth("shepp_logan", SIDE)
    problem = Problem.simulate(Radon((1, SIDE, SIDE), 15), Gaussian(0.005), prior, signal)
    *_, last = until(iterate(problem, suited(problem).algorithm), after(150))
    return last.x


def decibels(x: torch.Tensor) -> float:
    return -10 * float((x - truth("shepp_logan", SIDE)).square().mean().log10())


def test_fifteen_views_gain_by_edges_of_a_first_reconstruction_and_more_by_those_of_the_truth():
    """Beside the best of three weights of total variation, each half or twice the next."""
    first = {weight: solved(TotalVariation(weight)) for weight in (2.5, 5.0, 10.0)}
    best = max(first.values(), key=decibels)
    prior = WeightedTotalVariation(12.0)
    again, known = (solved(informed(prior, x)) for x in (best, truth("shepp_logan", SIDE)))
    assert decibels(again) > decibels(best) + 0.4
    assert decibels(known) > decibels(best) + 0.7


def test_maps_are_made_wherever_they_stand_or_at_one_place_and_hang_on_no_unit():
    x = truth("shepp_logan", 12)
    both = Sum(WeightedTotalVariation(5.0), GraphSmoothness(3.0))
    made = informed(both, x)
    contrast = 0.05 * float(x.max() - x.min())
    assert made.first.weights == WeightedTotalVariation.weights_from(x, contrast=contrast).weights
    assert made.second.guide == GraphSmoothness.guided_by(x).guide and made.first.weight == 5.0
    one = informed(both, x, "second.guide")
    assert not one.first.weights and one.second.guide == made.second.guide
    scaled = informed(WeightedTotalVariation(), 4095 * x).weights
    torch.testing.assert_close(torch.tensor(scaled), torch.tensor(made.first.weights), rtol=1e-4, atol=1e-6)


def test_what_cannot_be_made_of_a_picture_is_said():
    x = truth("shepp_logan", 12)
    with pytest.raises(Refusal, match="TotalVariation, which has none: take WeightedTotalVariation"):
        informed(TotalVariation(), x)
    with pytest.raises(Refusal, match=r"none at prior.guide: take prior.weights"):
        informed(WeightedTotalVariation(), x, "guide")
    with pytest.raises(Refusal, match="a flat one"):
        informed(WeightedTotalVariation(), torch.ones_like(x))


def test_the_command_line_makes_the_map_of_a_saved_run(tmp_path, capsys):
    words = ["--truth", "shepp_logan", "--size", "24", "--operator", "Radon", "--set", "operator.angles=15"]
    first, second = str(tmp_path / "first.nc"), str(tmp_path / "second.nc")
    assert main(["run", *words, "--prior", "TotalVariation", "--steps", "20", "--out", first]) == 0
    more = ["--prior", "WeightedTotalVariation", "--set", f"prior.weights={first}", "--steps", "3", "--out", second]
    assert main(["run", *words, *more]) == 0
    x = torch.from_numpy(records.load(first)["x"].values)
    assert records.open(second).experiment.prior.weights == informed(WeightedTotalVariation(), x).weights
    capsys.readouterr()
    assert main(["run", *words, "--set", f"prior.weights={first}", "--prior", "Tikhonov", "--steps", "3"]) != 0
    assert "which has none at prior.weights" in capsys.readouterr().err
