"""What papers say of factored unknowns, on small problems: rates, exact recovery, the bias of a small scale."""

import math
from itertools import islice

import numpy as np
import pytest
import scipy.optimize
import torch
from torch import Tensor

from tests.parametrisations.test_problems import product
from workbench.algorithms import (
    LBFGS,
    PALM,
    AlternatingMinimisation,
    FactoredGradientDescent,
    GaussNewton,
    GeometricSubGradient,
    GradientDescent,
    LevenbergMarquardt,
)
from workbench.noise import Gaussian, Laplace
from workbench.operators import GaussianBlur, Identity, Map, Mask, Operator
from workbench.parametrisations import (
    Dictionary,
    FourierFeatures,
    KernelAndImage,
    LowRank,
    Mixture,
    NonNegativeFactors,
    Parametrisation,
    RelaxationMaps,
    SquareDifference,
    TubalProduct,
    UntrainedNetwork,
)
from workbench.priors import L1, NonNegative, OnUnknown, Prior, Sum, Tikhonov, TotalVariation, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import generator, norm, normal_like

SHAPE = (1, 14, 11)


def exact(phi: Parametrisation, truth: Tensor, operator: Operator | None = None, prior: Prior | None = None) -> Problem:
    """Data without noise."""
    A = operator or Identity(phi.out_shape)
    return Problem(A, Gaussian(1.0), prior or Zero(), A(truth), truth, phi)


def miss(problem: Problem, algorithm, steps: int) -> float:
    """|x - truth| / |truth| at the end."""
    *_, state = islice(iterate(problem, algorithm), steps + 1)
    assert problem.truth is not None
    return float(norm(problem.picture(state.x) - problem.truth) / norm(problem.truth))


def objectives(problem: Problem, algorithm, steps: int) -> Tensor:
    """F at every iterate."""
    return torch.cat([problem.objective(state.x) for state in islice(iterate(problem, algorithm), steps + 1)])


@pytest.mark.parametrize("algorithm", [FactoredGradientDescent(), FactoredGradientDescent(scaled=False)])
def test_the_right_rank_converges_linearly_to_rounding(algorithm):
    values = objectives(exact(LowRank(SHAPE, 2, begin="random", scale=0.5), product(2, 1, SHAPE)), algorithm, 120)
    assert values[-1] <= 1e-20 * values[0]
    assert (values[1:] <= values[:-1] * (1 + 1e-12) + 1e-25).all()
    first, second = (int((values <= level * values[0]).nonzero()[0]) for level in (1e-8, 1e-16))
    assert second <= 2.5 * first  # as many steps again for as many digits again


def test_a_rank_above_the_true_one_makes_gradient_descent_fall_with_the_square_of_k():
    problem = exact(LowRank(SHAPE, 4, begin="random", scale=0.5), product(2, 1, SHAPE))
    values = objectives(problem, GradientDescent(step_size=0.05), 2000)
    slope = math.log(float(values[2000] / values[500])) / math.log(4)
    assert abs(slope + 2) <= 0.1
    # With the Gram matrices the fall has no such law, though a start at random may wait on its way.
    scaled = objectives(problem, FactoredGradientDescent(), 200)
    assert scaled[-1] <= 1e-10 * scaled[0] and values[200] >= 1e-7 * values[0]


def test_the_condition_of_the_truth_does_not_slow_the_scaled_form():
    left, _, right = torch.linalg.svd(product(3, 2, SHAPE), full_matrices=False)
    truth = left[..., :3] @ torch.tensor([1.0, 0.1, 0.01]).double().diag() @ right[..., :3, :]
    problem = exact(LowRank(SHAPE, 3, begin="random", scale=0.1), truth)
    assert miss(problem, FactoredGradientDescent(), 40) <= 1e-8
    assert miss(problem, FactoredGradientDescent(scaled=False), 40) >= 1e-4


@pytest.mark.parametrize("algorithm", [AlternatingMinimisation(), FactoredGradientDescent(), LBFGS()])
def test_a_matrix_is_completed_from_what_is_seen(algorithm):
    shape = (1, 40, 30)
    problem = exact(LowRank(shape, 2), product(2, 3, shape), Mask(shape, 0.35))
    assert miss(problem, algorithm, 300) <= 1e-6


def test_alternating_least_squares_are_those_of_numpy():
    shape, ridge = (1, 8, 6), 0.3
    phi, seen = LowRank(shape, 2, begin="random"), Mask(shape, 0.6)
    problem = exact(phi, product(3, 4, shape), seen, OnUnknown(Tikhonov(ridge)))
    start, after = islice(iterate(problem, AlternatingMinimisation()), 2)
    right, mask, y = phi.views(start.x)["right"][0, 0].numpy(), seen.mask().numpy(), problem.y[0, 0].numpy()
    rows = []
    for i in range(8):
        V = np.vstack([right[mask[i] > 0], math.sqrt(ridge) * np.eye(2)])
        rows.append(np.linalg.lstsq(V, np.concatenate([y[i][mask[i] > 0], np.zeros(2)]), rcond=None)[0])
    assert np.allclose(phi.views(after.x)["left"][0, 0].numpy(), np.array(rows), atol=1e-12)


def test_closed_and_iterated_least_squares_agree():
    """A blur of width 0, all but the identity, has no pixels for an answer row by row."""
    shape = (1, 8, 6)
    phi, truth = LowRank(shape, 2, begin="random"), product(2, 5, shape)
    plain = exact(phi, truth, Identity(shape))
    twin = Map((shape, shape), lambda v: v, lambda v: v)
    other = exact(phi, truth, twin)
    one, two = (list(islice(iterate(p, AlternatingMinimisation()), 4))[-1] for p in (plain, other))
    assert torch.allclose(plain.picture(one.x), other.picture(two.x), atol=1e-9)


def test_gross_errors_are_seen_through():
    shape, draw = (1, 40, 40), generator(8, 0)
    truth = product(2, 7, shape)
    bad = torch.rand(truth.shape, generator=draw, dtype=torch.float64) < 0.3
    y = torch.where(bad, 10 * normal_like(truth, draw), truth)
    problem = Problem(Identity(shape), Laplace(1.0), Zero(), y, truth, LowRank(shape, 2))
    assert miss(problem, GeometricSubGradient(), 700) <= 1e-3


@pytest.mark.parametrize(("scale", "low", "high"), [(1e-3, 1 - 1e-6, 1.01), (1.0, 1.3, 3.0)])
def test_a_small_scale_finds_the_least_sum_of_sizes(scale, low, high):
    """Against basis pursuit by linear programming."""
    n, m, draw = 60, 30, generator(5, 0)
    M = normal_like(torch.zeros(m, n).double(), draw) / math.sqrt(m)
    x = torch.zeros(n).double()
    x[[3, 11, 24, 37, 45, 58]] = normal_like(torch.zeros(6).double(), draw)
    A = Map(((1, n), (1, m)), lambda v: v @ M.T, lambda v: v @ M)
    phi = SquareDifference((1, n), scale)
    problem = Problem(A, Gaussian(1.0), Zero(), A(x[None, None]), None, phi)
    *_, state = islice(iterate(problem, GradientDescent(step_size=0.05)), 2500)
    pursuit = scipy.optimize.linprog(np.ones(2 * n), A_eq=np.hstack([M, -M]), b_eq=(M @ x).numpy())
    found = problem.picture(state.x)
    assert float(norm(A(found) - problem.y)) <= 2e-2 * float(norm(problem.y))
    assert low * 0.995 <= float(found.abs().sum()) / pursuit.fun <= high


def test_palm_keeps_factors_non_negative_and_explains_the_data():
    shape, draw = (1, 14, 11), generator(9, 0)
    truth = (
        normal_like(torch.zeros(1, 1, 14, 2).double(), draw).abs()
        @ normal_like(torch.zeros(2, 11), draw).abs().double()
    )
    problem = exact(LowRank(shape, 2), truth, prior=OnUnknown(NonNegative()))
    for inertia in (0.0, 0.3):
        *_, state = islice(iterate(problem, PALM(inertia)), 300)
        assert (state.x >= 0).all() and float(problem.misfit(state.x)) <= 1e-5 * float(norm(truth)) ** 2
    assert miss(exact(NonNegativeFactors(shape, 2), truth), LBFGS(), 200) <= 1e-3


def test_palm_is_refused_where_a_prox_of_all_of_the_unknown_is_none_of_a_block():
    truth = product(2, 1, SHAPE)
    for prior in (TotalVariation(), Sum(Tikhonov(), TotalVariation())):
        lacks = PALM().lacks(exact(LowRank(SHAPE, 2), truth, prior=OnUnknown(prior)))
        assert lacks and len(lacks) < 300
    taken = (
        OnUnknown(L1()),
        OnUnknown(TotalVariation(), "left"),
        Sum(OnUnknown(L1(), "left"), OnUnknown(Tikhonov(), "right")),
    )
    for prior in taken:
        problem = exact(LowRank(SHAPE, 2), truth, prior=prior)
        assert PALM().lacks(problem) == ""
        values = objectives(problem, PALM(0.0), 8)
        assert (values[1:] <= values[:-1] * (1 + 1e-9)).all()


def test_geometric_subgradients_keep_to_a_constraint_or_refuse_a_start_outside():
    truth = product(2, 1, SHAPE).abs()
    phi = LowRank(SHAPE, 2, begin="random")
    problem = Problem(Identity(SHAPE), Laplace(1.0), OnUnknown(NonNegative()), truth, truth, phi)
    start = problem.start()
    assert bool((start < 0).any()), "it begins outside"
    *_, state = islice(iterate(problem, GeometricSubGradient(), start), 30)
    assert (state.x >= 0).all() and float(state.value) < float(problem.objective(start.clamp_min(0)))
    outside = Problem(Identity(SHAPE), Laplace(1.0), NonNegative(), truth, truth, phi)
    assert GeometricSubGradient().lacks(outside) == ""
    with pytest.raises(Refusal, match="finite objective"):
        next(iterate(outside, GeometricSubGradient(), outside.start()))


def test_a_ridge_on_factors_runs_by_gauss_newton_and_by_levenberg_marquardt():
    problem = exact(LowRank(SHAPE, 2), product(2, 1, SHAPE), Mask(SHAPE, 0.8), OnUnknown(Tikhonov(0.01)))
    ends = [list(islice(iterate(problem, a), 60))[-1].x for a in (GaussNewton(), LevenbergMarquardt(), LBFGS())]
    values = torch.cat([problem.objective(x) for x in ends])
    assert torch.allclose(values, values[0], rtol=1e-4)


def test_stacks_maps_mixtures_and_codes_are_found_from_their_own_pictures():
    """Data made by each parametrisation from an unknown at random are explained by it, from its own start."""
    cases = [
        (TubalProduct((1, 6, 5, 4), 2), 1e-6, Mask((1, 6, 5, 4), 0.9)),
        (RelaxationMaps((6, 5, 5)), 1e-6, None),
        (Dictionary((1, 8, 8), atoms=4, patch=4), 1e-6, None),
        (Mixture((5, 6, 6), 2, "random"), 1e-6, None),
        (KernelAndImage((1, 8, 8), 3), 1e-6, None),
        (FourierFeatures((1, 8, 8), 8, 12, 1.0), 1e-2, None),
        (UntrainedNetwork((1, 8, 8), 8, 2), 1e-2, None),
    ]
    for phi, least, seen in cases:
        rng = generator(2, 0)
        u = phi.starts(normal_like(torch.zeros(1, *phi.out_shape).double(), rng).abs())
        truth = phi(u + 0.2 * u.square().mean().sqrt() * normal_like(u, rng))
        assert miss(exact(phi, truth, seen), LBFGS(), 200) <= least, phi


def test_a_kernel_that_is_a_point_is_known():
    phi = KernelAndImage((1, 8, 8), 3)
    u = phi.starts(torch.rand(2, 1, 8, 8, generator=generator(0, 0), dtype=torch.float64))
    point = torch.zeros(2, 1, 3, 3).double()
    point[:, :, 1, 1] = 1
    trivial = phi.joined(phi.views(u) | {"kernel": point})
    assert not phi.is_trivial(u).any() and phi.is_trivial(trivial).all()
    assert torch.allclose(phi(trivial), phi.views(u)["image"])  # its centre is in the middle


def test_a_kernel_and_a_picture_make_the_periodic_blur():
    blur, phi = GaussianBlur((1, 9, 9), 0.6), KernelAndImage((1, 9, 9), 9)
    image = torch.rand(1, 1, 9, 9, generator=generator(1, 0), dtype=torch.float64)
    impulse = torch.zeros(1, 1, 9, 9).double()
    impulse[..., 4, 4] = 1
    u = phi.joined({"kernel": blur(impulse), "image": image})
    assert torch.allclose(phi(u), blur(image))
