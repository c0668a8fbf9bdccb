"""Residuals beside scores and learned priors beside true ones, against what is known in closed form."""

import json
import math

import numpy as np
import pytest
import torch

from workbench import weights
from workbench.analysis.learned import (
    ScoreResidual,
    SignalLine,
    learned_curve,
    plane_points,
    score_residual,
)
from workbench.cli import main
from workbench.denoisers import ConvexPotential, DenseAutoEncoder, ScoreDenoiser
from workbench.figures.arrows import NAMES, arrows
from workbench.priors import L1, GaussianProcess, Tikhonov
from workbench.recipes import RECIPES, Fit, Laplacian, PriorSamples, Recipe, network_of, prior_beside, score_beside
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import generator

MIXTURE = PriorSamples().prior
PAIRS = torch.zeros(4000, 1, 1, 2, dtype=torch.float64)


def test_the_score_of_the_mixture_is_the_slope_of_its_density_with_noise():
    """log sum_k N(x; m_k, (deviation^2 + sigma^2) I) / K, by differences."""
    sigma, h = 0.15, 1e-5
    at = plane_points(MIXTURE, PAIRS[:1], sigma, side=5)
    found = ScoreResidual.of(lambda x, s: x, MIXTURE, at, sigma)
    centres = MIXTURE.centres(at).flatten(1)

    def log_density(x):
        apart = (x.flatten(1)[:, None] - centres).square().sum(2)
        return (-apart / (2 * (0.06**2 + sigma**2))).logsumexp(1)

    for axis in range(2):
        step = torch.zeros(1, 1, 1, 2, dtype=torch.float64)
        step[..., axis] = h
        slope = (log_density(at + step) - log_density(at - step)) / (2 * h)
        torch.testing.assert_close(found.score[..., axis].flatten(), slope, rtol=1e-6, atol=1e-6)
    assert (
        not found.residual.any() and found.error == 1.0
    )  # the identity takes nothing away: all of the score is missed


def test_the_error_is_the_relative_root_of_the_fisher_divergence():
    """Of normal signals the residual is -x / (c + s^2); with a wrong variance c' it is off by a share that is known."""
    law, sigma = GaussianProcess(0.0, 1.0, 0.0, 1.0), 0.5
    wrong = GaussianProcess(0.0, 2.0, 0.0, 1.0)
    found = score_residual(wrong.denoise, law, torch.zeros(3, 1, 1, 2, dtype=torch.float64), sigma)
    assert found.error == pytest.approx(1 - (1 + sigma**2) / (4 + sigma**2), rel=1e-9)
    assert score_residual(law.denoise, law, PAIRS, sigma).error < 1e-12


def test_draws_are_of_the_law_with_the_noise_and_repeat():
    found, again = (score_residual(MIXTURE.denoise, MIXTURE, PAIRS, 0.1, seed=3) for _ in range(2))
    assert torch.equal(found.at, again.at)
    centres = MIXTURE.centres(PAIRS[:1]).flatten(1)
    spread = centres.var(0, correction=0) + 0.06**2 + 0.1**2
    torch.testing.assert_close(found.at.flatten(1).var(0), spread, rtol=0.1, atol=0)


def test_a_law_without_a_score_and_pictures_without_a_plane_are_refused():
    with pytest.raises(Refusal, match=r"posterior mean, which gives a score.*GaussianMixture"):
        ScoreResidual.of(lambda x, s: x, L1(), PAIRS, 0.1)
    with pytest.raises(Refusal, match="samples"):
        score_residual(lambda x, s: x, L1(), PAIRS, 0.1)
    with pytest.raises(Refusal, match="two numbers"):
        plane_points(MIXTURE, torch.zeros(1, 1, 2, 2), 0.1)
    with pytest.raises(Refusal, match=r"a prior with .*score.*got L1"):
        PriorSamples(L1())
    assert PriorSamples(GaussianProcess()).law.mean == 0.5 and RECIPES["dncnn_grey"]().task.pictures.law is None


def test_an_auto_encoder_learns_the_score_in_seconds():
    recipe = Recipe(ScoreDenoiser(DenseAutoEncoder()), RECIPES["points"]().task, Fit(600, 2e-2, 64))
    problem = recipe.problem()
    first, *_, last = iterate(problem, recipe.fit)
    before, after = (score_beside(network_of(problem, state), recipe.task, 0.3).drawn.error for state in (first, last))
    assert before > 0.25 and after < 0.4 * before


@pytest.mark.parametrize(("name", "error"), [("points", 0.1), ("fields", 0.2)])
def test_the_auto_encoders_that_ship_know_their_score(name, error):
    found = score_beside(weights.shipped(name), RECIPES[name]().task, 0.2)
    assert found.drawn.error < error
    assert (found.plane is not None) == (name == "points")
    assert found.levels[0] == pytest.approx(0.05) and found.levels[-1] == pytest.approx(1.0)
    assert float(found.errors[-1]) < 0.05


def test_arrows_are_of_one_scale_and_no_longer_than_a_cell_and_a_half():
    plane = score_beside(MIXTURE.denoise, RECIPES["points"]().task, 0.1).plane
    drawn = arrows(plane)
    assert tuple(drawn) == NAMES
    np.testing.assert_array_equal(*drawn.values())  # the exact denoiser: one field
    x, y, to_x, to_y = drawn["score"]
    cell = (x.max() - x.min()) / 16
    assert np.hypot(to_x - x, to_y - y).max() == pytest.approx(1.5 * cell)
    score = plane.score.flatten(1).numpy()
    free = np.hypot(to_x - x, to_y - y) < 1.49 * cell
    ratio = (to_x - x)[free] / score[free, 0]
    assert ratio.max() == pytest.approx(ratio.min(), rel=1e-4)


def line(values):
    one = torch.ones(1, 1, 1, 1, dtype=torch.float64)
    return SignalLine(0 * one, one, torch.tensor(values, dtype=torch.float64), "value")


def test_the_learned_prior_of_a_network_known_in_closed_form_is_that():
    """f(y) = c y is the prox of (1 / c - 1) u^2 / 2: the network of curvature c and no features."""
    network = ConvexPotential(1, 2, 2, 1, curvature=0.25)  # its weights are 0
    found = learned_curve(network, line([-2.0, -0.5, 0.0, 1.0, 3.0]), 0.5, Tikhonov(3 / 0.5**2))
    torch.testing.assert_close(found.value, 3 * found.line.at.square() / 2 / 0.5**2)
    torch.testing.assert_close(found.answer, found.line.at / 4)
    torch.testing.assert_close(found.true_answer, found.answer)
    assert found.error < 1e-9


def test_the_learned_prior_of_the_laplacian_that_ships_is_the_modulus():
    found = prior_beside(weights.shipped("laplacian"), RECIPES["laplacian"]().task)
    torch.testing.assert_close(found.true, found.line.at.abs())
    assert found.error < 0.2
    soft = found.line.at - found.line.at.clamp(-1, 1)
    torch.testing.assert_close(found.true_answer, soft)
    assert (found.answer - soft).abs().max() < 0.25


def test_a_line_knows_the_places_of_its_signals():
    photograph = RECIPES["proximal"]().task.pictures.line()
    torch.testing.assert_close(photograph.place(photograph.signals), photograph.at)
    assert photograph.signals[10].std() > 0 and float(photograph.signals[0].std()) == 0
    assert float(Laplacian(scale=2.0).line().signals.max()) == 8 and Laplacian(scale=2.0).law.weight == 0.5


def test_without_a_true_prior_the_least_value_is_0():
    found = learned_curve(ConvexPotential(1, 2, 2, 1, curvature=0.5), line([1.0, 2.0]), 1.0)
    assert found.error is None and found.true is None and found.value.tolist() == pytest.approx([0, 1.5])


def test_the_command_tells_what_was_learned(capsys, tmp_path):
    file = tmp_path / "score.svg"
    assert main(["learned", "points", "--sigma", "0.3", "--figure", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sigma"] == 0.3 and 0 < found["error"] < 0.1 and len(found["errors"]) == 8
    assert file.read_text().startswith("<?xml")
    assert main(["learned", "laplacian", "--figure", str(tmp_path / "prior.png")]) == 0
    assert "nats off the true one at most, over the value of an entry, from -4 to 4" in capsys.readouterr().out
    assert main(["learned", "fields", "--figure", str(tmp_path / "fields.png")]) == 0
    assert "noise 0.1: the residual is" in capsys.readouterr().out
    assert (tmp_path / "fields.png").stat().st_size > 5000 < (tmp_path / "prior.png").stat().st_size


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (["unet_grey"], "Nobody knows the score"),
        (["point"], "points"),
        (["points", "--sigma", "0"], "a number above 0"),
        (["laplacian", "--sigma", "1"], "leave --sigma out"),
        (["points", "--file", "none.safetensors"], "no file"),
        (["super_resolution"], "got super_resolution"),
    ],
)
def test_the_command_refuses_in_a_sentence(line, sentence, capsys):
    assert main(["learned", *line]) == 2
    assert sentence in capsys.readouterr().err


def test_an_auto_encoder_is_for_signals_of_its_shape():
    network = DenseAutoEncoder(1, 2, 3, 8, 4).drawn(generator(0, 0))
    assert network(torch.zeros(5, 1, 2, 3), 0.1).shape == (5, 1, 2, 3)
    assert network.unfit((1, 2, 3), torch.float32) == "" and "1 x 2 x 3" in network.unfit((1, 3, 2), torch.float32)
    assert math.isclose(float(network(torch.ones(1, 1, 2, 3), torch.tensor([0.1])).detach()[0, 0, 0, 0]),
                        float(network(torch.ones(1, 1, 2, 3), 0.1)[0, 0, 0, 0]))  # fmt: skip
