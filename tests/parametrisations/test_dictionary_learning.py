"""Codes and atoms by coordinate descent, where the answer is known or has conditions of its own."""

from itertools import islice

import pytest
import torch

from workbench.algorithms import AlternatingMinimisation, DictionaryLearning
from workbench.kernels import sparse_codes
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity, LinearOperator, Mask
from workbench.parametrisations import Dictionary, LowRank, Parametrisation
from workbench.priors import L1, L2Ball, OnUnknown, Prior, Sum, Zero
from workbench.problem import Problem
from workbench.run import iterate
from workbench.tensors import generator, normal_like

SHAPE, PATCH, PRICE, SIGMA = (1, 12, 12), 3, 0.7, 0.5
PRIOR: Prior = Sum(OnUnknown(L1(PRICE), "code"), OnUnknown(L2Ball(1 / PATCH, 3), "atoms"))


def drawn(*shape: int) -> torch.Tensor:
    return normal_like(torch.zeros(shape).double(), generator(len(shape), 0))


def problem(operator: LinearOperator, prior: Prior = PRIOR, phi: Parametrisation | None = None) -> Problem:
    y = operator(2 * drawn(2, *SHAPE))
    return Problem(operator, Gaussian(SIGMA), prior, y, None, phi or Dictionary(SHAPE, 7, PATCH))


def test_codes_in_atoms_that_are_orthonormal_are_soft_thresholds_after_one_sweep():
    atoms, target = torch.linalg.qr(drawn(5, 5))[0], drawn(8, 5)
    found = sparse_codes.swept(drawn(8, 5), atoms, torch.ones(8, 5).double(), target, 0.4, 1)
    pulls = target @ atoms.mT
    torch.testing.assert_close(found, pulls.sign() * (pulls.abs() - 0.4).clamp_min(0))


def test_a_number_whose_atom_is_not_seen_becomes_0():
    seen = torch.ones(2, 3).double()
    seen[0] = 0
    found = sparse_codes.swept(torch.ones(2, 4).double(), drawn(4, 3), seen, seen * drawn(2, 3), 0.1, 1)
    assert (found[0] == 0).all() and found[1].abs().sum() > 0


@pytest.mark.parametrize("operator", [Identity(SHAPE), Mask(SHAPE, 0.6)])
def test_the_objective_falls_and_ends_where_no_code_and_no_atom_can_be_better(operator):
    """The conditions of the lasso for each code; for each atom the projected gradient is 0."""
    made = problem(operator)
    states = list(islice(iterate(made, DictionaryLearning()), 1501))
    values = torch.stack([made.objective(state.x) for state in states])
    assert (values[1:] <= values[:-1] * (1 + 1e-12)).all() and (values[-1] < 0.7 * values[0]).all()
    phi, u = made.parametrisation, states[-1].x
    slope = phi.views(made.misfit_grad(u))
    code, atoms = phi.views(u)["code"], phi.views(u)["atoms"]
    active = code.abs() > 1e-9
    assert active.any() and not active.all()
    torch.testing.assert_close(slope["code"][active], -PRICE * code[active].sign(), atol=1e-3, rtol=0)
    assert (slope["code"].abs() <= PRICE + 1e-3).all()
    ahead = atoms - 1e-3 * slope["atoms"]
    ahead = ahead / ahead.norm(dim=-1, keepdim=True).clamp_min(1)
    torch.testing.assert_close(ahead, atoms, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda: problem(GaussianBlur(SHAPE)), "diagonal in the pixels"),
        (lambda: problem(Identity(SHAPE), Zero()), "OnUnknown"),
        (lambda: problem(Identity(SHAPE), OnUnknown(L1(), "code")), "L2Ball"),
        (lambda: problem(Identity(SHAPE), Zero(), LowRank(SHAPE, 2)), "codes and atoms"),
    ],
)
def test_what_has_no_such_steps_is_refused_in_a_sentence(made, sentence):
    assert sentence in DictionaryLearning().unmet(made())


@pytest.mark.parametrize("side", [16, 24])
def test_exact_blocks_in_single_precision_stay_at_a_minimum_that_is_not_the_only_one(side):
    """More atoms than patches explain any data: the least is 0, and rounding along what is free must not grow."""
    mask = Mask((1, side, side), 0.6)
    y = mask(drawn(2, 1, side, side).float())
    made = Problem(mask, Gaussian(0.1), Zero(), y, None, Dictionary((1, side, side)))
    states = list(islice(iterate(made, AlternatingMinimisation()), 7))
    values = torch.stack([made.objective(state.x) for state in states])
    assert (values[1:] <= 1e-6 * values[0]).all()
    start = states[0].x.abs().amax()
    assert all(state.x.abs().amax() <= 10 * start for state in states)
