"""Methods over blocks that choose a block, integrate one out, or have a closed form, where the answer is known."""

import itertools
from itertools import islice, pairwise

import numpy as np
import pytest
import scipy.optimize
import torch

from tests.parametrisations.test_problems import product
from workbench.algorithms import (
    HALS,
    LBFGS,
    PALM,
    BlockCoordinateDescent,
    CompoundGaussianEM,
    CorrentropyNMF,
    SelfCalibration,
)
from workbench.noise import Gaussian, Laplace
from workbench.operators import GaussianBlur, Identity, Map, Mask, Radon
from workbench.parametrisations import CompoundGaussian, Hadamard, LowRank, NonNegativeFactors, SensorGains
from workbench.priors import L1, NonNegative, OnUnknown, Sum, Tikhonov, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import generator, norm, normal_like

SHAPE = (1, 14, 11)
RULES = ["progress", "gradient", "cyclic"]


def drawn(shape: tuple[int, ...], seed: int = 0) -> torch.Tensor:
    return normal_like(torch.zeros(shape).double(), generator(seed, 0))


def last(problem: Problem, algorithm, steps: int, start: torch.Tensor | None = None):
    *_, state = islice(iterate(problem, algorithm, start), steps + 1)
    return state


@pytest.mark.parametrize("rule", RULES)
def test_descent_of_one_block_a_step_falls_to_the_end_of_all_blocks(rule):
    """Of |U V^T - Y|^2 / 2 + w (|U|^2 + |V|^2) / 2: at soft-thresholded singular values of Y."""
    weight, y = 0.8, torch.cat([product(2, 1, SHAPE), product(2, 2, SHAPE)])
    prior = Sum(OnUnknown(Tikhonov(weight), "left"), OnUnknown(Tikhonov(weight), "right"))
    problem = Problem(Identity(SHAPE), Gaussian(1.0), prior, y, None, LowRank(SHAPE, 2, begin="random"))
    states = list(islice(iterate(problem, BlockCoordinateDescent(rule)), 200))
    values = torch.stack([problem.objective(state.x) for state in states])
    assert (values[1:] <= values[:-1] * (1 + 1e-12)).all()
    sizes = torch.linalg.svdvals(y[:, 0])
    kept = (sizes - weight).clamp_min(0)
    wanted = ((sizes - kept).square() / 2 + weight * kept).sum(1)
    assert torch.allclose(values[-1], wanted, rtol=1e-6)
    for before, after in pairwise(states[:20]):
        for item in range(2):
            moved = [
                name
                for name, view in problem.parametrisation.views(after.x - before.x).items()
                if bool((view[item] != 0).any())
            ]
            assert moved in ([], [["left", "right"][int(after.moved[item])]])


def test_the_rule_takes_the_block_of_the_steepest_slope_or_of_the_most_progress():
    """Of x = z u with z large and u small the slope in u is the steeper one."""
    shape = (1, 6)
    phi = Hadamard(shape)
    z, u = 3 + drawn((1, *shape), 3).abs(), 0.1 * drawn((1, *shape), 4)
    problem = Problem(Identity(shape), Gaussian(1.0), Zero(), drawn((1, *shape), 5), None, phi)
    start = phi.joined({"z": z, "u": u})
    slopes = {name: float(norm(view)) for name, view in phi.views(problem.misfit_grad(start)).items()}
    assert slopes["u"] > slopes["z"]
    for rule in ("gradient", "progress"):
        assert int(last(problem, BlockCoordinateDescent(rule), 1, start).moved) == 1
    assert int(last(problem, BlockCoordinateDescent("cyclic"), 1, start).moved) == 0


def test_greedy_steps_are_refused_where_there_is_one_block():
    problem = Problem(Identity(SHAPE), Gaussian(1.0), Zero(), product(2, 1, SHAPE))
    assert "several blocks" in BlockCoordinateDescent().lacks(problem)


def test_scales_of_pixels_end_where_sparse_bayesian_learning_has_its_closed_form():
    """A = 1: e^2v = max(0, y^2 - sigma^2), and the picture e^2v / (e^2v + sigma^2) y."""
    shape, sigma = (1, 5, 4), 0.5
    y = 2 * drawn((2, *shape))
    problem = Problem(Identity(shape), Gaussian(sigma), Zero(), y, None, CompoundGaussian(shape))
    state = last(problem, CompoundGaussianEM(), 4000)
    scale = (y.square() - sigma**2).clamp_min(0)
    wanted = scale / (scale + sigma**2) * y
    assert torch.allclose(problem.picture(state.x), wanted, atol=2e-3)
    found = (2 * problem.parametrisation.views(state.x)["log_scale"]).exp()
    assert torch.allclose(found, scale, atol=1e-2)


def test_scales_of_blocks_end_where_block_sparse_learning_has_its_closed_form():
    """A = 1: e^2v = max(0, mean y^2 - sigma^2) of each block, the last of a row narrower."""
    shape, sigma = (1, 6, 5), 0.5
    y = 2 * drawn((1, *shape))
    problem = Problem(Identity(shape), Gaussian(sigma), Zero(), y, None, CompoundGaussian(shape))
    state = last(problem, CompoundGaussianEM(side=3), 4000)
    scale = torch.empty_like(y)
    for rows, columns in itertools.product((slice(0, 3), slice(3, 6)), (slice(0, 3), slice(3, 5))):
        block = (..., rows, columns)
        scale[block] = (y[block].square().mean() - sigma**2).clamp_min(0)
    assert torch.allclose(problem.picture(state.x), scale / (scale + sigma**2) * y, atol=2e-3)


@pytest.mark.parametrize("start", [0, 3])
def test_blocks_that_share_a_scale_are_found_where_single_ones_are_not(start):
    """Twenty data of sixty numbers, twelve of them in three blocks of four: below what single scales need."""
    matrix, sigma = drawn((20, 60), 7 + start) / 20**0.5, 0.01
    A = Map(((1, 60), (1, 20)), lambda v: v @ matrix.T, lambda v: v @ matrix)
    truth = torch.zeros(1, 1, 60).double()
    for block in (8, 24, 44):
        truth[..., block : block + 4] = 1 + drawn((1, 1, 4), block + start).abs()
    problem = Problem.simulate(A, Gaussian(sigma), Zero(), truth, parametrisation=CompoundGaussian((1, 60)))
    single, blocks = (last(problem, CompoundGaussianEM(side=side), 500) for side in (1, 4))
    errors = [float((problem.picture(state.x) - truth).norm() / truth.norm()) for state in (single, blocks)]
    assert errors[1] < 0.05 and errors[0] > 0.3


def evidence(problem: Problem, u: torch.Tensor, weight: float) -> float:
    """-log p(v | y) but for a constant, by a dense covariance."""
    v = problem.parametrisation.views(u)["log_scale"].flatten().numpy()
    A = torch.cat([problem.given_operator(e.reshape(1, 1, -1)) for e in torch.eye(len(v)).double()])[:, 0].numpy().T
    whole = A @ np.diag(np.exp(2 * v)) @ A.T + 0.3**2 * np.eye(len(A))
    y = problem.y.flatten().numpy()
    return float(np.linalg.slogdet(whole)[1] / 2 + y @ np.linalg.solve(whole, y) / 2 + weight / 2 * v @ v)


@pytest.mark.parametrize("weight", [0.0, 0.7])
def test_the_evidence_of_the_scales_rises_at_every_step(weight):
    matrix = drawn((8, 14), 2) / 8**0.5
    A = Map(((1, 14), (1, 8)), lambda v: v @ matrix.T, lambda v: v @ matrix)
    prior = OnUnknown(Tikhonov(weight), "log_scale") if weight else Zero()
    truth = torch.zeros(1, 1, 14).double()
    truth[0, 0, [2, 9]] = torch.tensor([2.0, -1.5]).double()
    problem = Problem.simulate(A, Gaussian(0.3), prior, truth, parametrisation=CompoundGaussian((1, 14)))
    states = list(islice(iterate(problem, CompoundGaussianEM()), 150))
    values = [evidence(problem, state.x, weight) for state in states]
    assert all(b <= a + 1e-9 for a, b in pairwise(values)) and values[-1] < values[0] - 1
    # The picture is the mean that numpy finds for the last scales.
    v = problem.parametrisation.views(states[-1].x)["log_scale"].flatten().exp().square()
    gain = v.diag() @ matrix.T @ torch.linalg.inv(matrix @ v.diag() @ matrix.T + 0.09 * torch.eye(8).double())
    assert torch.allclose(problem.picture(states[-1].x)[0, 0], gain @ problem.y[0, 0], atol=1e-10)


def test_diagonal_and_dense_covariances_agree():
    shape = (1, 4, 3)
    seen = Mask(shape, 0.7)
    twin = Map((shape, shape), seen, seen.adjoint)
    y = seen(drawn((2, *shape)))
    parts = Gaussian(0.4), OnUnknown(Tikhonov(0.5), "log_scale"), y, None, CompoundGaussian(shape)
    one, other = (last(Problem(A, *parts), CompoundGaussianEM(), 6).x for A in (seen, twin))
    assert torch.allclose(one, other, atol=1e-10)
    assert "no prior, or" in CompoundGaussianEM().lacks(Problem(seen, Gaussian(), OnUnknown(L1()), *parts[2:]))


def calibration(complex_: bool = False, views: int = 40) -> tuple[Problem, torch.Tensor]:
    """Gains of the angles of a sinogram, which has more data than the image and the gains unknowns."""
    A = Radon((1, 10, 10), views)
    if complex_:
        matrix = drawn((60, 9), 8) + 1j * drawn((60, 9), 9)
        A = Map(
            ((1, 9), (1, 6, 10)),
            lambda v: (v @ matrix.mT).reshape(-1, 1, 6, 10),
            lambda v: v.flatten(2) @ matrix.conj(),
        )
    phi = SensorGains(A.out_shape, A)
    gains = 1 + 0.3 * drawn((1, *phi.layout.shapes["gains"]), 6)
    image = drawn((1, *A.in_shape), 7).abs()
    if complex_:
        gains, image = gains * torch.polar(torch.ones_like(gains), drawn(tuple(gains.shape), 3)), image + 0.5j
    u = phi.balanced(phi.joined({"gains": gains.to(image), "image": image}))
    return Problem(Identity(A.out_shape), Gaussian(1.0), Zero(), phi(u), phi(u), phi), u


@pytest.mark.parametrize("complex_", [False, True])
def test_gains_and_image_are_exact_without_noise(complex_):
    problem, wanted = calibration(complex_)
    found = problem.parametrisation.balanced(last(problem, SelfCalibration(), 1).x)
    assert float(norm(found - wanted) / norm(wanted)) <= 1e-8


def test_conjugate_gradients_find_what_the_decomposition_finds(monkeypatch):
    problem, _ = calibration()
    both = replaced(problem, torch.cat([problem.y, problem.y.roll(1, -1)]))
    closed = last(both, SelfCalibration(), 1).x
    monkeypatch.setattr("workbench.algorithms.blocks.self_calibration._DENSE", 0)
    found = last(both, SelfCalibration(5000), 1).x
    assert float(norm(found - closed)[0] / norm(closed)[0]) <= 1e-6
    assert float(norm(found - closed)[1] / norm(closed)[1]) <= 1e-4


def replaced(problem: Problem, y: torch.Tensor) -> Problem:
    return Problem(problem.given_operator, problem.noise, problem.prior, y, None, problem.parametrisation)


def test_with_noise_calibration_is_near_and_a_start_for_least_squares_of_the_blocks():
    problem, wanted = calibration()
    noisy = problem.y + 0.01 * problem.y.std() * drawn(tuple(problem.y.shape), 11)
    found = last(replaced(problem, noisy), SelfCalibration(), 1).x
    phi = problem.parametrisation
    near = float(norm(found - wanted) / norm(wanted))
    assert near < 0.1
    better = last(replaced(problem, noisy), LBFGS(), 200, found).x
    assert float(norm(phi.balanced(better) - wanted) / norm(wanted)) < near


def test_an_operator_of_another_shape_behind_gains_is_refused():
    with pytest.raises(Refusal, match="with data of 1 x 8 x 8"):
        SensorGains((1, 8, 8), Radon((1, 8, 8), 5))
    assert "SensorGains" in SelfCalibration().lacks(Problem(Identity(SHAPE), Gaussian(), Zero(), product(2, 1, SHAPE)))
    behind = Problem(GaussianBlur((1, 8, 8)), Gaussian(), Zero(), torch.ones(1, 1, 8, 8), None, SensorGains((1, 8, 8)))
    assert "diagonal" in SelfCalibration().lacks(behind)


def factors_and_gross_errors(share: float) -> tuple[torch.Tensor, torch.Tensor]:
    shape = (1, 40, 30)
    truth = drawn((1, 1, 40, 3), 1).abs() @ drawn((1, 1, 3, 30), 2).abs()
    bad = torch.rand(truth.shape, generator=generator(3, 0), dtype=torch.float64) < share
    assert truth.shape[1:] == shape
    return truth, torch.where(bad, 10 * drawn(tuple(truth.shape), 4).abs(), truth)


def test_correntropy_does_not_see_gross_errors_that_least_squares_see():
    truth, y = factors_and_gross_errors(0.2)
    phi = NonNegativeFactors((1, 40, 30), 3)
    seen = Mask((1, 40, 30), 0.9)
    problem = Problem(seen, Gaussian(1.0), Zero(), seen(y), truth, phi)
    robust, plain = (last(problem, a, 600) for a in (CorrentropyNMF(), CorrentropyNMF(1e6)))
    off = [float(norm(problem.picture(s.x) - truth) / norm(truth)) for s in (robust, plain)]
    assert off[0] < 0.02 and off[1] > 0.8
    with_laplace = Problem(seen, Laplace(1.0), Zero(), seen(y), truth, phi)
    assert torch.equal(last(with_laplace, CorrentropyNMF(), 600).x, robust.x)


def test_a_given_width_makes_the_loss_fall_and_a_large_one_is_lee_and_seungs_update():
    truth, y = factors_and_gross_errors(0.2)
    phi = NonNegativeFactors((1, 40, 30), 2)
    problem = Problem(Identity((1, 40, 30)), Gaussian(1.0), Zero(), y - 0.5, truth, phi)
    loss = [
        float((1 - (-(problem.y - problem.picture(s.x)).square() / 2 / 1.5**2).exp()).sum())
        for s in islice(iterate(problem, CorrentropyNMF(1.5)), 60)
    ]
    assert all(b <= a * (1 + 1e-12) for a, b in pairwise(loss))
    positive = Problem(Identity((1, 40, 30)), Gaussian(1.0), Zero(), y, truth, phi)
    start = positive.start()
    views = {name: view[0, 0].square().numpy() for name, view in phi.views(start).items()}
    W, H, Y = views["w"], views["h"], y[0, 0].numpy()
    W = W * (Y @ H) / (W @ H.T @ H)
    H = H * (Y.T @ W) / (H @ W.T @ W)
    after = phi.views(last(positive, CorrentropyNMF(1e9), 1).x)
    assert np.allclose(after["w"][0, 0].square().numpy(), W) and np.allclose(after["h"][0, 0].square().numpy(), H)


def test_non_negative_factors_alone_are_taken_for_correntropy():
    problem = Problem(
        Identity(SHAPE), Gaussian(), OnUnknown(NonNegative()), product(2, 1, SHAPE), None, LowRank(SHAPE, 2)
    )
    assert "NonNegativeFactors" in CorrentropyNMF().lacks(problem)


def parts(weight: float = 0.0) -> Problem:
    """Non-negative data, near rank 3, asked to be a product of non-negative factors."""
    y = (drawn((1, 1, 14, 3)).abs() @ drawn((1, 1, 3, 11), 1).abs()) + 0.1 * drawn((1, *SHAPE), 2).abs()
    return Problem(Identity(SHAPE), Gaussian(0.5), OnUnknown(NonNegative()), y, None, LowRank(SHAPE, 3))


def test_columns_of_non_negative_factors_end_where_no_single_factor_can_be_better():
    problem = parts()
    states = list(islice(iterate(problem, HALS()), 400))
    values = torch.stack([problem.objective(state.x) for state in states])
    assert (values[1:] <= values[:-1] * (1 + 1e-12)).all()
    factors = {name: block[0, 0].numpy() for name, block in problem.parametrisation.views(states[-1].x).items()}
    assert min(factor.min() for factor in factors.values()) >= 0
    y = problem.y[0, 0].numpy()
    for one, other, data in ((factors["left"], factors["right"], y), (factors["right"], factors["left"], y.T)):
        best = np.stack([scipy.optimize.nnls(other, row)[0] for row in data])
        np.testing.assert_allclose(one, best, atol=1e-5)


def test_columns_that_begin_ahead_come_as_far_in_half_the_steps_and_never_rise():
    problem = parts()
    plain, ahead = (
        torch.stack([problem.objective(s.x) for s in islice(iterate(problem, HALS(inertia=share)), 61)])
        for share in (0.0, 0.9)
    )
    assert ahead[20] <= plain[40]
    hasty = torch.stack([problem.objective(s.x) for s in islice(iterate(problem, HALS(inertia=0.999)), 200)])
    assert (hasty[1:] <= hasty[:-1] * (1 + 1e-12)).all()


def test_several_sweeps_are_several_updates_of_one_column_after_the_other():
    problem = parts()
    state = last(problem, HALS(sweeps=2), 1)
    views = problem.parametrisation.views(problem.prior.feasible(problem.start()))
    left, right = (views[name][0, 0].numpy().copy() for name in ("left", "right"))
    for one, other, data in ((left, right, problem.y[0, 0].numpy()), (right, left, problem.y[0, 0].numpy().T)):
        for k in (0, 1, 2) * 2:
            rest = data - one @ other.T + np.outer(one[:, k], other[:, k])
            one[:, k] = np.maximum(0, rest @ other[:, k] / (other[:, k] @ other[:, k]))
    found = problem.parametrisation.views(state.x)
    np.testing.assert_allclose(found["left"][0, 0].numpy(), left, atol=1e-10)
    np.testing.assert_allclose(found["right"][0, 0].numpy(), right, atol=1e-10)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"prior": Zero()}, "OnUnknown\\(NonNegative"),
        ({"operator": Mask(SHAPE, 0.5)}, "the picture itself as data"),
        ({"parametrisation": Hadamard(SHAPE)}, "two factors"),
    ],
)
def test_columns_are_refused_where_they_have_no_closed_form(wrong, sentence):
    known = {"operator": Identity(SHAPE), "prior": OnUnknown(NonNegative()), "parametrisation": LowRank(SHAPE, 3)}
    given = known | wrong
    problem = Problem(given["operator"], Gaussian(0.5), given["prior"], parts().y, None, given["parametrisation"])
    with pytest.raises(Refusal, match=sentence):
        next(iterate(problem, HALS()))


def test_a_prior_that_fades_is_heavy_in_the_first_step_and_itself_in_the_end():
    phi = Hadamard(SHAPE)
    y = drawn((1, *SHAPE))

    def posed(weight: float) -> Problem:
        return Problem(Identity(SHAPE), Gaussian(1.0), OnUnknown(Tikhonov(weight)), y, None, phi)

    light, heavy = posed(0.1), posed(0.7)
    torch.testing.assert_close(last(light, PALM(0.0, heavier=7.0), 1).x, last(heavy, PALM(0.0), 1).x)
    plain, faded = last(light, PALM(0.0), 400).x, last(light, PALM(0.0, heavier=7.0, fading=0.9), 400).x
    assert abs(float(light.objective(plain) - light.objective(faded))) < 0.02 * float(light.objective(plain))


def test_gains_beyond_a_decomposition_are_in_single_precision_what_they_are_in_double():
    """A gain for each pixel: of many solutions conjugate gradients keep to the one that rounding does not reach."""
    shape = (1, 40, 40)
    y = 1 + drawn((1, *shape)).abs()
    single, double = (
        last(Problem(Identity(shape), Gaussian(0.1), Zero(), data, None, SensorGains(shape)), SelfCalibration(), 1).x
        for data in (y.float(), y)
    )
    torch.testing.assert_close(single.double(), double, rtol=1e-3, atol=1e-3)
