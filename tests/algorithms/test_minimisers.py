"""The algorithms end where the minimum is known: dense linear algebra, proximal maps, CVXPY."""

import numpy as np
import pytest
import torch
from torch import Tensor

from tests import reference
from workbench import catalog, noise, operators, priors
from workbench.algorithms import ADMM, Algorithm, ConjugateGradient
from workbench.operators import Operator
from workbench.parameters import changed
from workbench.parametrisations import Dictionary, LowRank
from workbench.priors import Can, Prior
from workbench.problem import Problem
from workbench.run import after, iterate, until


def settled(prior: Prior) -> Prior:
    """The prior whose prox, if it is iterative, goes on until its gap is met."""
    return changed(prior, iterations=20_000) if hasattr(prior, "iterations") else prior


MINIMISERS = [a for cls in catalog.members("algorithm").values() if (a := cls()).exact and not a.random]
PROXABLE = [settled(p) for cls in catalog.members("prior").values() if Can.PROX in (p := cls()).can]
SHAPE = (1, 8, 8)


def name(value: object) -> str:
    return type(value).__name__


def truth(batch: int = 2) -> Tensor:
    return torch.rand(batch, *SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def ends_at(known: Tensor, problem: Problem, algorithm: Algorithm, steps: int, tolerance: float) -> None:
    """Within so many steps the run comes, and for ten more stays, near the known minimiser."""
    near = 0
    for state in until(iterate(problem, algorithm), after(steps)):
        near = near + 1 if float((state.x - known).abs().max()) <= tolerance else 0
        if near > 10:
            return
    torch.testing.assert_close(state.x, known, rtol=0, atol=tolerance)


Cases = list[tuple[Problem, Algorithm]]


def able(*problems: Problem) -> Cases:
    """Each problem with every method that can run on it."""
    return [(problem, algorithm) for problem in problems for algorithm in MINIMISERS if not algorithm.unmet(problem)]


def posed(operator: Operator, prior: Prior, signal: Tensor) -> Problem:
    return Problem.simulate(operator, noise.Gaussian(0.1), prior, signal)


SEEN = (operators.GaussianBlur(SHAPE), operators.Radon(SHAPE, 7))
QUADRATIC = able(*(posed(operator, priors.Tikhonov(20.0), truth()) for operator in SEEN))
COMPLEX = able(posed(operators.FourierMask(SHAPE), priors.Tikhonov(20.0), truth() * (1 + 0.5j)))
DENOISING = able(
    *(posed(operators.Identity(SHAPE), p, truth() - 0.3) for p in PROXABLE if not p.unfit(SHAPE, torch.float64))
)
COUNTS = able(Problem.simulate(operators.Identity(SHAPE), noise.Poisson(background=0.5), priors.Zero(), truth() + 1))
BLOCKS = [a for a in MINIMISERS if ".blocks." in type(a).__module__]
MATRIX = truth(1)[..., :2] @ truth(1)[..., :2, :]
SEEN_WHOLE = operators.Identity(SHAPE), noise.Gaussian(0.1), priors.Zero(), MATRIX, MATRIX, LowRank(SHAPE, 2)
NOT_NEGATIVE = *SEEN_WHOLE[:2], priors.OnUnknown(priors.NonNegative()), *SEEN_WHOLE[3:]
SPARSE = priors.Sum(priors.OnUnknown(priors.L1(1e-6), "code"), priors.OnUnknown(priors.L2Ball(axis=3), "atoms"))
OF_ATOMS = *SEEN_WHOLE[:2], SPARSE, *SEEN_WHOLE[3:5], Dictionary(SHAPE, atoms=4, patch=2)
OF_FACTORS = [Problem(*parts) for parts in (SEEN_WHOLE, NOT_NEGATIVE, OF_ATOMS)]
FACTORED = [next((problem, a) for problem in OF_FACTORS if not a.unmet(problem)) for a in BLOCKS]


def of(cases: Cases) -> pytest.MarkDecorator:
    ids = [f"{name(a)}-{name(p.operator)}-{name(p.prior)}" for p, a in cases]
    return pytest.mark.parametrize(("problem", "algorithm"), cases, ids=ids)


def test_every_minimiser_is_tried_where_the_minimum_is_known() -> None:
    tried = {name(algorithm) for cases in (QUADRATIC, COMPLEX, DENOISING, COUNTS, FACTORED) for _, algorithm in cases}
    assert {name(algorithm) for algorithm in MINIMISERS} == tried


@of(QUADRATIC)
def test_least_squares_with_tikhonov_is_what_numpy_solves(problem: Problem, algorithm: Algorithm) -> None:
    A = problem.operator(torch.eye(64, dtype=torch.float64).reshape(64, *SHAPE)).reshape(64, -1).T.numpy()
    y = problem.y.flatten(1).numpy().T
    known = np.linalg.solve(A.T @ A * 100 + 20 * np.eye(64), 100 * A.T @ y).T.reshape(problem.shape)
    ends_at(torch.from_numpy(known), problem, algorithm, 300, 1e-7)


@of(FACTORED)
def test_a_matrix_without_noise_is_found_from_its_factors(problem: Problem, algorithm: Algorithm) -> None:
    *_, state = until(iterate(problem, algorithm), after(300))
    torch.testing.assert_close(problem.picture(state.x), problem.truth, rtol=0, atol=1e-6)


@of(COMPLEX)
def test_complex_least_squares_is_diagonal_in_frequency(problem: Problem, algorithm: Algorithm) -> None:
    assert isinstance(problem.operator, operators.FourierMask)
    known = problem.operator.adjoint(problem.y) * 100 / 120
    ends_at(known, problem, algorithm, 300, 1e-8)


@of(DENOISING)
def test_denoising_is_the_prox_of_the_prior(problem: Problem, algorithm: Algorithm) -> None:
    prior = problem.prior
    known = prior.prox(problem.y, 0.1**2)
    steps = 200 if isinstance(prior.linear(SHAPE), operators.Identity) else 400
    # An iterative prox comes with a relative gap of 1e-5 at most: half the squared distance is below it.
    tolerance = 2e-3 if hasattr(prior, "tolerance") else 1e-8
    ends_at(known, problem, algorithm, steps, tolerance)


@of(COUNTS)
def test_counts_alone_are_explained_exactly(problem: Problem, algorithm: Algorithm) -> None:
    """Maximum likelihood of Poisson data through the identity is the data themselves, less the background."""
    ends_at(problem.y - 0.5, problem, algorithm, 600, 1e-6)


@pytest.mark.parametrize("solver", reference.SOLVERS)
@pytest.mark.parametrize("case", reference.NAMES)
def test_deblurring_agrees_with_cvxpy(case: str, solver: str) -> None:
    known = reference.reference(case)
    found = reference.solve(case, solver)
    assert abs(float(known.problem.objective(found)) / known.objective - 1) < 1e-6
    assert float((found - known.x).abs().max()) < 2e-3


def test_conjugate_gradients_rest_at_the_rounding_of_each_item() -> None:
    easy_and_hard = truth()
    easy_and_hard[0] = 1.0
    problem = Problem.simulate(operators.GaussianBlur(SHAPE), noise.Gaussian(0.05), priors.Tikhonov(), easy_and_hard)
    states = list(until(iterate(problem, ConjugateGradient()), after(500)))
    assert states[-1].k < 100
    slope = problem.misfit_grad(states[-1].x) + problem.prior.grad(states[-1].x)
    assert float(slope.abs().max()) < 1e-10 * float(problem.misfit_grad(problem.zeros()).abs().max())
    objectives = torch.stack([problem.objective(s.x) for s in states])
    assert bool((objectives.diff(dim=0) <= 1e-12 * objectives[:-1]).all())


def test_admm_in_closed_form_is_admm_by_conjugate_gradients() -> None:
    class Plain(operators.GaussianBlur):
        """The same blur without its closed form."""

        def gram_inverse(self, b: Tensor, c: float) -> None:
            return None

    runs = [
        iterate(Problem.simulate(A, noise.Gaussian(), priors.L1(), truth()), ADMM(inner=50))
        for A in (operators.GaussianBlur(SHAPE), Plain(SHAPE))
    ]
    for _, closed, iterated in zip(range(20), *runs, strict=False):
        torch.testing.assert_close(closed.x, iterated.x, rtol=0, atol=1e-9)
