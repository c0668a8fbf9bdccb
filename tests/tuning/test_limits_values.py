"""The least that is taken: one draw, one step, one axis; and pieces of pictures found again in them."""

from types import SimpleNamespace

import pytest
import torch

from tests.tables import table
from tests.tuning.by_hand import ONE, over
from workbench.data import truth
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import L1, Tikhonov
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tuning import SURE, ResidualWhiteness, Walk, learned_lengths, noise_spread, worst_perturbations
from workbench.tuning.held_out_crops import held_out_crops


def test_one_draw_of_the_noise_is_one_choice_and_none_is_refused():
    path, picture = over(10 ** torch.linspace(-2, 2, 5).double()), torch.tensor([[[1.0, 2.0]]])
    (only,) = noise_spread(path, [SURE()], Walk(), picture, 1)
    assert only.draws == 1 and len(only.chosen["sure"]) == 1
    assert [each.draws for each in noise_spread(path, [SURE()], Walk(), picture, 2)] == [1, 2]
    with pytest.raises(Refusal, match=r"from 1, got 0: take 8$"):
        next(noise_spread(path, [SURE()], Walk(), picture, 0))


@table(("axes", "there"), [(0, False), (1, True), (2, True), (3, True)])
def test_a_correlation_is_looked_at_along_any_axis_in_space(axes, there):
    said = ResidualWhiteness().unmet(SimpleNamespace(y=torch.zeros(1, 1, *[2] * axes), noise=Gaussian(0.1)))
    assert said == ("" if there else "data without axes in space have no correlation to look at: take SURE")


def test_one_step_in_one_round_is_that_of_proximal_gradient():
    """Of x = y / 2 the first step from 0 at 1 / L is the soft threshold of y: nothing is learned before the second."""
    problem = Problem(Identity((1, 2)), Gaussian(1.0), L1(0.5), torch.tensor([[[2.0, -1.0]]]))
    found, seen = learned_lengths(problem, 1, 1), []
    assert found.algorithm.lengths == (1.0,)
    lowest = (0.5**2 + 0.5**2) / 2 + 0.5 * (1.5 + 0.5)
    assert found.before == found.after == pytest.approx(lowest)
    assert found.sentence == f"mean objective {lowest:.6g} after 1 steps, {lowest:.6g} with each of length 1 / L"
    learned_lengths(problem, 2, 5, lambda k, value: seen.append((k, value)) or k == 2)
    assert [k for k, _ in seen] == [0, 1, 2] and all(value >= lowest - 1e-9 for _, value in seen)
    for wrong in ((0, 1), (1, 0)):
        with pytest.raises(Refusal, match=f"from 1, got {wrong[0]} and {wrong[1]}: take 10 and 100$"):
            learned_lengths(problem, *wrong)


def places(piece: torch.Tensor, whole: torch.Tensor) -> list[list[int]]:
    """Where a piece stands in a picture."""
    windows = whole.unfold(0, piece.shape[0], 1).unfold(1, piece.shape[1], 1)
    return (windows == piece).all(-1).all(-1).nonzero().tolist()


def test_pieces_are_found_in_the_pictures_by_turns_the_same_in_every_channel():
    names, shape = ["camera", "moon"], (2, 8, 6)
    found = held_out_crops(names, shape, 5, 0)
    assert found.shape == (5, *shape) and torch.equal(found[:, 0], found[:, 1])
    corners = []
    for i, piece in enumerate(found[:, 0]):
        whole = truth(names[i % 2], 16).mean(1)[0]
        there = places(piece, whole)
        assert there, f"piece {i} is none of {names[i % 2]}"
        corners += there
    assert len({tuple(corner) for corner in corners}) > 1, "drawn, each of its own"
    assert torch.equal(found, held_out_crops(names, shape, 5, 0))
    assert not torch.equal(found, held_out_crops(names, shape, 5, 1))
    whole = [held_out_crops(["camera"], (1, 16, 16), 1, seed) for seed in range(3)]
    assert all(piece.shape == (1, 1, 16, 16) for piece in whole), "of 32 px"
    for shape in ((1, 8), (1, 4, 4, 4)):
        with pytest.raises(Refusal, match=f"signals of {len(shape) - 1} axes"):
            held_out_crops(names, shape, 1, 0)


def test_a_power_iteration_ends_after_its_steps_or_where_it_stands():
    problem = Problem(Identity((1, 2)), Gaussian(0.5), Tikhonov(4.0), ONE.y)
    fixed = list(worst_perturbations(problem, ONE.y / 2, 1e-6, 5))
    assert len(fixed) == 2, "every direction is halved: the second is the first"
    assert [float(each.gain) for each in fixed] == pytest.approx([0.5, 0.5])
    assert float(fixed[0].direction.norm()) == pytest.approx(1)
    assert len(list(worst_perturbations(problem, ONE.y / 2, 1e-6, 0))) == 1
    moved = fixed[0].measured(lambda y: 3 * y, ONE.y, 0.25)
    assert moved.tolist() == pytest.approx([3.0])
