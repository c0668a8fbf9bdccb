"""ADMM in Fourier modes: the published recursion, symbols right, near and wrong, and the rule that offers it."""

from dataclasses import replace
from itertools import islice

import pytest
import torch
from torch import Tensor

from tests import certified
from tests.algorithms.lying import LIES, SHAPE, LyingBlur
from workbench import catalog, noise, operators, priors
from workbench.algorithms import ADMM, PDHG, ProximalGradient
from workbench.algorithms.choice import suited
from workbench.algorithms.steps.normal_equations import solved_in_modes
from workbench.data import truth
from workbench.experiment import Experiment
from workbench.kernels import dispatch
from workbench.linalg import cg
from workbench.operators import LinearOperator
from workbench.parameters import describe, rebuild
from workbench.preconditioners.symbols import symbol_of, through
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate, resume

OPERATORS = {
    "blur": operators.GaussianBlur(SHAPE, 1.0),
    "coma": operators.ConvolutionPSF(SHAPE),
    "rays": operators.Radon(SHAPE, 7),
    "mask": operators.Mask(SHAPE, 0.6),
}
LINEAR = [cls for cls in catalog.members("operator").values() if issubclass(cls, LinearOperator)]
SPLIT = {
    "isotropic": priors.TotalVariation(4.0),
    "anisotropic": priors.TotalVariation(4.0, isotropic=False),
    "Huber": priors.HuberTV(4.0, 0.1),
    "weighted": priors.WeightedTotalVariation(4.0),
    "fused": priors.Sum(priors.TotalVariation(4.0), priors.L1(2.0)),
}


def problem(
    operator: LinearOperator = OPERATORS["blur"],
    prior: priors.Prior = SPLIT["isotropic"],
    of_data: noise.Noise | None = None,
) -> Problem:
    x = torch.rand(2, *operator.in_shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    return Problem.simulate(operator, of_data or noise.Gaussian(0.1), prior, x)


def differences(x: Tensor) -> Tensor:
    return torch.stack([x.roll(-1, 2) - x, x.roll(-1, 3) - x], 2)


def back(p: Tensor) -> Tensor:
    return p[:, :, 0].roll(1, 2) - p[:, :, 0] + p[:, :, 1].roll(1, 3) - p[:, :, 1]


def test_it_is_over_relaxed_admm_with_differences_that_go_round() -> None:
    """Boyd et al. 2011, section 3.4.3, solved to 1e-14; z is free where a difference crosses an end."""
    p, rho = problem(), 30.0
    x, z = p.start(), differences(p.start())
    u = torch.zeros_like(z)
    inside = torch.ones_like(z, dtype=torch.bool)
    inside[:, :, 0, -1] = inside[:, :, 1, :, -1] = False
    for state in islice(iterate(p, ADMM(rho)), 30):
        torch.testing.assert_close(state.x, x, rtol=0, atol=1e-10)
        b = 100 * p.operator.adjoint(p.y) + rho * back(z - u)
        x = cg(lambda v: 100 * p.operator.adjoint(p.operator(v)) + rho * back(differences(v)), b, x, 1e-14, 1000)
        v = 1.6 * differences(x) - 0.6 * z + u
        within = torch.where(inside, v, 0)
        sizes = within.norm(dim=2, keepdim=True)
        z = torch.where(inside, within * (1 - 4 / rho / sizes.clamp_min(1e-300)).clamp_min(0), v)
        u = v - z


@pytest.mark.parametrize(
    ("operator", "prior"),
    [("blur", "Huber"), ("blur", "fused"), ("coma", "weighted"), ("rays", "anisotropic"), ("mask", "isotropic")],
)
def test_the_answer_is_that_of_plain_admm(operator: str, prior: str) -> None:
    p = problem(OPERATORS[operator], SPLIT[prior])
    (*_, fast), (*_, plain) = (islice(iterate(p, a), 700) for a in (ADMM(), ADMM(inner=8)))
    torch.testing.assert_close(p.objective(fast.x), p.objective(plain.x), rtol=1e-6, atol=0)


@pytest.mark.parametrize("prior", [SPLIT["isotropic"], SPLIT["anisotropic"]], ids=["isotropic", "anisotropic"])
@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_the_fused_pass_is_its_parts(operator: LinearOperator, prior: priors.Prior, monkeypatch) -> None:
    p = problem(operator, prior)
    fused = [s.x for s in islice(iterate(p, ADMM()), 25)]
    monkeypatch.setattr(type(prior), "split_pass", priors.Prior.split_pass)
    for one, state in zip(fused, iterate(p, ADMM()), strict=False):
        torch.testing.assert_close(one, state.x, rtol=0, atol=1e-10)
    with dispatch.use("reference"):
        for one, state in zip(fused, iterate(p, ADMM()), strict=False):
            torch.testing.assert_close(one, state.x, rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    "operator", [operators.GaussianBlur((1, 32, 32), 1.5), operators.MultiCoilFourier((1, 32, 32), 4)]
)
def test_the_penalty_that_rises_is_faster_than_any_fixed_one(operator: LinearOperator) -> None:
    """Steps to an objective within 1e-4: less than by the best of five penalties around the one found."""
    x = truth("shepp_logan", 32).to(torch.complex128 if operator.field == operators.Field.COMPLEX else torch.float64)
    of_data = noise.Gaussian(0.02 * float(operator(x).abs().max()))
    p = Problem.simulate(operator, of_data, priors.TotalVariation(15.0), x)
    *_, last = islice(iterate(p, ADMM()), 1500)
    near = float(p.objective(last.x)) * (1 + 1e-4)

    def steps(algorithm: ADMM) -> int:
        return next((s.k for s in islice(iterate(p, algorithm), 200) if float(p.objective(s.x)) < near), 200)

    found = float(ADMM().measure(p).penalty)
    assert steps(ADMM()) < min(steps(ADMM(found * factor)) for factor in (0.3, 0.5, 1.0, 2.0, 4.0))


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_wrong_symbol_costs_steps_and_never_the_answer(lie: Tensor) -> None:
    liar = LyingBlur.told(lie)
    p, honest = problem(liar), problem()
    assert not symbol_of(liar, p.zeros()).exact
    (*_, told), (*_, known) = islice(iterate(p, ADMM()), 300), islice(iterate(honest, ADMM()), 300)
    torch.testing.assert_close(honest.objective(told.x), honest.objective(known.x), rtol=1e-6, atol=0)


@pytest.mark.parametrize("cls", LINEAR, ids=lambda cls: cls.__name__)
def test_every_linear_operator_has_a_symbol_to_work_with(cls: type[LinearOperator]) -> None:
    operator = cls()
    dtype = torch.complex128 if operator.field == operators.Field.COMPLEX else torch.float64
    found = symbol_of(operator, torch.zeros((1, *operator.in_shape), dtype=dtype))
    assert (
        found.values.shape == operator.in_shape
        and bool(found.values.isfinite().all())
        and bool((found.values >= 0).all())
    )
    assert found.exact == (operator.gram_in("fourier") is not None)


def test_a_moved_penalty_acts_at_the_next_step() -> None:
    p = problem()
    *_, state = islice(iterate(p, ADMM(5.0)), 8)
    moved, fresh = (next(resume(p, ADMM(80.0), s)) for s in (state, replace(state, pull=None)))
    torch.testing.assert_close(moved.x, fresh.x, rtol=0, atol=1e-13)
    assert not torch.allclose(moved.x, next(resume(p, ADMM(5.0), state)).x, rtol=0, atol=1e-4)


def test_counts_and_absurd_penalties() -> None:
    p = problem(of_data=noise.Poisson(50.0))
    (*_, fast), (*_, other) = islice(iterate(p, ADMM()), 400), islice(iterate(p, PDHG()), 3000)
    assert float((p.objective(fast.x) / p.objective(other.x) - 1).max()) < 1e-6
    with pytest.raises(Refusal, match="rho"):
        ADMM(0.0)
    for rho in (1e-9, 1e12):  # slow, and no NaN
        *_, state = islice(iterate(p, ADMM(rho)), 20)
        assert bool(state.x.isfinite().all())


@pytest.mark.parametrize("name", ["blur", "motion"])
def test_a_solution_and_its_image_in_modes_are_those_of_products(name: str) -> None:
    operator = operators.MotionBlur(SHAPE, 3.0, 30.0) if name == "motion" else OPERATORS[name]
    draw = torch.Generator().manual_seed(2)
    target, pull = (torch.rand(2, *SHAPE, generator=draw, dtype=torch.float64) for _ in range(2))
    gain = 1 / (3 * symbol_of(operator, pull).values + 0.1)[None]
    found = solved_in_modes(operator, gain, target, pull)
    assert found is not None
    x = through(gain, operator.adjoint(target) + pull)
    torch.testing.assert_close(found, (x, operator(x)), rtol=0, atol=1e-12)
    assert solved_in_modes(OPERATORS["rays"], gain, target, pull) is None


def test_a_default_takes_some_twenty_steps_to_a_thousandth() -> None:
    solved = certified.problem("deblurring")
    best = certified.optimum("deblurring")
    *_, state = islice(iterate(solved, ADMM()), 31)
    assert float(solved.objective(state.x)) / best - 1 < 1e-3


@pytest.mark.parametrize(
    ("operator", "prior", "name", "word"),
    [
        (OPERATORS["blur"], SPLIT["isotropic"], "ADMM", "share Fourier modes"),
        (OPERATORS["rays"], SPLIT["isotropic"], "ProximalNewton", "steps by the Fourier symbol of Radon"),
        (OPERATORS["rays"], priors.L1(), "ADMM", "symbol of Radon"),
        (OPERATORS["mask"], SPLIT["isotropic"], "ADMM", "symbol of Mask"),
        (OPERATORS["mask"], priors.L1(), "ADMM", "closed form"),
        (operators.Identity(SHAPE), SPLIT["isotropic"], "ProximalGradient", "one prox"),
        (OPERATORS["rays"], priors.Tikhonov(), "ConjugateGradient", "quadratic"),
    ],
    ids=lambda v: v if isinstance(v, str) else type(v).__name__,
)
def test_the_rule_offers(operator: LinearOperator, prior: priors.Prior, name: str, word: str) -> None:
    choice = suited(problem(operator, prior))
    assert type(choice.algorithm).__name__ == name
    assert choice.why.startswith(f"{name}, ") and word in choice.why
    assert type(Experiment(operator=operator, noise=noise.Gaussian(0.1), prior=prior).algorithm).__name__ == name


def test_a_given_algorithm_stays_and_what_no_rule_knows_gets_one_that_can() -> None:
    assert isinstance(Experiment(algorithm=PDHG()).algorithm, PDHG)
    nonlinear = Problem(operators.Clipping(SHAPE), noise.Gaussian(), priors.Tikhonov(), torch.rand(1, *SHAPE))
    assert not suited(nonlinear).algorithm.unmet(nonlinear)


def test_denoising_is_one_step() -> None:
    p = problem(operators.Identity(SHAPE), priors.TotalVariation(4.0, tolerance=1e-12))
    *_, state = islice(iterate(p, ProximalGradient()), 2)
    torch.testing.assert_close(state.x, p.prior.prox(p.y, 0.01), rtol=0, atol=1e-9)


class _Counts(operators.GaussianBlur):
    """A blur that counts its products."""

    products = 0

    def forward(self, x: Tensor) -> Tensor:
        self.products += 1
        return super().forward(x)


@pytest.mark.parametrize("name", OPERATORS)
def test_symbols_are_made_once_for_an_operator_and_the_states_are_those_of_new_ones(name: str) -> None:
    """Over a change of the weight: from kept symbols, and by an operator that nobody has asked for any."""
    ends = []
    for again in (True, False):
        p = problem(rebuild(describe(OPERATORS[name])))
        *_, before = islice(iterate(p, ADMM()), 5)
        weaker = replace(p, prior=priors.TotalVariation(1.0))
        if not again:
            weaker = replace(weaker, operator=rebuild(describe(OPERATORS[name])))
        *_, last = islice(resume(weaker, ADMM(), ADMM().adapt(weaker, before)), 5)
        ends.append(last)
    assert torch.equal(ends[0].x, ends[1].x) and torch.equal(ends[0].dual, ends[1].dual)
    blur = _Counts(SHAPE, 1.0)
    for dtype in (torch.float32, torch.float64):
        like = torch.zeros(1, *SHAPE, dtype=dtype)
        first, products = symbol_of(blur, like), blur.products
        assert symbol_of(blur, like) is first and blur.products == products > 0
        assert first.values.dtype == dtype
