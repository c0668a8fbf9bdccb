"""Certificates against CVXPY: the gap is a true upper bound at every look, and it closes."""

import math
from dataclasses import replace

import pytest
import torch

from tests.certified import CASES, ENOUGH, LOOKS, SHAPE, crop, looks, optimum, problem
from workbench.algorithms import (
    ADMM,
    FISTA,
    LBFGS,
    PDHG,
    ConjugateGradient,
    GradientDescent,
    ProximalGradient,
    State,
)
from workbench.analysis import Kind, certify, gap, standard
from workbench.analysis.duality import lower_bound, uncertified
from workbench.noise import Gaussian, Poisson, WeightedGaussian
from workbench.operators import GaussianBlur, Identity, Mask, Operator
from workbench.priors import (
    L1,
    AffineConstraint,
    Box,
    Elastic,
    Entropy,
    GraphSmoothness,
    HuberTV,
    L1Ball,
    L2Ball,
    LInfBall,
    NonNegative,
    NuclearNorm,
    Simplex,
    Sum,
    Tikhonov,
    TotalVariation,
    WaveletL1,
    Zero,
)
from workbench.problem import Problem
from workbench.run import after, iterate, objective, observe, until
from workbench.tensors import norm

SOLVER = 1e-8  # what Clarabel leaves, relative
pytest.importorskip("cvxpy")
every_case = pytest.mark.parametrize("name", CASES)


@every_case
def test_the_last_iterate_is_cvxpys_optimum_and_the_certificate_says_so(name):
    _, (value, proof) = max(looks(name).items())
    assert abs(value / optimum(name) - 1) <= 1e-6
    assert proof.kind is Kind.GAP
    assert float(proof.relative) <= ENOUGH


@every_case
def test_the_gap_is_an_upper_bound_all_the_way(name):
    found = looks(name)
    assert len(found) >= 2 and min(found) == LOOKS[0]
    for value, proof in found.values():
        assert float(proof.value) >= value - optimum(name) * (1 + SOLVER)
        assert float(proof.value) <= value * (1 + 1e-12)  # zero is a dual point, too


def deblurring(prior=None, batch: int = 1) -> Problem:
    truth = crop("camera").expand(batch, -1, -1, -1)
    return Problem.simulate(GaussianBlur(SHAPE, 1.0), Gaussian(0.05), prior or TotalVariation(5.0), truth)


def last(problem: Problem, algorithm, steps: int) -> State:
    *_, state = until(iterate(problem, algorithm), after(steps))
    return state


def test_strong_convexity_bounds_the_distance_to_the_minimiser():
    solved = deblurring(Tikhonov(20.0))
    assert solved.strong_convexity() >= 20
    exact = last(solved, ConjugateGradient(), 200).x
    for state in until(iterate(solved, GradientDescent()), after(20)):
        proof = certify(solved, GradientDescent(), state)
        assert float(norm(state.x - exact)) <= float(proof.distance) * (1 + 1e-9)


def test_any_iterate_has_a_bound_not_only_those_of_a_method_with_duals():
    solved = problem("deblurring")
    for x in (solved.start(), solved.truth, solved.zeros(), 100 * solved.y):
        proof = certify(solved, FISTA(), State(x, 0, FISTA().measure(solved)))
        assert proof.kind is Kind.GAP
        assert float(proof.value) >= float(solved.objective(x)) - optimum("deblurring") * (1 + SOLVER)


def test_items_of_a_batch_are_certified_each_by_itself():
    both = deblurring(batch=2)
    state = last(both, PDHG(), 50)
    alone = [replace(both, y=both.y[i : i + 1], truth=None) for i in range(2)]
    parts = [
        replace(state, x=state.x[i : i + 1], data=state.data[i : i + 1], dual=state.dual[i : i + 1]) for i in range(2)
    ]
    together = gap(both, state)["gap"]
    assert together.shape == (2,)
    singly = torch.cat([gap(p, s)["gap"] for p, s in zip(alone, parts, strict=True)])
    assert torch.allclose(together, singly, rtol=1e-6)


def test_data_that_were_not_measured_take_no_part():
    """Their dual is 0. It was moved with the others, which left no bound but 0: a gap of 100 % at the optimum."""
    weights = torch.full(SHAPE, 400.0, dtype=torch.float64)
    weights[0, 2:5, 3] = 0
    noisy = Problem.simulate(Identity(SHAPE), WeightedGaussian(weights, "weights"), TotalVariation(2.0), crop("camera"))
    for algorithm in (PDHG(), ADMM()):
        proof = certify(noisy, algorithm, last(noisy, algorithm, 150))
        assert proof.kind is Kind.GAP and float(proof.relative) < 1e-2


def test_an_item_that_is_nearly_there_keeps_its_bound_beside_one_that_is_not():
    """One tolerance for all sent the nearer item along its rounding, and no item had a gap any more."""
    noisy = Problem.simulate(Identity(SHAPE), Gaussian(0.1), TotalVariation(2.0), crop("camera"))
    state = replace(last(noisy, ProximalGradient(), 1), x=last(noisy, ADMM(), 400).x + 1e-8)
    both = replace(noisy, y=torch.cat([noisy.y, 3 * noisy.y.flip(2)]), truth=None)
    pair = replace(state, x=torch.cat([state.x, noisy.y]))
    nearer, bound = lower_bound(both, pair)[0], lower_bound(noisy, state)[0]
    torch.testing.assert_close(nearer, bound, rtol=1e-9, atol=0)


def test_smooth_priors_have_a_bound_that_closes_without_duals_of_the_method():
    found = deblurring(HuberTV(5.0))
    proof = certify(found, LBFGS(), last(found, LBFGS(), 200))
    assert proof.kind is Kind.GAP and float(proof.relative) < 1e-6


SQUARES = (
    GraphSmoothness(20.0),
    GraphSmoothness(20.0, diagonals=True),
    GraphSmoothness.guided_by(crop("moon"), 20.0, contrast=0.05),  # some edges are of 1e-9
    Elastic(5.0),
)


@pytest.mark.parametrize("prior", SQUARES, ids=["grid", "diagonals", "guide", "elastic"])
@pytest.mark.parametrize(
    "operator", [Identity(SHAPE), GaussianBlur(SHAPE, 0.8), Mask(SHAPE, 0.5)], ids=lambda o: type(o).__name__
)
def test_a_square_behind_a_map_without_a_closed_inverse_has_the_bound_of_dense_algebra(operator, prior):
    """There was none, not even for denoising: conjugate gradients followed what the map does not see to anywhere."""
    found = Problem.simulate(operator, Gaussian(0.05), prior, crop("camera"))
    start, n = found.zeros(), math.prod(SHAPE)
    unit = torch.eye(n, dtype=torch.float64).reshape(n, *SHAPE)
    A, P = (f(unit).reshape(n, -1).T for f in (operator, lambda v: prior.hvp(v, v)))
    least = torch.linalg.solve(A.T @ A / 0.05**2 + P, A.T @ found.y.flatten() / 0.05**2).reshape(start.shape)
    assert certify(found, ConjugateGradient(), State(least, 0)).kind is Kind.GAP
    for x in (start, crop("moon")):
        bound = float(lower_bound(found, State(x, 0)))
        assert bound == pytest.approx(float(found.objective(least)), rel=1e-8)


WITHIN = (
    Sum(TotalVariation(1.0, tolerance=1e-9), NonNegative()),
    Sum(Box(0.1, 0.6), HuberTV(1.0)),
    Sum(WaveletL1(1.0, levels=1), NonNegative()),
    Sum(TotalVariation(1.0, tolerance=1e-9), L2Ball(0.3)),
    Sum(NuclearNorm(1.0), Simplex(0.3)),
)


@pytest.mark.parametrize(("algorithm", "steps", "enough"), [(FISTA(), 150, 1e-3), (PDHG(), 700, 2e-2)])
@pytest.mark.parametrize("prior", WITHIN, ids=lambda p: f"{type(p.first).__name__}-{type(p.second).__name__}")
def test_a_prior_within_a_set_is_certified_by_any_method(prior, algorithm, steps, enough):
    """Methods without duals of the two kept a gap of 60 to 100 % at the optimum; of wavelets PDHG's had another map."""
    found = Problem.simulate(GaussianBlur(SHAPE, 0.6), Gaussian(0.05), prior, crop("camera"))
    state = last(found, algorithm, steps)
    proof = certify(found, algorithm, state)
    assert proof.kind is Kind.GAP and 0 <= float(proof.relative) < enough
    elsewhere = prior.feasible(last(found, ADMM(), 60).x)
    assert float(lower_bound(found, state)) <= float(found.objective(elsewhere)) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("prior", "steps"), [(TotalVariation(5.0), 250), (GraphSmoothness(20.0), 250), (WaveletL1(5.0, levels=1), 1000)]
)
def test_a_prior_within_a_set_is_certified_where_no_pixel_was_seen(prior, steps):
    """The multiplier of x >= 0 has to be below 0 at each pixel of some dual: the gap was 100 % at the optimum."""
    found = Problem.simulate(Mask(SHAPE, 0.5), Gaussian(0.05), Sum(prior, NonNegative()), crop("camera"))
    proof = certify(found, ADMM(), last(found, ADMM(), steps))
    assert proof.kind is Kind.GAP and 0 <= float(proof.relative) < 1e-2


def test_single_precision_is_certified_in_double():
    single = Problem.simulate(Identity(SHAPE), Gaussian(0.1), L1(5.0), crop("moon").float())
    proof = certify(single, FISTA(), last(single, FISTA(), 5))
    assert proof.value.dtype == torch.float64
    assert float(proof.relative) < 1e-6


def test_a_gap_is_a_probe():
    solved = deblurring()
    rows = list(observe(solved, until(iterate(solved, PDHG()), after(40)), gap, every=20))
    assert [row.state.k for row in rows] == [0, 20, 40]
    assert rows[-1].values["gap"] < rows[0].values["gap"]


@pytest.mark.parametrize("prior", [NonNegative(), Box(), L1(3.0), TotalVariation(5.0)])
def test_a_channel_more_is_no_different(prior):
    colour = crop("camera").expand(1, 3, -1, -1) * torch.tensor([1.0, 0.5, 0.2], dtype=torch.float64).view(1, 3, 1, 1)
    solved = Problem.simulate(GaussianBlur((3, *SHAPE[1:]), 0.7), Gaussian(0.1), prior, colour)
    assert float(certify(solved, PDHG(), last(solved, PDHG(), 2000)).relative) < 1e-3


class Squares(Operator):
    """x -> x^2."""

    def __init__(self) -> None:
        super().__init__(SHAPE, SHAPE)

    def forward(self, x):
        return x * x


def test_elsewhere_it_is_the_fixed_point_residual_and_says_why():
    bent = Problem(Squares(), Gaussian(0.5), Tikhonov(1.0), crop("moon"))
    assert "linear" in uncertified(bent)
    assert gap(bent, State(bent.y)) == {}
    state = next(iter(iterate(bent, GradientDescent(step_size=1e-3), bent.y)))
    proof = certify(bent, GradientDescent(step_size=1e-3), state)
    assert proof.kind is Kind.RESIDUAL and "linear" in proof.why
    step = 1e-3 * (bent.misfit_grad(state.x) + bent.prior.grad(state.x))
    assert torch.allclose(proof.value, norm(step))
    assert proof.distance.isinf().all()


def test_least_squares_without_a_prior_have_a_gap_too():
    solved = Problem.simulate(Mask(SHAPE, 0.5), Gaussian(0.05), Zero(), crop("moon"))
    shifted = replace(solved, y=solved.y + 0.3)  # data that no signal explains: lost pixels are not 0
    state = last(shifted, ConjugateGradient(), 20)
    least = lower_bound(shifted, state)
    assert torch.allclose(least, shifted.objective(state.x), rtol=1e-9)


CONSTRAINTS = (NonNegative(), Box(0.1, 0.8), Simplex(0.2), L1Ball(0.15), L2Ball(0.3), LInfBall(0.8), Entropy(1.0))


@pytest.mark.parametrize("law", [Gaussian(0.1), Poisson(50.0, 0.1)], ids=lambda n: type(n).__name__)
@pytest.mark.parametrize("constraint", [*CONSTRAINTS, Sum(NonNegative(), L2Ball(0.3))], ids=lambda c: type(c).__name__)
def test_a_split_constraint_is_certified_where_it_is_met(law, constraint):
    """Splitting methods leave x outside by 1e-7 or more, where the objective is infinite; the truth touches 0."""
    truth = torch.zeros(1, *SHAPE, dtype=torch.float64)
    truth[..., 2:6, 3:7] = 1
    solved = Problem.simulate(GaussianBlur(SHAPE, 0.7), law, Sum(TotalVariation(1.0), constraint), truth)
    gaps, values, objectives = [], [], []
    for state in until(iterate(solved, PDHG()), after(800)):
        if state.k in (5, 50, 800):
            proof = certify(solved, PDHG(), state)
            gaps.append(float(proof.relative))
            inside = solved.prior.feasible(state.x)
            values.append(float(solved.objective(inside)))
            objectives.append(float(objective(solved, state)["objective"]))
            assert standard(solved)[0](solved, state)["objective"] == pytest.approx(objectives[-1], rel=1e-12)
            assert float(proof.value) >= values[-1] - min(values) - 1e-9
    assert all(map(math.isfinite, gaps + values)) and gaps[2] < 0.2 and gaps[2] < 0.5 * gaps[0]
    assert objectives == pytest.approx(values, rel=1e-12), "what a run records is finite, too"


def test_constraints_that_do_not_stack_have_no_gap_and_say_so():
    solved = deblurring(Sum(TotalVariation(1.0), AffineConstraint(value=(0.3,))))
    proof = certify(solved, PDHG(), last(solved, PDHG(), 50))
    assert proof.kind is Kind.RESIDUAL and "stack" in proof.why and bool(proof.relative.isfinite().all())
