"""Trainings: they lower their loss, repeat bit for bit, resume bit for bit, and keep test pictures out."""

import pickle
from itertools import islice

import pytest
import torch

from workbench.cli import main
from workbench.denoisers import DnCNN, UnrolledISTANet
from workbench.jobs import Status
from workbench.jobs.task import BackgroundTask
from workbench.operators import GaussianBlur
from workbench.parameters import as_code, changed, describe, rebuild
from workbench.recipes import (
    HELD_OUT,
    RECIPES,
    Course,
    DenoisingTask,
    Fit,
    HandwrittenDigits,
    Laplacian,
    Moment,
    Photographs,
    Recipe,
    Unrolling,
)
from workbench.recipes.fit import FitState
from workbench.recipes.leaves import dead_leaves
from workbench.recipes.photographs import _COLOUR, _GREY
from workbench.refusal import Refusal
from workbench.run import iterate, resume
from workbench.tensors import generator
from workbench.weights import read

TINY = Recipe(DnCNN(1, 16, 3), DenoisingTask(HandwrittenDigits(), 0.05, 0.5), Fit(150, 1e-2, 16, 0.9))
FIELDS = ("x", "mean", "first", "second", "loss")


def same(one: FitState, other: FitState) -> bool:
    pairs = ((getattr(one, field).nan_to_num(), getattr(other, field).nan_to_num()) for field in FIELDS)
    return one.k == other.k and all(torch.equal(*pair) for pair in pairs)


def test_a_tiny_training_lowers_its_held_out_error_by_forty_per_cent():
    problem = TINY.problem()
    first, *_, last = iterate(problem, TINY.fit)
    assert TINY.fit.done(last) and last.k == 150
    assert problem.misfit(last.mean) < 0.6 * problem.misfit(first.x)


def test_a_training_resumed_from_a_pickle_is_the_straight_one_bit_for_bit():
    problem = TINY.problem()
    straight = list(islice(iterate(problem, TINY.fit, seed=2), 31))
    kept = pickle.loads(pickle.dumps(straight[24]))
    assert all(same(a, b) for a, b in zip(straight[25:], resume(TINY.problem(), TINY.fit, kept, seed=2), strict=False))


def test_a_step_is_pure_and_two_seeds_differ():
    problem = TINY.problem()
    state = next(iterate(problem, TINY.fit))
    before = pickle.loads(pickle.dumps(state))
    once, again, other = (TINY.fit.step(problem, state, generator(seed, 1)) for seed in (0, 0, 1))
    assert same(once, again) and same(state, before) and not same(once, other)


def test_the_rate_rises_and_falls_to_nothing():
    fit = Fit(1000, 1e-3)
    assert fit.rate_at(0) < fit.rate_at(10) < fit.rate_at(19) and fit.rate_at(19) == pytest.approx(1e-3, rel=2e-3)
    assert fit.rate_at(500) == pytest.approx(5e-4) and fit.rate_at(999) < 1e-8


def test_an_interrupted_course_goes_on_where_it_was_and_refuses_another_recipe(tmp_path):
    file = tmp_path / "tiny.state"
    straight = Course(TINY, tmp_path / "straight.state", every=10)
    *_, last = islice(straight.states(), 41)
    broken = Course(TINY, file, every=10)
    list(islice(broken.states(), 27))  # ends between two points
    onward = Course(TINY, file, every=10)
    *_, again = islice(onward.states(onward=True), 20)
    assert same(last, again)
    assert [p[:3] for p in onward.curve[1:]] == [p[:3] for p in straight.curve[1:]]
    with pytest.raises(Refusal, match="another recipe"):
        next(Course(changed(TINY, seed=5), file).states(onward=True))
    with pytest.raises(Refusal, match="without --resume"):
        next(Course(TINY, tmp_path / "none.state").states(onward=True))


def test_a_training_is_a_task_that_can_be_paused_and_cancelled():
    task = BackgroundTask(lambda: iterate(TINY.problem(), TINY.fit))
    task.run_slice()
    assert task.status is Status.RUNNING and task.latest.result.k > 0
    assert task.latest.result.loss.isfinite().all()


def test_the_command_trains_and_writes_weights_with_a_card(tmp_path, capsys):
    assert main(["train", "laplacian", "--steps", "3", "--out", str(tmp_path)]) == 0
    assert "saved" in capsys.readouterr().out
    assert type(read(tmp_path / "laplacian.safetensors")).__name__ == "ConvexPotential"
    assert "3 steps" in (tmp_path / "laplacian.md").read_text()
    assert (tmp_path / "laplacian.csv").read_text().count("\n") == 3  # the head, k = 0 and k = 3
    assert main(["train", "laplacian", "--out", str(tmp_path / "absent")]) == 2
    assert main(["train", "laplacien", "--out", str(tmp_path)]) == 2
    assert main(["train", "laplacian", "--resume", "--out", str(tmp_path)]) == 2


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_rebuilds_itself(name):
    recipe = RECIPES[name]()
    assert describe(rebuild(describe(recipe))) == describe(recipe)
    assert as_code(recipe).startswith("recipes.Recipe(")


def test_no_recipe_learns_from_what_is_held_out():
    learned = [file for files in _COLOUR.values() for file in files] + list(_GREY)
    assert not any(name in file for name in HELD_OUT for file in learned)


def test_sources_give_repeatable_pictures_in_range():
    for source in (Photographs(16, colour=True, leaves=0.0), HandwrittenDigits()):
        one, again, other = (source.draw(generator(seed, 0), 8) for seed in (0, 0, 1))
        assert torch.equal(one, again) and not torch.equal(one, other)
        assert one.shape[1:] == (3 if getattr(source, "colour", False) else 1, source.side, source.side)
        assert one.min() >= 0 and one.max() <= 1
        assert source.held_out(generator(0, 0), 4).shape == one[:4].shape


def test_entries_of_the_laplacian_source_have_its_moments():
    x = Laplacian(64, 0.5).draw(generator(0, 0), 50)
    assert float(x.abs().mean()) == pytest.approx(0.5, rel=0.01)
    assert float(x.square().mean()) == pytest.approx(2 * 0.5**2, rel=0.03)


def test_leaves_cover_the_picture_and_have_edges():
    leaves = dead_leaves(32, generator(0, 0))
    assert leaves.shape == (1, 3, 32, 32) and leaves.min() >= 0 and leaves.max() <= 1
    steps = (leaves[..., 1:] - leaves[..., :-1]).abs()
    assert steps.median() < 0.05 < steps.max()


def test_sure_estimates_the_error_in_the_data_without_the_truth():
    """For a linear estimate the mean over noise of SURE is that of the error: here over 400 draws, within 3 sigma."""
    task = Unrolling(HandwrittenDigits(), 1.0, 0.1, supervised=False)
    blur = GaussianBlur((1, 8, 8), 1.0)

    def shrink(y, operator, norm2):
        return 0.7 * y

    truth = HandwrittenDigits().draw(generator(0, 0), 400)
    (y,), _ = task.batch(truth, generator(1, 0))
    found = task._sure(shrink, y, shrink(y, blur, 1.0), Moment(0.0, generator(2, 0)))
    error = (blur(shrink(y, blur, 1.0)) - blur(truth)).square().mean()
    assert float(found) == pytest.approx(float(error), abs=0.03 * float(error) + 3 * 0.1**2 / 25600**0.5 * 4)


def test_unsupervised_training_never_sees_the_picture():
    task = Unrolling(HandwrittenDigits(), 1.0, 0.1, supervised=False)
    network = UnrolledISTANet(1, 4, 2, 3).drawn(generator(0, 0))
    batch = task.drawn(generator(0, 0), 4)
    blind = batch._replace(targets=torch.full_like(batch.targets, torch.nan))
    losses = [task.loss(network, b, Moment(0.0, generator(1, 0))) for b in (batch, blind)]
    assert torch.equal(*losses)
