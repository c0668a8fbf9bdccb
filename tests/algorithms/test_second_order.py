"""Methods on second derivatives: rates, SciPy's optimum, saddles, and operators that are not linear."""

import dataclasses
import math
from collections.abc import Callable
from itertools import islice, pairwise

import numpy as np
import pytest
import scipy.optimize
import torch
from torch import Tensor

from workbench import noise, operators, priors
from workbench.algorithms import (
    LBFGS,
    Algorithm,
    CubicNewton,
    GaussNewton,
    GaussNewtonCG,
    LevenbergMarquardt,
    RegularisedNewton,
    State,
    TrustRegionNewton,
)
from workbench.algorithms.second_order.cubic_newton import _cubic
from workbench.algorithms.second_order.krylov_model import Model
from workbench.data import Shipped
from workbench.operators import Field, Operator
from workbench.problem import Problem
from workbench.run import iterate

METHODS: list[Algorithm] = [
    LBFGS(),
    GaussNewtonCG(),
    LevenbergMarquardt(),
    GaussNewton(),
    TrustRegionNewton(),
    CubicNewton(),
    RegularisedNewton(),
]
methods = pytest.mark.parametrize("algorithm", METHODS, ids=lambda a: type(a).__name__)
WIDE = {"algorithm": [GaussNewtonCG(30), LevenbergMarquardt(30), TrustRegionNewton(30), CubicNewton(), GaussNewton()]}


class Formula(Operator):
    """A(x) by a function of the entries of x, (B, n) -> (B, m)."""

    field = Field.REAL

    def __init__(self, sides: tuple[int, int], of: Callable[[Tensor], Tensor]) -> None:
        super().__init__((1, sides[0]), (1, sides[1]))
        self.of = of

    def forward(self, x: Tensor) -> Tensor:
        return self.of(x[:, 0])[:, None]


def banana(x: Tensor) -> Tensor:
    """Residuals whose halved sum of squares is Rosenbrock's function, halved."""
    return torch.stack([10 * (x[:, 1] - x[:, 0].square()), 1 - x[:, 0]], 1)


def rosenbrock(prior: priors.Prior) -> Problem:
    return Problem(Formula((2, 2), banana), noise.Gaussian(1.0), prior, torch.zeros(2, 1, 2, dtype=torch.float64))


def smooth(prior: priors.Prior, batch: int = 1) -> Problem:
    """Enough equations of tanh to determine x, without noise."""
    A = torch.randn(30, 12, generator=torch.Generator().manual_seed(0), dtype=torch.float64) / 4
    operator = Formula((12, 30), lambda x: torch.tanh(x @ A.T))
    x = torch.randn(batch, 1, 12, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return Problem(operator, noise.Gaussian(0.1), prior, operator(x), x)


def run(p: Problem, algorithm: Algorithm, steps: int, x: Tensor | None = None) -> list[State]:
    return list(islice(iterate(p, algorithm, x), steps + 1))


def gradient(p: Problem, x: Tensor) -> Tensor:
    return p.misfit_grad(x) + p.prior.grad(x)


@methods
def test_rosenbrock_ends_in_its_valley(algorithm: Algorithm) -> None:
    # A weight of 1e-9 for the method that needs one moves the minimum by less than 1e-6.
    p = rosenbrock(priors.Tikhonov(1e-9))
    start = torch.tensor([[[-1.2, 1.0]], [[2.0, -3.0]]], dtype=torch.float64)
    states = run(p, algorithm, 150, start)
    torch.testing.assert_close(states[-1].x, torch.ones_like(start), rtol=0, atol=1e-5)
    values = torch.stack([p.objective(s.x) for s in states])
    assert bool((values.diff(dim=0) <= 1e-12 * values[:-1]).all())


@pytest.mark.parametrize("algorithm", WIDE["algorithm"], ids=lambda a: type(a).__name__)
def test_near_data_without_noise_digits_double(algorithm: Algorithm) -> None:
    p = smooth(priors.Tikhonov(1e-12))
    assert p.truth is not None
    start = p.truth + 0.1 * torch.cos(torch.arange(12, dtype=torch.float64))
    errors = [float((s.x - p.truth).norm()) for s in run(p, algorithm, 25, start)]
    kept = [e for e in errors if 1e-13 < e < 0.1]
    pairs = list(pairwise(kept))
    assert min(errors) < 1e-9 and len(kept) < 20
    # Inner solves are superlinear of order 3/2; the rest is quadratic.
    order = 1.9 if isinstance(algorithm, GaussNewton) else 1.3
    assert any(math.log(after) <= order * math.log(before) for before, after in pairs if before < 1e-2)


@methods
def test_the_optimum_is_the_one_of_scipy(algorithm: Algorithm) -> None:
    clean = smooth(priors.Tikhonov(2.0))
    p = dataclasses.replace(clean, y=clean.y + 0.1 * torch.cos(torch.arange(30, dtype=torch.float64) ** 2))

    def value(v: np.ndarray) -> tuple[float, np.ndarray]:
        u = torch.tensor(v).reshape(1, 1, 12)
        return float(p.objective(u)), gradient(p, u).numpy().ravel()

    best = scipy.optimize.minimize(value, p.start().numpy().ravel(), jac=True, options={"gtol": 1e-9})
    states = run(p, algorithm, 40)
    assert float(p.objective(states[-1].x)) == pytest.approx(best.fun, rel=1e-9)
    torch.testing.assert_close(states[-1].x.ravel(), torch.tensor(best.x), rtol=0, atol=1e-5)


@methods
@pytest.mark.parametrize("complex_valued", [False, True], ids=["real", "complex"])
def test_phases_are_retrieved_and_the_objective_never_rises(algorithm: Algorithm, complex_valued: bool) -> None:
    operator = operators.PhaseRetrieval((1, 8, 8), complex_valued=complex_valued)
    x = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    p = Problem.simulate(operator, noise.Gaussian(0.01), priors.Tikhonov(0.01), x)
    values = torch.stack([p.objective(s.x) for s in run(p, algorithm, 40)])
    assert bool((values.diff(dim=0) <= 1e-11 * values[:-1]).all())
    assert bool((values[-1] < values[0] / 100).all())


@methods
def test_robust_noise_is_no_trouble(algorithm: Algorithm) -> None:
    x = torch.linspace(-1, 1, 32, dtype=torch.float64).sin()[None, None]
    p = Problem.simulate(operators.Clipping((1, 32)), noise.StudentT(), priors.Tikhonov(), x)
    if algorithm.unmet(p):
        assert "Gaussian noise" in algorithm.unmet(p)
        return
    states = run(p, algorithm, 30)
    values = torch.stack([p.objective(s.x) for s in states])
    assert bool((values.diff(dim=0) <= 1e-12 * values[:-1]).all())
    assert float(gradient(p, states[-1].x).norm()) < 1e-2 * float(gradient(p, states[0].x).norm())


def test_linear_problems_are_one_step_of_the_exact_method() -> None:
    x = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    p = Problem.simulate(operators.Downsample((1, 8, 8)), noise.Gaussian(), priors.Tikhonov(3.0), x)
    once = run(p, GaussNewton(), 1)[-1]
    assert float(gradient(p, once.x).abs().max()) < 1e-9 * float(gradient(p, p.zeros()).abs().max())


def test_a_saddle_is_left_without_a_gradient_that_shows_the_way() -> None:
    """A(x) = (x1, x2^2) against (0, 1): at x = 0 the gradient is 0 and the Hessian diag(1, -2)."""
    operator = Formula((2, 2), lambda x: torch.stack([x[:, 0], x[:, 1].square()], 1))
    y = torch.tensor([[[0.0, 1.0]]], dtype=torch.float64)
    p = Problem(operator, noise.Gaussian(1.0), priors.Zero(), y)
    states = list(islice(iterate(p, CubicNewton(), p.zeros()), 40))
    torch.testing.assert_close(states[-1].x.abs(), y, rtol=0, atol=1e-6)


def test_the_cubic_model_is_minimised_globally() -> None:
    """Against a fine grid in two dimensions: bowl, saddle, and the hard case whose gradient misses the way down."""
    values = torch.tensor([[1.0, 3.0], [-1.0, 2.0], [-1.0, 2.0]], dtype=torch.float64)
    slope = torch.tensor([[1.0, -1.0], [0.3, 1.0], [0.0, 0.1]], dtype=torch.float64)
    bound = torch.full((3,), 2.0, dtype=torch.float64)
    u = _cubic(Model(torch.eye(2).expand(3, 2, 2), slope, values), bound)
    line = torch.linspace(-2, 2, 801, dtype=torch.float64)
    grid = torch.cartesian_prod(line, line)

    def model(v: Tensor) -> Tensor:
        return v @ slope.T + v.square() @ values.T / 2 + bound / 6 * v.norm(dim=1, keepdim=True) ** 3

    found = model(u).diagonal()
    assert bool((found <= model(grid).amin(0)).all())
    torch.testing.assert_close(found, model(grid).amin(0), rtol=0, atol=1e-4)


def test_steihaug_ends_at_the_edge_of_the_region() -> None:
    p = smooth(priors.Zero())
    algorithm = TrustRegionNewton()
    state = next(iterate(p, algorithm, 3 * torch.ones(1, 1, 12, dtype=torch.float64)))
    short = torch.full_like(state.value, 1e-2)
    after = algorithm.step(p, type(state)(**(vars(state) | {"radius": short})), torch.Generator())
    assert float((after.x - state.x).norm()) == pytest.approx(1e-2, rel=1e-9)
    assert float(after.radius) == pytest.approx(2e-2)


def test_memory_may_change_between_steps_and_is_a_memory() -> None:
    p = smooth(priors.Tikhonov(0.1), 2)
    states = run(p, LBFGS(3), 6)
    assert [len(s.steps) for s in states[:5]] == [0, 1, 2, 3, 4]
    more = LBFGS(5).step(p, states[-1], torch.Generator())
    assert len(more.steps) == 5 and bool((p.objective(more.x) <= states[-1].value).all())


class Smooth(priors.Prior):
    """20 sum s log cosh(D x / s), s = 0.01: a total variation that bends, and counts who asks how."""

    can = priors.Can.VALUE | priors.Can.GRAD | priors.Can.HVP | priors.Can.CONVEX

    def __init__(self) -> None:
        super().__init__()
        self.products = 0

    def _steps(self, x: Tensor) -> Tensor:
        return torch.stack([x.roll(-1, 2) - x, x.roll(-1, 3) - x]) / 0.01

    def _back(self, p: Tensor) -> Tensor:
        return 20 * (p[0].roll(1, 2) - p[0] + p[1].roll(1, 3) - p[1])

    def forward(self, x: Tensor) -> Tensor:
        d = self._steps(x).abs()
        return 0.2 * (d + torch.log1p(torch.exp(-2 * d)) - math.log(2)).flatten(2).sum(2).sum(0)

    def grad(self, x: Tensor) -> Tensor:
        return self._back(torch.tanh(self._steps(x)))

    def hvp(self, x: Tensor, v: Tensor) -> Tensor:
        self.products += 1
        return self._back((1 - torch.tanh(self._steps(x)).square()) * self._steps(v))


def test_a_lazy_hessian_costs_fewer_products() -> None:
    """At most 0.6 and 0.4 of them for every third and every tenth Hessian, until 1e-6 above the least objective."""
    shape, law = (1, 24, 24), noise.Gaussian(0.05)
    truth = Shipped("camera", 24).tensor().double()

    def products(lazy: int, goal: float) -> int:
        p = Problem.simulate(operators.GaussianBlur(shape, 1.0), law, Smooth(), truth)
        for state in islice(iterate(p, CubicNewton(20, lazy=lazy)), 200):
            if float(p.objective(state.x)) <= goal:
                return p.prior.products
        raise AssertionError(f"lazy {lazy} did not arrive")

    p = Problem.simulate(operators.GaussianBlur(shape, 1.0), law, Smooth(), truth)
    *_, last = islice(iterate(p, CubicNewton(60, lazy=1)), 60)
    goal = float(p.objective(last.x)) * (1 + 1e-6)
    often, third, tenth = (products(lazy, goal) for lazy in (1, 3, 10))
    assert third <= 0.6 * often and tenth <= 0.4 * often
