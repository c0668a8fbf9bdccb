"""Where many starts end, what nothing holds, and blocks beside the true ones: each beside what algebra says."""

import json
import signal
from itertools import islice

import numpy as np
import pytest
import torch

from workbench import catalog
from workbench.algorithms import LBFGS, GradientDescent
from workbench.analysis.unknowns import FlatnessSearch, Landing, ManyStarts, flat_directions, landings, pictured_blocks
from workbench.analysis.unknowns.pictured_blocks import drawn
from workbench.cli import main
from workbench.noise import Gaussian
from workbench.operators import Identity, Mask
from workbench.parametrisations import (
    Direct,
    KernelAndImage,
    LowRank,
    Mixture,
    NonNegativeFactors,
    SquareDifference,
    TubalProduct,
)
from workbench.priors import NonNegative, OnUnknown, Tikhonov, Zero
from workbench.problem import Problem
from workbench.progress import Bar
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import generator, norm, normal_like

SHAPE = (1, 9, 8)


def random(shape: tuple[int, ...], seed: int = 0) -> torch.Tensor:
    return normal_like(torch.zeros(shape).double(), generator(seed, 0))


def problem(phi, keep: float = 1.0, prior=None, seed: int = 0) -> tuple[Problem, torch.Tensor]:
    """Data without noise of a random unknown, and that unknown."""
    u = random((1, *phi.in_shape), seed)
    A = Mask(phi.out_shape, keep)
    return Problem(A, Gaussian(1.0), prior or Zero(), A(phi(u)), phi(u), phi), u


def flat(made: Problem, u: torch.Tensor, search: FlatnessSearch | None = None):
    *_, found = flat_directions(made, u, search)
    return found


def test_factors_are_free_by_as_many_directions_as_the_group_has_and_no_more():
    for rank in (1, 2, 3):
        made, u = problem(LowRank(SHAPE, rank))
        found = flat(made, u)
        assert (found.silent, found.open, found.down, found.complete) == (rank**2, 0, 0, True)
    # A column that is 0 in both factors is free in both, to first order.
    made, u = problem(LowRank(SHAPE, 3))
    views = made.parametrisation.views(u)
    views = {name: torch.cat([block[..., :2], 0 * block[..., :1]], -1) for name, block in views.items()}
    u = made.parametrisation.joined(views)
    at = Problem(made.given_operator, made.noise, Zero(), made.picture(u), None, made.parametrisation)
    assert flat(at, u).silent == 2**2 + 9 + 8


def test_pixels_that_nobody_saw_are_open_and_are_drawn():
    made, u = problem(Direct(SHAPE), keep=0.5)
    found = flat(made, u)
    assert (found.silent, found.open) == (0, 36)
    unseen = made.given_operator.mask()[None, None] == 0
    assert float((found.pictures * ~unseen).abs().max()) < 1e-10
    assert flat(Problem(made.operator, made.noise, Tikhonov(0.1), made.y, None, Direct(SHAPE)), u).open == 0


def test_a_large_unknown_is_searched_and_the_same_is_found():
    made, u = problem(LowRank(SHAPE, 2))
    whole, some = flat(made, u), flat(made, u, FlatnessSearch(whole=10, count=8))
    assert (some.silent, some.open, some.complete) == (whole.silent, whole.open, True) == (4, 0, True)
    few = flat(made, u, FlatnessSearch(whole=10, count=2))
    assert not few.complete and few.sentence.startswith("Of 34 directions at least 2 are flat")


def test_a_saddle_is_told():
    phi = SquareDifference((1, 6))
    data = torch.ones(1, 1, 6).double()
    at = Problem(Identity((1, 6)), Gaussian(1.0), Zero(), data, None, phi)
    found = flat(at, torch.full((1, 1, 12), 1e-4).double())
    assert found.down == 6 and "this is no minimum" in found.sentence


def test_starts_end_in_the_valleys_that_there_are():
    """Whole data of rank 2 have one valley; a picture that is half seen has as many as there are starts."""
    made, _ = problem(LowRank(SHAPE, 2))
    *_, last = landings(made, LBFGS(), 200, ManyStarts(6))
    assert last.over and last.places[0][0] == last.order[0] and sorted(sum(last.places, ())) == list(range(6))
    assert last.errors is not None and float(last.errors[last.order[0]]) < 1e-6
    # Unseen pixels stay where a start has put them: as many pictures as starts, each with an objective of 0.
    made, _ = problem(Direct(SHAPE), keep=0.5)
    *_, last = landings(made, LBFGS(), 30, ManyStarts(4))
    assert len(last.places) == 4 and float(last.objectives.max()) < 1e-12
    assert "4 starts are at 4 pictures" in last.sentence


def test_starts_that_left_for_infinity_are_no_places():
    *_, last = landings(problem(Direct(SHAPE))[0], GradientDescent(step_size=1e6), 100, ManyStarts(3))
    assert last.sentence.endswith("2 of them have left for infinity, each a place of its own."), "the first has arrived"
    none = Landing(last.problem, last.settings, 100, 100, last.u[1:], last.objectives[1:])
    assert none.sentence == "After 100 iterations all 2 starts have left for infinity: take a smaller step."


def test_the_first_start_is_that_of_a_run_and_constraints_hold():
    phi = LowRank(SHAPE, 2)
    made, _ = problem(phi, prior=OnUnknown(NonNegative()))
    first = ManyStarts(3).unknowns(ManyStarts(3).problem(made))
    assert torch.equal(first[:1], made.prior.feasible(made.start())) and float(first.min()) >= 0
    assert not torch.equal(first[1], first[2])
    alone = [s.x for s in islice(iterate(problem(phi)[0], LBFGS()), 8)][-1]
    *_, beside = landings(problem(phi)[0], LBFGS(), 7, ManyStarts(3))
    torch.testing.assert_close(beside.u[:1], alone)


def test_a_batch_has_no_one_start():
    made, _ = problem(LowRank(SHAPE, 2))
    two = Problem(made.given_operator, made.noise, Zero(), made.y.expand(2, -1, -1, -1), None, made.parametrisation)
    with pytest.raises(Refusal, match="one set of data"):
        next(landings(two, LBFGS(), 3))


MEMBERS = {name: cls() for name, cls in catalog.members("parametrisation").items() if name != "Direct"}
MATCHED = ("Mixture", "NonNegativeFactors", "KernelAndImage")  # by likeness, and not by distance


@pytest.mark.parametrize("name", MEMBERS)
def test_what_is_taken_out_leaves_the_picture(name):
    phi = MEMBERS[name]
    u, other = (phi.balanced(0.3 * random((1, *phi.in_shape), seed)) for seed in (0, 1))
    turned = phi.nearest(u, other)
    if name != "KernelAndImage":  # a shift leaves a window of the kernel's size behind
        torch.testing.assert_close(phi.picture(turned), phi.picture(u), atol=1e-6, rtol=1e-6)
    assert float(norm(turned - other)) <= float(norm(u - other)) * (1 + 1e-9) or name in MATCHED
    torch.testing.assert_close(phi.nearest(u, u), u, atol=1e-6, rtol=1e-6)
    assert all(drawn(block).ndim in (1, 2) for block in phi.pictured(u).values())


def test_turned_shuffled_and_shifted_blocks_are_found_again():
    rng = generator(3, 0)
    phi = LowRank(SHAPE, 3)
    u = random((1, *phi.in_shape))
    G = random((3, 3), 5) + 2 * torch.eye(3).double()
    views = phi.views(u)
    other = phi.joined({"left": views["left"] @ G, "right": views["right"] @ torch.linalg.inv(G).mT})
    assert all(block.error < 1e-9 for block in pictured_blocks(phi, other, phi.views(phi.balanced(u))))
    phi = TubalProduct((1, 5, 4, 6), 2)
    u = random((1, *phi.in_shape))
    scaled = {"left": 2 * phi.views(u)["left"], "right": phi.views(u)["right"] / 2}
    assert all(b.error < 1e-9 for b in pictured_blocks(phi, phi.joined(scaled), phi.views(phi.balanced(u))))
    order = torch.randperm(4, generator=rng)
    for phi, names in ((NonNegativeFactors(SHAPE, 4), ("w", "h")), (Mixture((7, 5, 5), 4), ("endmembers", "logits"))):
        u = phi.balanced(random((1, *phi.in_shape)).abs())
        views = phi.views(u)
        axis = 1 if "logits" in names else -1
        shuffled = {names[0]: views[names[0]][..., order], names[1]: views[names[1]].index_select(axis, order)}
        found = pictured_blocks(phi, phi.joined(shuffled), views)
        assert all(block.error < 1e-9 for block in found), phi
    phi = KernelAndImage((1, 16, 16), 7)
    kernel = torch.zeros(1, 1, 7, 7).double()
    kernel[..., 2:5, 3] = 1 / 3
    image = random((1, 1, 16, 16))
    moved = phi.joined({"kernel": 2 * kernel.roll((1, -2), (2, 3)), "image": image.roll((-1, 2), (2, 3)) / 2})
    found = pictured_blocks(phi, moved, {"kernel": kernel, "image": image})
    assert all(block.error < 1e-9 for block in found)


def test_true_blocks_that_do_not_fit_are_left_out():
    phi = LowRank(SHAPE, 2)
    u = random((1, *phi.in_shape))
    (left, right) = pictured_blocks(phi, u, LowRank(SHAPE, 3).views(random((1, 1, 51))))
    assert left.known is None and right.error is None and left.values.shape == (9, 2)
    np.testing.assert_allclose(drawn(torch.arange(8.0).reshape(1, 2, 2, 2)), [[0, 1, 4, 5], [2, 3, 6, 7]])


def test_the_command_says_where_starts_end_and_keeps_what_was_reached(tmp_path, capsys, monkeypatch):
    words = ["--truth", "camera", "--size", "16", "--operator", "Identity", "--parametrisation", "LowRank"]
    more = ["--set", "parametrisation.rank=2", "--prior", "Zero", "--algorithm", "LBFGS", "--steps", "60"]
    figure = tmp_path / "blocks.png"
    assert main(["unknown", *words, *more, "--starts", "3", "--json", "--figure", str(figure)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["flat"]["silent"] == 4 and len(found["objectives"]) == 3 and set(found["blocks"]) == {"left", "right"}
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert main(["unknown", *words, *more, "--starts", "2"]) == 0
    assert "taken out: U G" in capsys.readouterr().out
    monkeypatch.setattr(Bar, "show", lambda bar, k: signal.raise_signal(signal.SIGINT) if k >= 9 else None)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    assert main(["unknown", *words, *more, "--starts", "2"]) == 130
    signal.signal(signal.SIGINT, before)
    said = capsys.readouterr()
    assert "interrupted after 9 of 60 iterations" in said.err and "After 9 iterations 2 starts" in said.out
