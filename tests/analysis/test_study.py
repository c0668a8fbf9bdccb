"""The study that the page shows: sharper with every product, true to the dense Hessian, its cost known before."""

import numpy as np
import pytest
import torch

from workbench import noise, operators, preconditioners, priors
from workbench.analysis import spectrum
from workbench.analysis.spectrum import SpectrumStudy
from workbench.operators import LinearOperator
from workbench.problem import Problem
from workbench.refusal import Refusal

SHAPE = (1, 8, 8)
PRIORS = [priors.Tikhonov(3.0), priors.TotalVariation(2.0), priors.Zero()]


def problem(prior: priors.Prior, operator: LinearOperator | None = None) -> Problem:
    truth = torch.rand(1, *SHAPE, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return Problem.simulate(operator or operators.GaussianBlur(SHAPE, 1.0), noise.Gaussian(0.1), prior, truth)


def dense(operator: LinearOperator) -> np.ndarray:
    eye = torch.eye(64, dtype=torch.float64).reshape(64, *SHAPE)
    return np.linalg.eigvalsh(operator(eye).reshape(64, 64).numpy())


@pytest.mark.parametrize("prior", PRIORS, ids=lambda p: type(p).__name__)
def test_it_ends_at_the_dense_spectrum_within_its_cost(prior):
    solved = problem(prior)
    study = SpectrumStudy(steps=64, probes=2, modes=5)
    findings = list(study.of(solved, solved.start()))
    last = findings[-1]
    known = dense(last.hessians.objective)
    np.testing.assert_allclose(last.pairs.values, known[::-1][:5], rtol=1e-6)
    np.testing.assert_allclose(last.extremes, (known[0], known[-1]), atol=1e-6 * known[-1])
    spent = [f.products for f in findings]
    assert spent == sorted(spent)
    assert spent[-1] <= study.cost(solved, solved.start()).products == last.most
    names = [name for name, _ in last.measures]
    assert names == (["objective"] if isinstance(prior, priors.Zero) else ["data term", "prior", "objective"])


def test_the_gradient_in_the_modes_has_its_length():
    solved = problem(PRIORS[0])
    *_, last = SpectrumStudy(steps=10).of(solved, solved.start())
    slope = solved.misfit_grad(solved.start()) + solved.prior.grad(solved.start())
    assert float(last.slope[1].sum()) == pytest.approx(float(slope.square().sum()), rel=1e-10)


def test_more_memory_than_there_is_is_refused_with_the_numbers(monkeypatch):
    monkeypatch.setattr("workbench.analysis.spectrum.cost.free_bytes", lambda device: 1000)
    with pytest.raises(Refusal, match="MiB"):
        next(iter(SpectrumStudy().of(problem(PRIORS[0]), problem(PRIORS[0]).start())))


def test_a_circulant_preconditioner_leaves_a_blur_with_tikhonov_one_eigenvalue():
    solved = problem(PRIORS[0])
    *_, found = SpectrumStudy(steps=20).of(solved, solved.start())
    *_, after = spectrum.preconditioned(found.hessians, preconditioners.Circulant(), SpectrumStudy(steps=20))
    np.testing.assert_allclose(after.nodes[after.weights > 1e-12], 1, rtol=1e-8)


def test_a_look_that_begins_where_the_last_one_ended_sees_at_once():
    """It costs no less in the end, since both have to search for what was missed."""
    solved = problem(priors.TotalVariation(2.0))
    x = solved.start()
    (first,) = spectrum.glimpse(solved, (0, x), None, SpectrumStudy(steps=12))
    (again,) = spectrum.glimpse(solved, (7, x + 1e-4 * x), first, SpectrumStudy(steps=12))
    assert (first.k, again.k) == (0, 7)
    objective = spectrum.hessians(solved, x).objective
    known = dense(objective)[::-1][:4]
    for look in (first, again):
        np.testing.assert_allclose(look.pairs.values, known, rtol=1e-3)
    assert max(first.pairs.products, again.pairs.products) <= 64  # whole space: random vectors join to confirm
    starts = (None, again.pairs.vectors)
    searches = (spectrum.outermost(objective, 4, 1, spectrum.Search(start=start)) for start in starts)
    cold, warm = (next(each for each in search if each.products >= 4) for search in searches)
    assert warm.products == cold.products == 4
    assert float(warm.residuals.max()) < 1e-2 * known[0] < 0.3 * float(cold.residuals.min())
