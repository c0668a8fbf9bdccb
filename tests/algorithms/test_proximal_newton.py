"""The proximal Newton method: ADMM where its model is exact, CVXPY's optimum where it is not, and wrong models."""

from dataclasses import replace
from itertools import islice

import pytest
import torch
from torch import Tensor

from tests import certified
from tests.algorithms.lying import LIES, SHAPE, LyingBlur
from workbench import noise, operators, priors
from workbench.algorithms import ADMM, ProximalNewton
from workbench.operators import LinearOperator
from workbench.preconditioners.symbols import symbol_of
from workbench.problem import Problem
from workbench.run import iterate, resume

BLUR = operators.GaussianBlur(SHAPE, 1.0)
TV = priors.TotalVariation(4.0)


def problem(
    operator: LinearOperator, prior: priors.Prior = TV, of_data: noise.Noise = noise.Gaussian(0.1), seed: int = 3
) -> Problem:
    x = torch.rand(2, *operator.in_shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return Problem.simulate(operator, of_data, prior, x)


@pytest.mark.parametrize("prior", [TV, priors.HuberTV(4.0, 0.1)], ids=["TV", "Huber"])
def test_with_an_exact_model_its_passes_are_steps_of_admm(prior: priors.Prior) -> None:
    """4 passes in the first step, then 5, 5, 5 and 6: so many steps of ADMM lie between its states."""
    p = problem(BLUR, prior)
    by_admm = [s.x for s in islice(iterate(p, ADMM(30.0)), 26)]
    for state, passed in zip(iterate(p, ProximalNewton(30.0, 4)), (0, 4, 9, 14, 19, 25), strict=False):
        torch.testing.assert_close(state.x, by_admm[passed], rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", ["rays", "inpainting", "resonance"])
def test_it_ends_at_the_optimum_of_cvxpy(name: str) -> None:
    p = certified.problem(name)
    *_, state = islice(iterate(p, ProximalNewton()), 300)
    assert abs(float(p.objective(state.x)) / certified.optimum(name) - 1) < 1e-6


def test_data_of_other_weights_bend_the_misfit_unevenly() -> None:
    rays = operators.Radon(SHAPE, 7)
    deviations = 0.05 + 0.2 * torch.rand(rays.out_shape, generator=torch.Generator().manual_seed(1))
    p = problem(rays, of_data=noise.WeightedGaussian(deviations.double()))
    (*_, fast), (*_, known) = islice(iterate(p, ProximalNewton()), 300), islice(iterate(p, ADMM()), 1500)
    torch.testing.assert_close(p.objective(fast.x), p.objective(known.x), rtol=1e-6, atol=0)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_wrong_model_costs_steps_and_never_the_answer(lie: Tensor) -> None:
    liar = LyingBlur.told(lie)
    p, honest = problem(liar), problem(BLUR)
    assert not symbol_of(liar, p.zeros()).exact
    (*_, told), (*_, known) = islice(iterate(p, ProximalNewton()), 400), islice(iterate(honest, ADMM()), 400)
    torch.testing.assert_close(honest.objective(told.x), honest.objective(known.x), rtol=1e-6, atol=0)


@pytest.mark.parametrize("factor", [1e-4, 1.0, 1e4])
def test_a_model_of_another_height_still_goes_down(factor: float) -> None:
    """Steps are shortened by as much as the misfit bends more than the model; the model then learns its height."""
    p = problem(operators.Radon(SHAPE, 7))
    state = next(iterate(p, ProximalNewton(inner=50)))
    wrong = replace(state, stretch=factor * state.stretch)
    values = [p.objective(s.x) for s in islice(resume(p, ProximalNewton(inner=50), wrong), 12)]
    before = p.objective(state.x)
    for value in values:
        assert bool((value <= before * (1 + 1e-6)).all())
        before = value
    assert float((values[-1] / p.objective(state.x)).max()) < 0.9


class _Counts(operators.Radon):
    """A projector that counts its products."""

    there = back = 0

    def forward(self, x: Tensor) -> Tensor:
        self.there += 1
        return super().forward(x)

    def adjoint(self, y: Tensor) -> Tensor:
        self.back += 1
        return super().adjoint(y)


def test_a_step_costs_a_product_of_each_kind_and_a_moved_penalty_acts_at_the_next() -> None:
    rays = _Counts(SHAPE, 7)
    p = problem(rays)
    states = iterate(p, ProximalNewton())
    state = next(states)
    before = rays.there, rays.back
    *_, state = islice(states, 10)
    assert (rays.there - before[0], rays.back - before[1]) == (10, 10)
    stays, moved = (next(resume(p, ProximalNewton(rho), state)).x for rho in (None, 500.0))
    assert not torch.allclose(stays, moved, rtol=0, atol=1e-4)


def test_it_says_what_a_prior_lacks() -> None:
    rays = operators.Radon(SHAPE, 7)
    assert "linear map" in ProximalNewton().unmet(problem(rays, priors.L1()))
    assert "quadratic" in ProximalNewton().unmet(problem(rays, of_data=noise.Poisson(50.0)))
