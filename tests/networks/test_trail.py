"""The weights that a training leaves on its way, and what is read from them, in which order."""

from itertools import islice

import pytest
import torch

from workbench import networks
from workbench.analysis.information import Bins, FloorBins
from workbench.networks import MLP, SGD, Stability, Trail, Training, farthest, inform, steady
from workbench.run import iterate

QUICK = Training(MLP((4, 3)), optimiser=SGD(0.05, 512), seeds=2, epochs=5)


def walked() -> Trail:
    """The trail of all but the last epoch, which is read in the middle of the training."""
    problem, trail = QUICK.problem(), Trail(QUICK.epochs)
    for state in islice(iterate(problem, QUICK.optimiser), QUICK.steps):
        trail(problem, state)
    return trail


def test_the_farthest_epoch_comes_next() -> None:
    assert farthest([0, 1, 5, 9], []) == 9
    assert farthest([0, 1, 5, 9], [9]) == 0
    assert farthest([0, 1, 5, 9], [0, 9]) == 5
    assert farthest([0, 9], [9, 0]) is None


def test_a_trail_has_the_weights_of_the_beginnings_of_epochs() -> None:
    trail, states = walked(), list(islice(iterate(QUICK.problem(), QUICK.optimiser), QUICK.steps))
    assert [epoch for epoch, _ in trail.kept] == list(range(QUICK.epochs))
    for epoch, state in trail.kept:
        torch.testing.assert_close(state.x, states[epoch * (QUICK.steps // QUICK.epochs)].x, rtol=0, atol=0)


def test_paths_are_read_newest_first_and_by_the_estimator_that_is_behind() -> None:
    problem, trail, paths, order = QUICK.problem(), walked(), {}, []
    estimators = (Bins(), FloorBins(0.2))
    for _ in inform(problem, trail, estimators, paths):
        done = [(type(e).__name__, tuple(path)) for e, path in paths.items()]
        if done not in order:
            order.append(done)
    assert [list(paths[e]) for e in estimators] == [[4, 0, 2, 3, 1]] * 2
    assert all(abs(len(a) - len(b)) <= 1 for step in order if len(step) == 2 for (_, a), (_, b) in [step])
    for estimator, path in paths.items():
        known = networks.information(problem, trail.kept[3][1].x, estimator)
        torch.testing.assert_close(path[3].with_input, known.with_input)


def test_stability_is_read_in_the_same_order_and_is_that_of_the_probe() -> None:
    problem, trail, found = QUICK.problem(), walked(), {}
    assert list(steady(problem, trail, QUICK.optimiser, found)) == [1, 2, 3, 4, 5]
    assert list(found) == [4, 0, 2, 3, 1]
    known = Stability(QUICK.optimiser)(problem, trail.kept[2][1])
    assert found[2]["edge"].tolist() == pytest.approx(known["edge"].tolist())
    torch.testing.assert_close(found[2]["sharpness"], known["sharpness"], rtol=0.05, atol=0)
