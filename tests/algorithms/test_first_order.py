"""What is known of each first-order method: rates, monotone descent, recursions, limits that are not the minimum."""

import itertools

import pytest
import torch
from torch import Tensor

from workbench import algorithms, noise, operators, priors
from workbench.algorithms import (
    FISTA,
    ArmijoGradientDescent,
    BacktrackingFISTA,
    BacktrackingProximalGradient,
    BarzilaiBorwein,
    ConjugateGradient,
    GradientDescent,
    HeavyBall,
    IterativeHardThresholding,
    MonotoneAPG,
    Nesterov,
    NonlinearConjugateGradient,
    State,
    SubGradient,
)
from workbench.algorithms.base import Algorithm
from workbench.problem import Problem
from workbench.run import after, iterate, until

SHAPE = (1, 12, 10)


def image(shape: tuple[int, ...] = SHAPE, seed: int = 1, batch: int = 2) -> Tensor:
    return torch.rand(batch, *shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def quadratic(weight: float = 1.0) -> Problem:
    """Condition number about 1 + 100 / weight."""
    return Problem.simulate(operators.GaussianBlur(SHAPE, 0.8), noise.Gaussian(0.1), priors.Tikhonov(weight), image())


def run(problem: Problem, algorithm: Algorithm, steps: int) -> list[State]:
    return list(until(iterate(problem, algorithm), after(steps)))


def objectives(problem: Problem, states: list[State]) -> Tensor:
    return torch.stack([problem.objective(s.x) for s in states])


def minimum(problem: Problem) -> Tensor:
    return run(problem, ConjugateGradient(), 400)[-1].x


def steps_to(problem: Problem, algorithm: Algorithm, best: Tensor, most: int = 3000) -> int:
    """The first k with every item within 1e-9 of the least objective, relative."""
    least = problem.objective(best)
    for state in until(iterate(problem, algorithm), after(most)):
        if bool((problem.objective(state.x) - least <= 1e-9 * least).all()):
            return state.k
    raise AssertionError(f"not within {most} steps")


def test_the_heavy_ball_has_the_rate_of_its_momentum_on_a_quadratic() -> None:
    problem = quadratic()
    q = problem.strong_convexity() / (problem.lipschitz() + problem.prior.lipschitz())
    best = minimum(problem)
    far = [float((s.x - best).norm()) for s in run(problem, HeavyBall(safe=False), 220)]
    rate = (far[220] / far[60]) ** (1 / 160)
    # Roots of modulus 1 - sqrt q for every curvature, a double one at the smallest, which gives a factor of up to k.
    assert (1 - q**0.5) * 0.999 < rate < (1 - q**0.5) * (220 / 60) ** (1 / 160)
    plain = [float((s.x - best).norm()) for s in run(problem, GradientDescent(), 220)]
    assert (plain[220] / plain[60]) ** (1 / 160) > 1 - 2 * q


def test_polyaks_own_step_is_within_the_range_shown_and_converges_faster() -> None:
    problem = quadratic()
    lipschitz, m = problem.lipschitz() + problem.prior.lipschitz(), problem.strong_convexity()
    root = (m / lipschitz) ** 0.5
    ball = HeavyBall(4 / (lipschitz**0.5 + m**0.5) ** 2, momentum=((1 - root) / (1 + root)) ** 2, safe=False)
    state = next(iterate(problem, ball))
    assert ball.step_size is not None and ball.step_size <= (ball.largest_step(state) or 0.0) * (1 + 1e-9)
    best = minimum(problem)
    assert steps_to(problem, ball, best) < steps_to(problem, HeavyBall(), best)


def test_an_unsafe_ball_is_held_below_its_start() -> None:
    problem = quadratic()
    wild, x = 3.9 / (problem.lipschitz() + problem.prior.lipschitz()), problem.zeros()
    balls = (HeavyBall(wild, 0.98, safe=safe) for safe in (False, True))
    rising, held = (objectives(problem, list(until(iterate(problem, b, x), after(60)))) for b in balls)
    assert bool((rising.amax(0) > rising[0]).any())
    assert bool((held <= held[0]).all())


@pytest.mark.parametrize("method", [FISTA, Nesterov])
def test_restarts_and_strong_convexity_save_steps(method: type[FISTA] | type[Nesterov]) -> None:
    problem = quadratic()
    best = minimum(problem)
    none = steps_to(problem, method(restart="none", strong=False), best)
    for faster in (
        method(restart="gradient", strong=False),
        method(restart="function", strong=False),
        method(restart="none", strong=True),
    ):
        assert steps_to(problem, faster, best) < 0.7 * none


@pytest.mark.parametrize("restart", ["none", "function", "gradient"])
def test_fista_never_exceeds_its_start_and_keeps_its_promise(restart: str) -> None:
    problem = quadratic(0.01)
    states = run(problem, FISTA(restart=restart, strong=False, inertia=2.0), 150)
    values, best = objectives(problem, states), minimum(problem)
    assert bool((values <= values[0]).all())
    bound = 2 * problem.lipschitz() * (states[0].x - best).square().flatten(1).sum(1)
    excess = values - problem.objective(best)
    assert all(bool((excess[k] <= bound / (k + 1) ** 2).all()) for k in range(1, 151))


def test_function_restarts_let_go_where_the_objective_rose() -> None:
    problem = quadratic()
    states = run(problem, FISTA(restart="function", strong=False), 200)
    values, restarted = objectives(problem, states), 0
    for before, now, low, high in zip(states, states[1:], values, values[1:], strict=False):
        grown = torch.where(high > low, torch.ones_like(low), before.age + 1)
        assert torch.equal(now.age, grown)
        restarted += int((high > low).sum())
    assert restarted > 0


MONOTONE = (
    ArmijoGradientDescent(),
    NonlinearConjugateGradient(),
    NonlinearConjugateGradient("hager-zhang"),
    BacktrackingProximalGradient(),
    MonotoneAPG(),
)


@pytest.mark.parametrize("algorithm", MONOTONE, ids=lambda a: str(a)[:40])
@pytest.mark.parametrize("law", [noise.StudentT(0.1), noise.Rician(0.2)], ids=lambda n: type(n).__name__)
def test_where_nothing_is_convex_the_objective_falls_and_the_gradient_vanishes(
    algorithm: Algorithm, law: noise.Noise
) -> None:
    problem = Problem.simulate(operators.GaussianBlur(SHAPE, 0.8), law, priors.Tikhonov(5.0), image())
    states = run(problem, algorithm, 60 if isinstance(algorithm, NonlinearConjugateGradient) else 400)
    values = objectives(problem, states)
    assert bool((values.diff(dim=0) <= 1e-12 * values[:-1].abs()).all())
    slopes = [(problem.misfit_grad(x) + problem.prior.grad(x)).abs().max() for x in (states[0].x, states[-1].x)]
    assert float(slopes[1]) < 1e-3 * float(slopes[0])


def test_on_a_quadratic_exact_lines_make_conjugate_gradients() -> None:
    problem = quadratic(30.0)
    pairs = zip(range(6), iterate(problem, NonlinearConjugateGradient(curvature=1e-6)), strict=False)
    for (_, found), known in zip(pairs, iterate(problem, ConjugateGradient()), strict=False):
        torch.testing.assert_close(found.x, known.x, rtol=0, atol=1e-6)


@pytest.mark.parametrize("rule", ["long", "short", "alternate"])
def test_spectral_steps_are_inverse_curvatures_and_stay_below_the_start(rule: str) -> None:
    problem = quadratic()
    low, high = problem.strong_convexity(), problem.lipschitz() + problem.prior.lipschitz()
    states = run(problem, BarzilaiBorwein(rule), 120)
    values = objectives(problem, states)
    assert all(1 / high <= float(s.step.min()) * 1.001 and float(s.step.max()) <= 1.001 / low for s in states[1:60])
    assert bool((values <= values[0]).all())
    best = minimum(problem)
    assert steps_to(problem, BarzilaiBorwein(rule), best) < 0.5 * steps_to(problem, GradientDescent(), best)


def test_armijo_takes_the_decrease_it_asks_for() -> None:
    problem = quadratic()
    states = run(problem, ArmijoGradientDescent(decrease=0.3), 30)
    for before, now in itertools.pairwise(states):
        moved = (now.x - before.x).square().flatten(1).sum(1)
        square = before.slope.square().flatten(1).sum(1)
        promised = 0.3 * (moved * square).sqrt()
        assert bool((before.value - now.value >= promised * (1 - 1e-9)).all())


@pytest.mark.parametrize("method", [BacktrackingProximalGradient, BacktrackingFISTA])
def test_a_step_that_is_found_beats_the_bound_of_bright_counts(method: type[Algorithm]) -> None:
    law = noise.Poisson(1000.0, background=0.01)
    problem = Problem.simulate(operators.GaussianBlur(SHAPE, 0.8), law, priors.L1(10.0), image() + 0.5)
    bound = 1 / float(torch.as_tensor(problem.lipschitz()).max())
    fixed = algorithms.ProximalGradient(bound) if method is BacktrackingProximalGradient else FISTA(bound)
    steps = [objectives(problem, run(problem, a, 40)) for a in (method(), fixed)]
    assert bool((steps[0][-1] < steps[1][-1]).all())
    last = run(problem, method(), 40)[-1]
    assert (method().current_step(last) or 0.0) > 10 * bound


def test_hard_thresholds_find_the_sparse_signal_of_few_measurements() -> None:
    operator = operators.GaussianSensing((1, 64), 0.5)
    sparse = torch.zeros(2, 1, 64, dtype=torch.float64)
    sparse[0, 0, [3, 40]], sparse[1, 0, [20, 60]] = torch.tensor([1.0, -0.7], dtype=torch.float64), 0.9
    problem = Problem(operator, noise.Gaussian(0.05), priors.Zero(), operator(sparse))
    states = run(problem, IterativeHardThresholding(kept=2 / 64), 300)
    torch.testing.assert_close(states[-1].x, sparse, rtol=0, atol=1e-6)
    values = objectives(problem, states)
    assert bool((values.diff(dim=0) <= 1e-12).all())
    assert all(int((s.x != 0).flatten(1).sum(1).max()) <= 2 for s in states)


EDGED = [
    (priors.L1(2.0), noise.Laplace(0.1)),
    (priors.TotalVariation(2.0, isotropic=False), noise.Gaussian(0.1)),
    (priors.NonNegative(), noise.Laplace(0.1)),
]


@pytest.mark.parametrize(("prior", "law"), EDGED, ids=lambda choice: type(choice).__name__)
def test_subgradients_come_down_as_the_theorem_says(prior: priors.Prior, law: noise.Noise) -> None:
    """best - minimum <= size (|x0 - x*|^2 + sum of length^2) / (2 sum of length), size that of a subgradient."""
    problem = Problem.simulate(operators.GaussianBlur(SHAPE, 0.8), law, prior, image() - 0.2)
    best = run(problem, algorithms.PDHG(), 1500)[-1].x
    start, known = prior.prox(problem.start(), 0.0), problem.objective(best)
    states = list(until(iterate(problem, SubGradient(), start), after(600)))
    values = objectives(problem, states)
    assert bool((values.diff(dim=0) <= 0).all())
    first = torch.as_tensor(states[0].measured.length)
    lengths = SubGradient().reach * first / torch.arange(1, 601, dtype=torch.float64)[:, None].sqrt()
    moved = (states[0].x - best).square().flatten(1).sum(1) + lengths.square().sum(0)
    # Gaussian misfits have no largest subgradient, but one below that of the start and of a prior of weight 2.
    size = problem.misfit_grad(start).flatten(1).norm(dim=1) + 2 * 8**0.5 * 240**0.5
    assert bool((values[-1] - known <= size * moved / (2 * lengths.sum(0))).all())
    assert bool((values[-1] - known <= 0.5 * (values[0] - known)).all())
