"""Plots of what networks learned: the numbers are those of the finding, and both back ends draw them."""

import holoviews as hv
import numpy as np
import torch

from tests.plots.test_plots import drawn
from workbench import plots, weights
from workbench.analysis.learned import SignalLine, learned_curve
from workbench.denoisers import ConvexPotential
from workbench.figures.arrows import NAMES, arrows
from workbench.recipes import RECIPES, prior_beside, score_beside


def test_a_field_of_two_numbers_is_drawn_as_arrows_over_the_score():
    held = score_beside(weights.shipped("points"), RECIPES["points"]().task, 0.2)
    whole = plots.score(held.plane)
    score, residual = whole
    known = arrows(held.plane)
    np.testing.assert_allclose(score.array(), known[NAMES[0]].T)
    shafts = known[NAMES[1]].T
    np.testing.assert_allclose(residual.array()[: len(shafts)], shafts)
    tips = residual.array()[len(shafts) :, :2]
    np.testing.assert_allclose(tips, np.concatenate([shafts[:, 2:]] * 2))  # two barbs begin at each tip
    assert "noise 0.2" in score.kdims[0].label
    drawn(whole)


def test_a_field_of_pictures_is_drawn_on_the_scale_of_the_score():
    held = score_beside(weights.shipped("fields"), RECIPES["fields"]().task, 0.3)
    noisy, residual, score, apart = plots.score(held.drawn)
    for element, values in zip(
        (noisy, residual, score, apart),
        (held.drawn.at, held.drawn.residual, held.drawn.score, held.drawn.residual - held.drawn.score),
        strict=True,
    ):
        np.testing.assert_allclose(element.dimension_values(2, flat=False), values[0, 0], rtol=1e-6)
    most = float(held.drawn.score[0].abs().max())
    assert hv.Store.lookup_options("matplotlib", residual, "plot").kwargs["clim"] == (-most, most)
    drawn(plots.score(held.drawn))


def test_a_learned_prior_is_drawn_over_the_true_one_and_alone_where_nobody_knows_it():
    found = prior_beside(weights.shipped("laplacian"), RECIPES["laplacian"]().task)
    left, right = plots.learned_prior(found)
    true, learned = left
    np.testing.assert_allclose(true.dimension_values(1), found.true)
    np.testing.assert_allclose(learned.dimension_values(1), found.value)
    np.testing.assert_allclose(list(right)[1].dimension_values(1), found.answer)
    assert (true.label, learned.label) == ("true", "learned") and left.get(0).kdims[0].label == "value of an entry"
    one = torch.ones(1, 1, 1, 1)
    alone = learned_curve(ConvexPotential(1, 2, 2, 1), SignalLine(0 * one, one, torch.arange(4.0), "value"), 1.0)
    assert [len(list(side)) for side in plots.learned_prior(alone)] == [1, 1]
    drawn(plots.learned_prior(found))
