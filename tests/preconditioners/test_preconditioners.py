"""Preconditioners: positive, near the inverse, as strong as their theory says, and of use to three methods."""

import json
import math
from itertools import combinations

import numpy as np
import pytest
import torch
from torch import Tensor

from tests import reference
from workbench import noise, operators, preconditioners, priors
from workbench.algorithms import (
    PDHG,
    ConjugateGradient,
    PreconditionedCG,
    PreconditionedGradient,
    PreconditionedPDHG,
)
from workbench.analysis.spectrum import Search, bottom, top
from workbench.operators import GaussianBlur, LinearOperator, Map
from workbench.parameters import as_code, describe, rebuild
from workbench.preconditioners import Chebyshev, Circulant, Diagonal, Preconditioner, RankOneSum, SymmetricPolynomial
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, until
from workbench.tensors import dot, generator, norm, normal_like

MEMBERS = [Diagonal(), Circulant(), SymmetricPolynomial(), SymmetricPolynomial(degree=5), Chebyshev()]
members = pytest.mark.parametrize("preconditioner", MEMBERS, ids=as_code)
SHAPE = (1, 8, 8)


def signal(batch: int = 2, shape: tuple[int, ...] = SHAPE) -> Tensor:
    return torch.rand(batch, *shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def problems() -> list[Problem]:
    choices = [
        (GaussianBlur(SHAPE), priors.Tikhonov(20.0)),
        (operators.Radon(SHAPE, 7), priors.Tikhonov(1.0)),
        (operators.Mask(SHAPE), priors.SmoothedTotalVariation()),
        (operators.FourierMask(SHAPE), priors.Tikhonov(5.0)),
    ]
    return [Problem.simulate(A, noise.Gaussian(0.1), p, signal(1)) for A, p in choices]


each = pytest.mark.parametrize("problem", problems(), ids=lambda p: type(p.operator).__name__)


def matrix(apply: LinearOperator | object, like: Tensor) -> Tensor:
    """A complex- or real-linear map of signals like `like`, (1, *in_shape), column by column."""
    size = like.numel()
    basis = torch.eye(size, dtype=like.dtype).reshape(size, *like.shape[1:])
    return torch.cat([apply(v) for v in basis.split(1)]).flatten(1).T


@members
@each
def test_is_self_adjoint_and_positive_and_balances_the_hessian(
    preconditioner: Preconditioner, problem: Problem
) -> None:
    H, x = problem.gauss_newton(problem.zeros()), problem.zeros()
    fitted = preconditioner.fit(H, x)
    P = matrix(lambda v: preconditioner.apply(fitted, H, v), x)
    assert float((P - P.mH).abs().max()) <= 1e-11 * float(P.abs().max())
    assert float(torch.linalg.eigvalsh(P).min()) > 0
    S, dense = matrix(lambda v: preconditioner.balanced(fitted, H, v), x), matrix(H, x)
    assert float((S - S.mH).abs().max()) <= 1e-10 * float(S.abs().max())
    known = torch.linalg.eigvals(P @ dense).real.sort().values
    torch.testing.assert_close(torch.linalg.eigvalsh(S), known, rtol=1e-8, atol=1e-10 * float(known.max()))


@members
def test_items_of_a_batch_have_hessians_of_their_own(preconditioner: Preconditioner) -> None:
    weights = torch.stack([signal(1)[0] + 0.1, 40 * signal(1)[0] + 3])
    r = signal()
    H = Map((SHAPE, SHAPE), lambda v: weights * v, lambda v: weights * v)
    both = preconditioner.apply(preconditioner.fit(H, r), H, r)
    for item in range(2):
        w = weights[item : item + 1]
        alone = Map((SHAPE, SHAPE), lambda v, w=w: w * v, lambda v, w=w: w * v)
        part = r[item : item + 1]
        torch.testing.assert_close(
            preconditioner.apply(preconditioner.fit(alone, part), alone, part), both[item : item + 1]
        )


@members
def test_a_hessian_of_zeros_gives_no_nan(preconditioner: Preconditioner) -> None:
    H = Map((SHAPE, SHAPE), lambda v: 0 * v, lambda v: 0 * v)
    assert bool(preconditioner.apply(preconditioner.fit(H, signal()), H, signal()).isfinite().all())


@members
def test_description_rebuilds_it_within_an_algorithm(preconditioner: Preconditioner) -> None:
    algorithm = PreconditionedCG(preconditioner)
    plain = json.loads(json.dumps(describe(algorithm)))
    assert rebuild(plain) == algorithm
    scope = {"algorithms": __import__("workbench.algorithms").algorithms, "preconditioners": preconditioners}
    assert eval(as_code(algorithm), scope) == algorithm


def posed(seed: int) -> list[LinearOperator]:
    """Hessians whose diagonal is even, whose modes are known, that are near 1 already, or that see little."""
    x = torch.rand(1, *SHAPE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    blurs = [GaussianBlur(SHAPE, width) for width in (0.3, 0.7, 1.2)]
    choices = [*blurs, operators.Downsample(SHAPE), operators.Radon(SHAPE, 6)]
    posed_by = [(noise.Gaussian(0.05), priors.Tikhonov(1e3)), (noise.Poisson(100.0), priors.Tikhonov(1.0))]
    problems = [Problem.simulate(A, law, p, x) for A in choices for law, p in posed_by]
    return [p.gauss_newton(x / 3) for p in problems]


@pytest.mark.parametrize("probes", [2, 10])
@pytest.mark.parametrize("kind", [Diagonal, Circulant, SymmetricPolynomial, Chebyshev], ids=lambda k: k.__name__)
def test_no_condition_is_raised(kind: type[Preconditioner], probes: int) -> None:
    P = Chebyshev(1 + probes // 10, 2.0 + probes) if kind is Chebyshev else kind(probes=probes)
    like = torch.zeros(1, *SHAPE, dtype=torch.float64)
    for H in posed(probes):
        fitted, dense = P.fit(H, like), matrix(H, like)
        before = np.linalg.cond((dense + dense.T).numpy())
        S = matrix(lambda v, f=fitted, H=H: P.balanced(f, H, v), like)
        assert np.linalg.cond((S + S.T).numpy()) <= 1.02 * before


def test_circulant_solves_a_periodic_blur_with_tikhonov_in_two_steps() -> None:
    problem = Problem.simulate(
        GaussianBlur((1, 32, 32), 2.0), noise.Gaussian(0.02), priors.Tikhonov(0.1), signal(2, (1, 32, 32))
    )
    gain = 1 / 0.02**2
    known = problem.operator.gram_inverse(problem.operator.adjoint(problem.y), 0.1 / gain)
    x = {a: last(problem, a, 2) for a in (PreconditionedCG(Circulant()), ConjugateGradient())}
    away = [float(norm(found - known).max() / norm(known).max()) for found in x.values()]
    assert away[0] < 1e-10 and away[1] > 1e-3
    assert float(norm(last(problem, PreconditionedGradient(Circulant()), 60) - known).max()) < 1e-8


def last(problem: Problem, algorithm: object, steps: int) -> Tensor:
    *_, state = until(iterate(problem, algorithm), after(steps))
    return state.x


def diagonal(values: Tensor) -> Map:
    shape = (1, len(values))
    return Map((shape, shape), lambda v: values * v, lambda v: values * v)


def elementary(values: list[float], degree: int) -> float:
    return sum(math.prod(chosen) for chosen in combinations(values, degree))


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_symmetric_polynomials_have_the_eigenvalues_of_the_paper(degree: int) -> None:
    values = torch.tensor([900.0, 300.0, 7.0, 5.0, 3.0, 2.0, 1.5, 1.0], dtype=torch.float64)
    H, like = diagonal(values), torch.zeros(1, 1, 8, dtype=torch.float64)
    P = SymmetricPolynomial(degree, sketch=8)
    found = P.apply(P.fit(H, like), H, torch.ones_like(like)).flatten()
    known = torch.tensor([elementary([*values[:i], *values[i + 1 :]], degree) for i in range(8)], dtype=torch.float64)
    torch.testing.assert_close(found / found[-1], known / known[-1], rtol=1e-6, atol=0)
    after = values * found
    predicted = float(values[0] / values[-1] * known[0] / known[-1])
    assert float(after.max() / after.min()) == pytest.approx(predicted, rel=1e-6)


def test_degree_d_makes_the_rate_blind_to_the_d_largest_eigenvalues() -> None:
    bulk = torch.linspace(1, 2, 60, dtype=torch.float64)
    for degree in (1, 2):
        conditions = []
        for large in (1e2, 1e4, 1e6):
            H = diagonal(torch.cat([large * torch.arange(1, degree + 1), bulk]))
            like = torch.zeros(1, 1, 60 + degree, dtype=torch.float64)
            P = SymmetricPolynomial(degree)
            fitted = P.fit(H, like)
            S = Map((H.in_shape, H.in_shape), *[lambda v, P=P, f=fitted, H=H: P.balanced(f, H, v)] * 2)
            ends = top(S, 1), bottom(S, 1)
            conditions.append(float(ends[0].values[0] / ends[1].values[0]))
        assert conditions[2] == pytest.approx(conditions[1], rel=0.1) and conditions[2] < 200


def test_chebyshev_puts_its_interval_between_its_bounds() -> None:
    values = torch.cat([torch.tensor([0.01]), torch.linspace(2, 50, 63)]).double()
    H, like = diagonal(values), torch.zeros(1, 1, 64, dtype=torch.float64)
    for degree in (1, 4, 7):
        P = Chebyshev(degree, ratio=30.0)
        fitted = P.fit(H, like)
        high, ratio = fitted[0].tolist()
        assert 50 < high < 60 and ratio == pytest.approx(30, rel=1e-12)
        left = values * P.apply(fitted, H, torch.ones_like(like)).flatten()
        bound = 1 / math.cosh((degree + 1) * math.acosh(31 / 29))
        inside = left[values >= high / 30]
        assert float((inside - 1).abs().max()) <= bound * (1 + 1e-12)
        assert 0 < float(left[0]) < 1 and float(left[0]) > values[0] / 50


@pytest.mark.parametrize("preconditioner", [Chebyshev(), Circulant(), Diagonal(40)], ids=as_code)
def test_the_spectrum_after_is_narrower_than_before(preconditioner: Preconditioner) -> None:
    if isinstance(preconditioner, Diagonal):
        w = torch.logspace(0, 3, 64, dtype=torch.float64).reshape(SHAPE)
        H = Map((SHAPE, SHAPE), *[lambda v: w.sqrt() * (GaussianBlur(SHAPE, 0.4)(w.sqrt() * v))] * 2)
    else:
        H = problems()[1].gauss_newton(problems()[1].zeros())
    fitted = preconditioner.fit(H, signal(1))
    S = Map((SHAPE, SHAPE), *[lambda v: preconditioner.balanced(fitted, H, v)] * 2)
    before, after = (float(top(A, 1).values[0] / bottom(A, 1, Search()).values[0]) for A in (H, S))
    assert after < before / 2


@members
@each
def test_every_method_finds_the_minimum_with_every_preconditioner(
    preconditioner: Preconditioner, problem: Problem
) -> None:
    for algorithm, steps in ((PreconditionedGradient(preconditioner), 400), (PreconditionedCG(preconditioner), 60)):
        if algorithm.unmet(problem):
            continue
        x = last(problem, algorithm, steps)
        slope = norm(problem.misfit_grad(x) + problem.prior.grad(x))
        begin = norm(problem.misfit_grad(0 * x) + problem.prior.grad(0 * x))
        assert float(slope / begin) < 3e-3  # the mask's smoothed edges are slow


@pytest.mark.parametrize("preconditioner", [Diagonal(), Circulant(), Chebyshev()], ids=as_code)
def test_pdhg_in_its_metric_ends_where_cvxpy_does(preconditioner: Preconditioner) -> None:
    known = reference.reference(reference.NAMES[0])
    x = last(known.problem, PreconditionedPDHG(preconditioner), 600)
    assert abs(float(known.problem.objective(x)) / known.objective - 1) < 1e-5
    early = [
        float(known.problem.objective(last(known.problem, a, 100)))
        for a in (PreconditionedPDHG(preconditioner), PDHG())
    ]
    assert early[0] < early[1] * 1.02


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
@pytest.mark.parametrize(("terms", "window"), [(3, 8), (8, 8), (25, 8), (40, 64)])
def test_the_sum_of_rank_one_terms_is_inverted_exactly(terms: int, window: int, dtype: torch.dtype) -> None:
    shape = (2, 20)
    gradients = [normal_like(torch.zeros(shape, dtype=dtype), generator(0, k)) for k in range(terms)]
    F = RankOneSum.empty(0.1, window, gradients[0])
    for g in gradients:
        F = F.add(g)
    real = [
        np.asarray(torch.view_as_real(g).flatten() if dtype.is_complex else g.flatten()) for g in gradients[-window:]
    ]
    dense = 0.1 * np.eye(len(real[0])) + sum(np.outer(g, g) for g in real) / len(real)
    v = normal_like(torch.zeros(shape, dtype=dtype), generator(1, 0))
    flat = np.asarray(torch.view_as_real(v).flatten() if dtype.is_complex else v.flatten())
    found = F.solve(v)
    flat_found = np.asarray(torch.view_as_real(found).flatten() if dtype.is_complex else found.flatten())
    np.testing.assert_allclose(flat_found, np.linalg.solve(dense, flat), rtol=0, atol=1e-10)
    torch.testing.assert_close(F.product(found), v, rtol=0, atol=1e-10)
    assert len(F.rows) == min(terms, window)


def test_a_sum_without_terms_is_its_damping_and_takes_no_other() -> None:
    v = torch.ones(5, dtype=torch.float64)
    F = RankOneSum.empty(4.0, 3, v)
    assert torch.equal(F.solve(v), v / 4) and torch.equal(F.product(v), 4 * v)
    equal = F.add(v).add(v)  # twice the same: the Gram matrix is singular, F is not
    torch.testing.assert_close(equal.product(equal.solve(v)), v)
    assert float(dot(v[None], equal.solve(v)[None])) == pytest.approx(5 / 9)
    with pytest.raises(Refusal, match="damping > 0"):
        RankOneSum.empty(0.0, 3, v)
