"""Problems whose unknown is another than the picture: what is looked for, what is shown, what is refused."""

import json
from dataclasses import replace
from itertools import islice

import pytest
import torch
import xarray as xr

from workbench import algorithms, noise, operators, parametrisations, priors, storage
from workbench.algorithms import (
    FISTA,
    LBFGS,
    PDHG,
    AlternatingMinimisation,
    FactoredGradientDescent,
    GradientDescent,
    ProximalGradient,
)
from workbench.analysis import psnr
from workbench.analysis.duality import uncertified
from workbench.analysis.spectrum import top
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.operators import FourierMask, GaussianBlur, Identity, Mask
from workbench.parameters import as_code, describe, rebuild
from workbench.parametrisations import Direct, Grid, Hadamard, LowRank, SquareDifference
from workbench.priors import L1, NonNegative, OnUnknown, SmoothedTotalVariation, Sum, Tikhonov, TotalVariation, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate, run
from workbench.tensors import generator, norm, normal_like

SHAPE = (1, 12, 9)


def product(rank: int = 2, seed: int = 0, shape: tuple[int, ...] = SHAPE) -> torch.Tensor:
    """A picture of that rank."""
    channels, rows, columns = shape
    left, right = torch.zeros(channels, rows, rank).double(), torch.zeros(channels, columns, rank).double()
    draw = generator(seed, 0)
    return (normal_like(left, draw) @ normal_like(right, draw).mT)[None] / rank**0.5


def test_direct_is_the_problem_without_it():
    truth = product()
    parts = Mask(SHAPE, 0.7), Gaussian(0.05), Sum(TotalVariation(3.0), NonNegative())
    bare, named = Problem.simulate(*parts, truth), Problem.simulate(*parts, truth, parametrisation=Direct(SHAPE))
    assert named.operator is parts[0] and named.prior is parts[2] and bare.prior is parts[2]
    one, other = (list(islice(iterate(p, PDHG()), 6))[-1].x for p in (bare, named))
    assert torch.equal(one, other) and torch.equal(bare.picture(one), one)


def test_states_hold_the_unknown_and_what_is_shown_is_the_picture():
    phi, truth = LowRank(SHAPE, 2), product()
    problem = Problem.simulate(Mask(SHAPE, 0.8), Gaussian(0.01), Zero(), truth, parametrisation=phi)
    *_, state = islice(iterate(problem, LBFGS()), 40)
    assert tuple(state.x.shape) == problem.shape == (1, 1, 2 * (12 + 9))
    x = problem.picture(state.x)
    views = phi.views(state.x)
    assert torch.allclose(x, views["left"] @ views["right"].mT) and x.shape == truth.shape
    error = (x - truth).square().mean()
    assert float(psnr(problem, state)["psnr"]) == pytest.approx(float(-10 * error.log10()))


def test_eigenvalues_of_a_balanced_minimum_are_sums_of_singular_values():
    """Of |U V^T - M|^2 / 2: s_i + s_j at a balanced minimum, once a pair; all else is flat, phi' H phi."""
    values = torch.tensor([3.0, 1.0]).double()
    truth = torch.zeros(1, 1, 3, 2).double()
    truth[0, 0, :2] = values.diag()
    problem = Problem(Identity((1, 3, 2)), Gaussian(1.0), Zero(), truth, truth, LowRank((1, 3, 2), 2))
    root = values.sqrt().diag()
    left = torch.cat([root, torch.zeros(1, 2).double()])[None, None]
    u = problem.parametrisation.joined({"left": left, "right": root[None, None]})
    hessian = problem.hessian(u)
    matrix = torch.cat([hessian(v) for v in torch.eye(10).double()[:, None, None]])[:, 0]
    found = torch.linalg.eigvalsh(matrix).flip(0)
    # Rows of U without data pull by s_j each; the pairs of both factors by s_i + s_j, and 0 as often.
    wanted = torch.tensor([6.0, 4.0, 4.0, 3.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0]).double()
    assert torch.allclose(found, wanted, atol=1e-12)
    assert float(top(hessian, 1).values[0]) == pytest.approx(6.0, rel=1e-6)


def test_priors_are_on_the_picture_on_the_unknown_or_on_a_block():
    phi, truth = LowRank(SHAPE, 3), product()
    given = Sum(SmoothedTotalVariation(2.0), OnUnknown(Tikhonov(0.5), "left"))
    problem = Problem.simulate(Mask(SHAPE), Gaussian(0.1), given, truth, parametrisation=phi)
    u = problem.start()
    wanted = given.first(phi(u)) + Tikhonov(0.5)(phi.views(u)["left"])
    assert torch.allclose(problem.prior(u), wanted)
    assert describe(problem.prior.given) == describe(given)
    whole = replace(problem, prior=OnUnknown(L1(2.0)))
    assert torch.allclose(whole.prior(u), 2 * u.abs().flatten(1).sum(1)) and not ProximalGradient().lacks(whole)
    both = replace(problem, prior=Sum(OnUnknown(NonNegative(), "left"), OnUnknown(L1(1.0), "right")))
    views = phi.views(both.prior.prox(u, 0.1))
    assert torch.equal(views["left"], phi.views(u)["left"].clamp_min(0))
    assert torch.allclose(views["right"], torch.nn.functional.softshrink(phi.views(u)["right"], 0.1))


def test_the_sum_of_squares_of_factors_is_twice_the_sum_of_sizes_at_its_least():
    """Of z u = x: |z|^2 + |u|^2 >= 2 |x|_1, so that this is the LASSO, found here by FISTA."""
    shape, draw = (1, 14), generator(3, 0)
    truth = torch.zeros(1, *shape).double()
    truth[0, 0, [1, 6, 11]] = torch.tensor([1.0, -2.0, 1.5]).double()
    y = truth + 0.1 * normal_like(truth, draw)
    A = GaussianBlur(shape, 0.8)
    lasso = Problem(A, Gaussian(0.3), L1(2.0), A(y))
    factored = replace(lasso, prior=OnUnknown(Tikhonov(2.0)), parametrisation=Hadamard(shape, 0.1))
    *_, wanted = islice(iterate(lasso, FISTA()), 2000)
    *_, found = islice(iterate(factored, LBFGS()), 2000)
    assert torch.allclose(factored.picture(found.x), wanted.x, atol=1e-5)
    assert torch.allclose(factored.objective(found.x), lasso.objective(wanted.x), rtol=1e-8)


def test_a_linear_parametrisation_stays_convex_and_certified():
    shape, phi = (1, 8, 8), Grid((1, 8, 8), 2.0)
    truth = phi(normal_like(torch.zeros(1, *phi.in_shape).double(), generator(1, 0)))
    problem = Problem.simulate(GaussianBlur(shape), Gaussian(0.1), L1(1.0), truth, parametrisation=phi)
    assert problem.operator.linear and not PDHG().lacks(problem) and not uncertified(problem)
    matrix = phi(torch.eye(16).double().reshape(16, *phi.in_shape)).flatten(1)
    assert torch.allclose(matrix.sum(0), torch.ones(64).double())  # lines between samples: constants stay
    *_, one = islice(iterate(problem, PDHG()), 1500)
    *_, other = islice(iterate(problem, algorithms.CondatVu()), 1500)
    assert torch.allclose(problem.objective(one.x), problem.objective(other.x), rtol=1e-5)


def test_convex_claims_are_absent_where_the_picture_is_not_linear():
    problem = Problem.simulate(Identity(SHAPE), Gaussian(), TotalVariation(), product(), parametrisation=LowRank(SHAPE))
    assert "LowRank" in PDHG().lacks(problem) or "linear" in PDHG().lacks(problem)
    assert uncertified(problem)
    assert priors.Can.CONVEX not in problem.prior.can


@pytest.mark.parametrize("begin", ["spectral", "random"])
def test_first_factors_are_balanced(begin):
    for rank in (2, 5):  # the second is above that of the picture
        phi = LowRank(SHAPE, rank, begin=begin)
        views = phi.views(phi.starts(product()))
        grams = [views[name].mT @ views[name] for name in ("left", "right")]
        assert torch.allclose(*grams, atol=1e-12)
        assert begin == "random" or torch.allclose(phi.made(views), product(), atol=1e-2)


def test_complex_pictures_have_complex_factors_and_real_ones_are_refused():
    A = FourierMask((1, 8, 8))
    truth = product(shape=(1, 8, 8)) + 1j * product(seed=1, shape=(1, 8, 8))
    problem = Problem.simulate(A, Gaussian(0.1), Zero(), truth, parametrisation=LowRank((1, 8, 8), 4))
    assert problem.start().is_complex() and problem.dtype == torch.complex128
    seen = Mask((1, 8, 8), 0.9)
    problem = Problem(seen, Gaussian(0.1), Zero(), seen(truth), truth, LowRank((1, 8, 8), 4))
    for algorithm in (LBFGS(), AlternatingMinimisation(), FactoredGradientDescent()):
        *_, state = islice(iterate(problem, algorithm), 300)
        assert float(norm(problem.operator(state.x) - problem.y)) < 1e-4 * float(norm(problem.y))
    with pytest.raises(Refusal, match="SquareDifference"):
        Problem.simulate(A, Gaussian(0.1), Zero(), truth, parametrisation=SquareDifference((1, 8, 8)))


def test_a_saddle_is_said_and_left_by_a_seed():
    problem = Problem(Identity(SHAPE), Gaussian(1.0), Zero(), product(), None, LowRank(SHAPE, 2))
    with pytest.warns(UserWarning, match="saddle: LowRank"):
        states = iterate(problem, GradientDescent(), problem.zeros(), seed=4)
    with pytest.warns(UserWarning, match="saddle"):
        again = iterate(problem, GradientDescent(), problem.zeros(), seed=4)
    first, *_, last = islice(states, 200)
    assert torch.equal(first.x, next(again).x) and float(norm(first.x)) > 0
    assert float(problem.objective(last.x)) < 1e-6


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: LowRank((1, 12, 9), 10), "a rank of at most 9"),
        (lambda: LowRank((1, 12), 1), "2 axes for LowRank"),
        (lambda: LowRank((1, 8, 8)).before(GaussianBlur((1, 8, 9))), "1 x 8 x 9 for GaussianBlur"),
        (lambda: LowRank(SHAPE, 2).joined({"left": torch.zeros(1, 1, 12, 2)}), "blocks that fit together"),
        (lambda: parametrisations.RelaxationMaps((1, 8, 8)), "two echoes"),
        (lambda: parametrisations.KernelAndImage((1, 8, 8), 4), "an odd side of the kernel"),
        (lambda: parametrisations.KernelAndImage((1, 8, 8), 9), "an odd side of the kernel"),
        (lambda: parametrisations.Dictionary((1, 9, 8), patch=4), "whole patches"),
        (lambda: parametrisations.UntrainedNetwork((1, 8, 8), layers=4), "at most 2 layers"),
        (lambda: OnUnknown(Tikhonov(), "centre").placed(LowRank(SHAPE, 2)), "a block of LowRank"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()


def test_a_saved_run_holds_the_picture_and_the_unknown_and_is_rebuilt(tmp_path):
    phi, truth = LowRank(SHAPE, 2), product()
    prior = OnUnknown(Tikhonov(0.1))
    problem = Problem.simulate(Mask(SHAPE, 0.8), Gaussian(0.05), prior, truth, parametrisation=phi)
    result = run(problem, LBFGS(), steps=8)
    storage.save(result, tmp_path / "run.nc")
    kept = storage.load(tmp_path / "run.nc")
    assert kept["x"].shape == (1, *SHAPE) and kept["u"].shape == (1, *phi.in_shape)
    again, algorithm, numbers = storage.rebuild_run(kept)
    assert describe(again.parametrisation) == describe(phi) and describe(again.prior.given) == describe(prior)
    assert numbers["steps"] == 8
    repeated = run(again, algorithm, steps=8)
    xr.testing.assert_equal(repeated["u"], result["u"])


def test_an_experiment_names_it_fits_it_and_repeats_it():
    given = Experiment(Shipped("camera", 16), Mask((1, 64, 64)), steps=5, parametrisation=LowRank((1, 64, 64), 3))
    made = given.fitted()
    assert made.parametrisation.out_shape == made.operator.in_shape == (1, 16, 16)
    description = describe(made)
    assert rebuild(json.loads(json.dumps(description))).parametrisation.rank == 3
    names = {"algorithms": algorithms, "data": __import__("workbench.data").data, "operators": operators}
    names |= {"noise": noise, "priors": priors, "parametrisations": parametrisations}
    names["experiment"] = __import__("workbench.experiment").experiment
    assert describe(eval(as_code(made), names)) == description
    result = made.run()
    assert result["x"].shape == (1, 1, 16, 16) and "u" in result and float(result["psnr"][-1, 0]) > 5
    with pytest.raises(Refusal, match="a rank of at most 16"):
        Experiment(Shipped("camera", 16), Mask((1, 16, 16)), parametrisation=LowRank((1, 64, 64), 20))


def test_the_spectral_start_of_a_large_picture_is_nearly_that_of_the_whole_decomposition():
    truth = product(3, 2, (1, 300, 280))
    phi = LowRank((1, 300, 280), 3)
    u = phi.starts(truth)
    assert torch.allclose(phi(u), truth, atol=1e-10) and torch.equal(u, phi.starts(truth))
    grams = [phi.views(u)[name].mT @ phi.views(u)[name] for name in ("left", "right")]
    assert torch.allclose(*grams, atol=1e-9)
