"""The spread of a rule's choice over draws of the noise: each draw is a tuning of its own, truth known or not."""

import json
import math

import numpy as np
import pytest
import torch

from workbench import plots, tuning
from workbench.cli import main
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import Tikhonov
from workbench.refusal import Refusal
from workbench.tensors import child_seed
from workbench.tuning import GCV, SURE, NoiseSpread, Walk, noise_spread

EXPERIMENT = Experiment(Shipped("coins", 24), GaussianBlur((1, 24, 24), 1.0), Gaussian(0.1), Tikhonov(1.0))
RULES = [SURE(), GCV()]


@pytest.fixture(scope="module")
def found():
    return tuning.tune(EXPERIMENT.problem(), RULES, Walk(count=15))


def test_each_draw_is_the_tuning_of_those_data(found):
    walk, truth = Walk(count=15), found.path.problem.truth
    states = list(noise_spread(found.path, RULES, walk, truth, 3, seed=5))
    assert [state.draws for state in states] == [1, 2, 3]
    for number in range(3):
        other = found.path.problem.of_another(truth, child_seed(5, "noise of a spread", number))
        assert not torch.equal(other.y, found.path.problem.y)
        alone = tuning.tune(other, RULES, walk, found.path.weights.tolist())
        for word, chosen in alone.selected.items():
            assert states[-1].chosen[word][number] == chosen.weight


def test_more_data_leave_less_to_chance():
    ratios = []
    for side in (16, 96):
        shape = (1, side, side)
        problem = Experiment(Shipped("coins", side), GaussianBlur(shape, 1.0), Gaussian(0.1), Tikhonov(1.0)).problem()
        path = tuning.tune(problem, [SURE()], Walk(count=41)).path
        *_, spread = noise_spread(path, [SURE()], Walk(count=41), problem.truth, 12)
        weights = torch.tensor(spread.chosen["sure"]).log()
        ratios.append(float(weights.std()))
    assert ratios[1] < 0.5 * ratios[0]


def test_a_rule_that_finds_nothing_is_counted_and_no_draw_is_refused(found):
    truth = found.path.problem.truth
    spread = NoiseSpread({"sure": (2.0, math.nan, 3.0), "gcv": (math.nan,) * 3})
    assert spread.between("sure") == (2, 3) and spread.sentence("sure").endswith("from 2 to 3, none in 1")
    assert spread.sentence("gcv") == "over 3 draws of the noise no weight, none in 3"
    far = tuple(Walk().points(found.path.problem, [1e4, 2e4, 4e4, 8e4, 16e4]))
    *_, none = noise_spread(tuning.WeightPath(found.path.problem, far), [SURE()], Walk(), truth, 2)
    assert none.draws == 2 and all(map(math.isnan, none.chosen["sure"])), "the least error is at smaller weights"
    with pytest.raises(Refusal, match=r"from 1, got 0: take 8$"):
        next(noise_spread(found.path, RULES, Walk(), truth, 0))


def test_the_command_and_the_plot_tell_it(capsys, found):
    small = ["tune", "--truth", "coins", "--size", "24", "--prior", "Tikhonov", "--count", "9", "--selector", "sure"]
    assert main([*small, "--draws", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["spread"]["sure"]
    assert len(told) == 3 and len(set(told)) == 3
    assert main([*small, "--draws", "2"]) == 0
    assert "sure: over 2 draws of the noise from" in capsys.readouterr().out
    assert main([*small, "--draws", "-1"]) == 2
    assert "from 0, got -1" in capsys.readouterr().err
    *_, spread = noise_spread(found.path, RULES, Walk(count=15), found.path.problem.truth, 2)
    sure = next(iter(plots.weights(found, spread)))
    assert tuple(sure.get(3).dimension_values("weight")) == spread.chosen["sure"]


def test_without_a_truth_the_reconstruction_takes_its_place(capsys, tmp_path):
    np.save(tmp_path / "data.npy", EXPERIMENT.problem().y[0].numpy())
    told = ["tune", "--data", str(tmp_path / "data.npy"), "--operator", "GaussianBlur", "--count", "9", "--draws", "2"]
    assert main([*told, "--prior", "Tikhonov", "--selector", "gcv", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["spread"]["gcv"]) == 2
