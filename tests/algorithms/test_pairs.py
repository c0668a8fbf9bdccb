"""Algorithms that must coincide do, state by state."""

import dataclasses

import torch
from torch import Tensor

from workbench import noise, operators, priors
from workbench.algorithms import FISTA, PDHG, ConjugateGradient, GradientDescent, Nesterov, ProximalGradient
from workbench.linalg import cg
from workbench.priors import Prior
from workbench.problem import Problem
from workbench.run import iterate
from workbench.tensors import generator

SHAPE = (1, 12, 10)


def problem(prior: Prior) -> Problem:
    x = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return Problem.simulate(operators.GaussianBlur(SHAPE, 0.8), noise.Gaussian(0.1), prior, x)


def test_without_a_prior_proximal_gradient_is_gradient_descent() -> None:
    p = problem(priors.Zero())
    for _, one, other in zip(range(10), iterate(p, GradientDescent()), iterate(p, ProximalGradient()), strict=False):
        torch.testing.assert_close(one.x, other.x, rtol=0, atol=1e-14)


def test_the_first_step_of_fista_is_proximal_gradient() -> None:
    p = problem(priors.L1(2.0))
    for _, one, other in zip(range(3), iterate(p, FISTA()), iterate(p, ProximalGradient()), strict=False):
        assert (torch.equal(one.x, other.x)) == (one.k < 2)


def test_fista_is_the_published_recursion() -> None:
    p = problem(priors.L1(2.0))
    step, x, before = 1 / p.lipschitz(), p.start(), p.start()
    for n, state in zip(range(30), iterate(p, FISTA(inertia=4.0, restart="none", strong=False)), strict=False):
        torch.testing.assert_close(state.x, x, rtol=0, atol=1e-13)
        v = x + n / (n + 5.0) * (x - before)
        before, x = x, p.prior.prox(v - step * p.misfit_grad(v), step)


def test_restarting_never_does_worse_than_the_ripples_of_fista() -> None:
    p = problem(priors.Tikhonov(5.0))
    runs = [iterate(p, FISTA(restart=restart, strong=False)) for restart in ("gradient", "none")]
    for _, one, other in zip(range(60), *runs, strict=False):
        last = p.objective(one.x), p.objective(other.x)
    assert bool((last[0] <= last[1] + 1e-12).all())


def test_conjugate_gradients_are_those_of_linear_algebra() -> None:
    p = problem(priors.Tikhonov(3.0))
    x = p.start()
    hessian = p.gauss_newton(x)
    b = hessian(x) - p.misfit_grad(x) - p.prior.grad(x)
    for k, state in zip(range(12), iterate(p, ConjugateGradient()), strict=False):
        torch.testing.assert_close(state.x, cg(hessian, b, x, tolerance=0.0, steps=k), rtol=0, atol=1e-12)


def test_a_new_problem_restarts_the_directions_of_conjugate_gradients() -> None:
    p, moved = problem(priors.Tikhonov(3.0)), problem(priors.Tikhonov(30.0))
    *_, state = zip(range(4), iterate(p, ConjugateGradient()), strict=False)
    adapted = ConjugateGradient().adapt(moved, state[1])
    fresh = next(iterate(moved, ConjugateGradient(), state[1].x))
    assert torch.equal(adapted.direction, fresh.direction) and torch.equal(adapted.residual, fresh.residual)
    assert adapted.k == 3


def test_pdhg_is_the_published_recursion() -> None:
    """Chambolle & Pock 2011, algorithm 1, with both duals written out for Gaussian noise and anisotropic TV."""
    p = problem(priors.TotalVariation(4.0, isotropic=False))
    A, K, c, tau = p.operator, operators.Gradient(SHAPE), 100.0, 2e-3
    s = 0.99 * 0.3 / (tau * p.norm() ** 2)
    r = 0.99 * 0.7 / (tau * K.closed_norm() ** 2)
    x = ahead = p.start()
    data, dual = torch.zeros_like(p.y), torch.zeros_like(K(x))
    for _, state in zip(range(20), iterate(p, PDHG(tau, balance=0.3)), strict=False):
        torch.testing.assert_close(state.x, x, rtol=0, atol=1e-12)
        data = (data + s * (A(ahead) - p.y)) / (1 + s / c)
        dual = (dual + r * K(ahead)).clamp(-4.0, 4.0)
        new = x - tau * (A.adjoint(data) + K.adjoint(dual))
        x, ahead = new, 2 * new - x


def test_pdhg_takes_the_prior_by_its_prox_where_no_map_stands_before_it() -> None:
    """With A = 1 and balanced steps PDHG on |x - y|^2 / 2 sigma^2 + g is the Douglas-Rachford of its two terms."""
    y = torch.rand(1, *SHAPE, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    p = Problem(operators.Identity(SHAPE), noise.Gaussian(0.1), priors.L1(3.0), y)
    algorithm = PDHG(0.01)
    state = next(iterate(p, algorithm))
    assert state.dual is None
    s = 0.99 / 0.01
    x, ahead, data = state.x, state.x, torch.zeros_like(y)
    for _ in range(20):
        data = (data + s * (ahead - y)) / (1 + s / 100)
        new = p.prior.prox(x - 0.01 * data, 0.01)
        x, ahead = new, 2 * new - x
        state = algorithm.step(p, state, generator(0, 0))
        torch.testing.assert_close(state.x, x, rtol=0, atol=1e-13)


def test_duals_are_kept_by_a_slider_and_dropped_with_their_space() -> None:
    p = problem(priors.TotalVariation(4.0))
    *_, (_, state) = zip(range(5), iterate(p, PDHG()), strict=False)
    softer = PDHG().adapt(dataclasses.replace(p, prior=priors.TotalVariation(1.0)), state)
    assert softer.dual is state.dual and softer.k == 4
    sparse = PDHG().adapt(dataclasses.replace(p, prior=priors.L1()), state)
    assert sparse.dual is None and torch.equal(sparse.x, state.x) and torch.equal(sparse.data, state.data)


def test_strong_convexity_holds_the_momentum_at_its_best() -> None:
    """(1 - sqrt q) / (1 + sqrt q): with a prox q = s (m_f + m_g) / (1 + s m_g), with gradients alone q = s (m_f + m_g).

    Chambolle & Pock 2016, doi 10.1017/S096249291600009X, algorithm 5; Nesterov 2004, scheme 2.2.11.
    """
    weight = 40.0
    p = problem(priors.Tikhonov(weight))
    bends = 100 * p.operator.spectrum()  # of the misfit, sigma = 0.1
    m, largest = float(bends.min()) + weight, float(bends.max())

    def by_prox(v: Tensor, step: float) -> Tensor:
        return (v - step * p.misfit_grad(v)) / (1 + step * weight)

    def by_gradient(v: Tensor, step: float) -> Tensor:
        return v - step * (p.misfit_grad(v) + weight * v)

    for algorithm, step, q, move in (
        (FISTA(restart="none"), 1 / largest, m / largest / (1 + weight / largest), by_prox),
        (Nesterov(restart="none"), 1 / (largest + weight), m / (largest + weight), by_gradient),
    ):
        best = (1 - q**0.5) / (1 + q**0.5)
        assert best < 25 / 29
        x = before = p.start()
        for n, state in zip(range(30), iterate(p, algorithm), strict=False):
            torch.testing.assert_close(state.x, x, rtol=0, atol=1e-10)
            before, x = x, move(x + min(n / (n + 4.0), best) * (x - before), step)
