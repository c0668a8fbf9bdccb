"""Plug-and-play: with a prox in place of the denoiser the known methods, else fixed points in closed form."""

import itertools
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from workbench import noise, operators, priors
from workbench.algorithms import (
    ADMM,
    DRP,
    RED,
    AcceleratedPDHG,
    Algorithm,
    GradientDescent,
    HalfQuadraticSplitting,
    PnPADMM,
    PnPHQS,
    PnPPGD,
    ProximalGradient,
)
from workbench.algorithms.denoiser.pnp_admm import PnPADMMState
from workbench.analysis import Kind, certify
from workbench.analysis.metrics import signal_to_noise
from workbench.analysis.progress import Progress
from workbench.data import truth
from workbench.operators import LinearOperator
from workbench.priors import Can, Prior
from workbench.priors.base import unknown
from workbench.problem import Problem
from workbench.run import after, iterate, until
from workbench.tensors import Shape

SHAPE, SIGMA = (1, 12, 10), 0.1


class Shrinkage(Prior):
    """D(x, sigma) = gain x + (1 - gain) / 2, a linear denoiser towards grey, and a restorer of halves of images."""

    can = Can.DENOISE | Can.RESTORE

    def __init__(self, gain: float = 0.6) -> None:
        super().__init__()
        self.gain = gain

    def forward(self, x: Tensor) -> Tensor:
        return unknown(x)

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        return self.gain * x + (1 - self.gain) / 2

    def degradation(self, shape: Shape) -> LinearOperator:
        return operators.Downsample(shape)

    def restore(self, s: Tensor) -> Tensor:
        return 4 * operators.Downsample(SHAPE).adjoint(self.denoise(s, 0.0))


class Listening(Shrinkage):
    """It writes down what noise it is told of."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[float] = []

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        self.told.append(sigma)
        return super().denoise(x, sigma)


def problem(prior: Prior, operator: LinearOperator | None = None) -> Problem:
    x = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return Problem.simulate(operator or operators.GaussianBlur(SHAPE, 0.8), noise.Gaussian(SIGMA), prior, x)


def end(of: Problem, algorithm: Algorithm, steps: int) -> Tensor:
    *_, last = until(iterate(of, algorithm), after(steps))
    return last.x


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PnPPGD(), ProximalGradient()),
        (PnPPGD(step_size=0.003), ProximalGradient(0.003)),
        (PnPADMM(sigma=0.2), ADMM(rho=25.0, inner=5)),  # the plain method, which is not over-relaxed
        (PnPADMM(), ADMM(rho=0.2 / SIGMA**2, inner=5)),
    ],
    ids=lambda a: type(a).__name__,
)
def test_with_a_prox_it_is_the_known_method_state_by_state(one: Algorithm, other: Algorithm) -> None:
    p = problem(priors.L1(2.0))
    for _, a, b in zip(range(12), iterate(p, one), iterate(p, other), strict=False):
        torch.testing.assert_close(a.x, b.x, rtol=0, atol=1e-13)


def test_annealing_at_one_level_of_noise_is_half_quadratic_splitting() -> None:
    p = problem(priors.L1(2.0))
    annealed = iterate(p, PnPHQS(sigma=0.2, first=0.2, levels=20, weight=1.0))
    for a, b in zip(annealed, iterate(p, HalfQuadraticSplitting(rho=25.0, growth=1.0)), strict=False):
        torch.testing.assert_close(a.x, b.z, rtol=0, atol=1e-13)
    assert a.k == 20


def test_red_with_a_prox_descends_the_moreau_envelope() -> None:
    """The envelope of |x|_1 is Huber's function, whose gradient the workbench knows by itself."""
    sigma, weight = 0.3, 2.0
    red = RED(sigma=sigma, weight=1.0, step_size=0.002)
    p, known = problem(priors.L1(weight)), problem(priors.Huber(weight, delta=weight * sigma**2))
    for _, a, b in zip(range(12), iterate(p, red), iterate(known, GradientDescent(0.002)), strict=False):
        torch.testing.assert_close(a.x, b.x, rtol=0, atol=1e-13)


def normal(p: Problem) -> Tensor:
    """A*A / sigma^2 as a matrix, for one item."""
    size = p.operator.in_shape[1] * p.operator.in_shape[2]
    basis = torch.eye(size, dtype=torch.float64).reshape(size, *SHAPE)
    A = p.operator(basis).flatten(1).T
    return A.T @ A / SIGMA**2


def slope(p: Problem) -> Tensor:
    """A*y / sigma^2, a column an item."""
    assert isinstance(p.operator, LinearOperator)
    return p.operator.adjoint(p.y).flatten(1).T / SIGMA**2


@pytest.mark.parametrize(
    "algorithm", [PnPPGD(sigma=0.1), PnPADMM(sigma=0.1), RED(sigma=0.1, weight=1.0)], ids=lambda a: type(a).__name__
)
def test_the_fixed_point_of_a_linear_denoiser_solves_its_equation(algorithm: Algorithm) -> None:
    """With D x = g x + (1 - g) / 2 each method ends at a linear system, solved here by LU."""
    gain, p = 0.6, problem(Shrinkage(0.6))
    H, b = normal(p), slope(p)
    identity, half = torch.eye(len(H), dtype=torch.float64), (1 - gain) / 2
    if isinstance(algorithm, PnPPGD):  # x = g (x - t (H x - b)) + half
        t = 1 / p.lipschitz()
        known = torch.linalg.solve((1 - gain) * identity + gain * t * H, gain * t * b + half)
    elif isinstance(algorithm, RED):  # H x - b + (x - D x) / s^2 = 0
        known = torch.linalg.solve(H + (1 - gain) / 0.1**2 * identity, b + half / 0.1**2)
    else:  # w = x, u = -s^2 (H x - b), x = D(x + u)
        known = torch.linalg.solve((1 - gain) * identity + gain * 0.1**2 * H, gain * 0.1**2 * b + half)
    torch.testing.assert_close(end(p, algorithm, 800).flatten(1).T, known, rtol=0, atol=1e-9)


@pytest.mark.parametrize("anchor", [0.0, 0.1])
def test_drp_ends_where_the_data_and_the_restoration_pull_alike(anchor: float) -> None:
    p = problem(Shrinkage(0.6), operators.GaussianBlur(SHAPE, 0.4))
    x = end(p, DRP(sigma=0.1, anchor=anchor, inner=25), 60)
    H = p.prior.degradation(SHAPE)
    taken = x - p.prior.restore(H(x))
    pull = (H.adjoint(H(taken)) + anchor * taken) / 0.1**2
    size = float(p.misfit_grad(x).abs().max())
    assert size > 1 and float((p.misfit_grad(x) + pull).abs().max()) < 1e-7 * size


def test_the_levels_fall_evenly_in_the_logarithm_and_then_the_run_is_over() -> None:
    listening = Listening()
    p, told = problem(listening), listening.told
    *_, last = iterate(p, PnPHQS(levels=5))
    assert last.k == 5 and told[0] == pytest.approx(0.3)
    assert told[-1] == pytest.approx(SIGMA / p.norm())
    ratios = [b / a for a, b in itertools.pairwise(told)]
    assert ratios == pytest.approx([ratios[0]] * 4)
    again = PnPHQS(levels=5).adapt(p, last)
    assert again.level == 0 and again.k == 5 and not PnPHQS(levels=5).done(again)


@pytest.mark.parametrize(
    "algorithm",
    [PnPPGD(warm=6), PnPADMM(sigma=0.05, warm=6), RED(sigma=0.05, warm=6)],
    ids=lambda a: type(a).__name__,
)
def test_the_first_steps_take_away_more_noise_and_fall_to_the_strength_that_stays(algorithm: Algorithm) -> None:
    listening = Listening()
    p = problem(listening)
    first, *states = until(iterate(p, algorithm), after(9))
    assert listening.told[0] == pytest.approx(0.3) and len(listening.told) == 9
    ratios = [b / a for a, b in itertools.pairwise(listening.told)]
    assert ratios[:6] == pytest.approx([ratios[0]] * 6) and ratios[0] < 1 and ratios[6:] == [1.0, 1.0]
    last = states[5]
    assert last.k == 6 and algorithm.denoised_at(last) == listening.told[-1]
    assert algorithm.denoised_at(first) is None and algorithm.denoised_at(states[4]) is None


def test_a_strength_above_the_first_one_is_not_lowered() -> None:
    listening = Listening()
    list(until(iterate(problem(listening), PnPADMM(sigma=0.4)), after(4)))
    assert listening.told == pytest.approx([0.4] * 4)


def test_the_multiplier_stays_while_the_penalty_grows() -> None:
    """u / sigma^2 is what ADMM knows of the slope: it is carried over to the sigma of the next step."""
    p = problem(Shrinkage())
    algorithm = PnPADMM(sigma=0.05, warm=6)
    state = next(iterate(p, algorithm))
    for k in range(8):
        after_it = algorithm.step(p, state, torch.Generator())
        assert isinstance(state, PnPADMMState) and isinstance(after_it, PnPADMMState)
        now, following = (0.3 ** (1 - min(i, 6) / 6) * 0.05 ** (min(i, 6) / 6) for i in (k, k + 1))
        wanted = (state.dual + after_it.half - after_it.x) / now**2
        torch.testing.assert_close(after_it.dual / following**2, wanted, rtol=1e-12, atol=0)
        state = after_it


def test_holes_are_filled_by_every_method_at_its_defaults() -> None:
    """Half of the pixels are lost. Beside total variation at the weight that is best by the truth."""
    image = truth("camera", 64).float()
    lost = Problem.simulate(operators.Mask((1, 64, 64), 0.5), noise.Gaussian(0.02), priors.Denoising(), image)

    def quality(prior: Prior, algorithm: Algorithm, steps: int) -> float:
        return float(signal_to_noise(end(replace(lost, prior=prior), algorithm, steps), image)[0])

    best = max(quality(priors.TotalVariation(weight), AcceleratedPDHG(), 100) for weight in (20.0, 40.0, 80.0))
    assert 27.5 < best < 29  # by the mask that is drawn
    for algorithm, steps in ((PnPHQS(), 20), (PnPADMM(), 40), (PnPPGD(), 40)):
        assert quality(priors.Denoising(), algorithm, steps) > best + 1
    assert quality(priors.Denoising(), RED(), 400) > best  # information creeps into holes by gradient steps


def test_the_least_squares_without_a_closed_form_come_near_those_with_one() -> None:
    """Radon has no closed inverse: thirty conjugate gradients leave what ninety do."""
    p = problem(Shrinkage(), operators.Radon(SHAPE, 5))
    few, many = (end(p, PnPADMM(sigma=0.1, inner=inner), 8) for inner in (30, 90))
    torch.testing.assert_close(few, many, rtol=0, atol=1e-6)


def test_there_is_no_objective_to_certify_or_to_stand_still_on() -> None:
    p = problem(Shrinkage())
    *_, state = until(iterate(p, PnPADMM()), after(400))
    proof = certify(p, PnPADMM(), state)
    assert proof.kind is Kind.RESIDUAL and "fixed point" in proof.why and float(proof.relative.max()) < 1e-10
    with_a_gap = certify(problem(priors.L1()), PnPPGD(), state)
    assert with_a_gap.kind is Kind.RESIDUAL
    progress = Progress(p, PnPPGD())
    assert progress.look(state) is None and progress.look(state) is None


def test_noise_that_is_not_white_is_refused_in_words() -> None:
    p = Problem(operators.GaussianBlur(SHAPE), noise.Poisson(), priors.TotalVariation(), problem(priors.Zero()).y.abs())
    for algorithm in (PnPADMM(), PnPHQS()):
        assert "needs " in algorithm.unmet(p) and "which Poisson" in algorithm.unmet(p)
    assert not PnPPGD().unmet(p)
