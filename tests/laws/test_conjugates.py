"""Convex conjugates: Fenchel and Young, equality at subgradients, brute force in one variable."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.laws import test_noises as noises
from tests.laws import test_priors as priors
from tests.laws.small import random
from workbench.linalg import cg
from workbench.noise import Gaussian, Likelihood, Noise, Poisson
from workbench.parameters import as_code
from workbench.priors import L1, Box, Can, ElasticNet, GroupL1, Huber, NonNegative, Prior, Tikhonov, Zero
from workbench.refusal import Refusal
from workbench.tensors import dot, norm

CASES = [c for c in priors.CASES if Can.CONJUGATE in c.values[0].can]
SPLIT = [
    c
    for c in priors.CASES
    if Can.SPLIT | Can.CONVEX in c.values[0].can and Can.CONJUGATE in c.values[0].dual_split(c.values[1])[0].can
]
SCALES = (1e-3, 0.3, 1.0, 30.0)
every_conjugate = pytest.mark.parametrize(("prior", "shape", "dtype"), CASES)
GRID = torch.arange(-8000, 8001, dtype=torch.float64) / 1000


def allowed(z: Tensor, prior: Prior) -> Tensor:
    """The point of dom g* nearest to z."""
    return prior.conjugate_prox(z, 1.0)


@every_conjugate
def test_no_pair_is_below_fenchel_and_young(prior, shape, dtype):
    for scale in SCALES:
        x, z = scale * random((4, *shape), dtype), random((4, *shape), dtype, seed=1)
        x = prior.prox(x, 0.1)
        for dual in (z, allowed(z, prior), allowed(scale * z, prior)):
            total = prior(x) + prior.conjugate(dual) - dot(x, dual)
            assert total.shape == (4,)
            assert not total.isnan().any()
            assert (total >= -1e-12 * (1 + norm(x) * norm(dual))).all()


@every_conjugate
def test_prox_and_its_rest_are_a_pair_of_equality(prior, shape, dtype):
    for scale in SCALES:
        x = scale * random((2, *shape), dtype)
        u, z = prior.prox(x, 0.7), prior.conjugate_prox(x / 0.7, 1 / 0.7)
        total = prior(u) + prior.conjugate(z) - dot(u, z)
        assert (total.abs() <= 1e-10 * (1 + norm(u) * norm(z))).all()


@every_conjugate
def test_conjugate_keeps_the_precision(prior, shape, dtype):
    single = torch.complex64 if dtype.is_complex else torch.float32
    value = prior.conjugate(allowed(random((3, *shape), single), prior))
    assert value.dtype == torch.float32 and value.shape == (3,) and torch.isfinite(value).all()


@pytest.mark.parametrize("prior", priors.EVERY, ids=as_code)
def test_an_absent_conjugate_is_refused(prior):
    if Can.CONJUGATE not in prior.can:
        with pytest.raises(Refusal, match=type(prior).__name__):
            prior.conjugate(random((1, 1, 8, 8), torch.float64))


@pytest.mark.parametrize(("prior", "shape", "dtype"), SPLIT)
def test_dual_split_is_the_prior_and_its_inverse_is_exact(prior, shape, dtype):
    outer, K = prior.dual_split(shape)
    x, w = random((2, *shape), dtype), random((2, *shape), dtype, seed=1)
    if not isinstance(prior, Zero | NonNegative | Box):
        assert torch.allclose(outer(K(x)), prior(x), rtol=1e-12)
    q = K.adjoint_inverse(w)
    if q is not None:
        image = K.adjoint(q)  # the projection of w onto the range of K*
        assert (K(w - image).abs() <= 1e-12 * norm(w).max()).all()
        assert torch.allclose(K.adjoint_inverse(image), q, atol=1e-11)


@pytest.mark.parametrize(("prior", "shape", "dtype"), SPLIT)
def test_a_multiplier_lies_in_the_domain_and_is_a_subgradient_at_a_prox(prior, shape, dtype):
    x = random((2, *shape), dtype)
    u = prior.prox(x, 0.01) if Can.PROX in prior.can else x
    z = (x - u) / 0.01
    outer, K = prior.dual_split(shape)
    q = prior.multiplier(u, z)
    if q is not None:
        paid = outer.conjugate(q)
        assert torch.isfinite(paid).all()
        assert (norm(K.adjoint(q) - z) <= 1e-3 * norm(z)).all()
        assert ((prior(u) + paid - dot(q, K(u))).abs() <= 1e-3 * (prior(u) + paid.abs())).all()


def brute(values: Tensor, slopes: Tensor) -> Tensor:
    """sup over GRID of slope u - value(u)."""
    return (slopes[:, None] * GRID - values).amax(1)


SCALARS = [Tikhonov(3.0), L1(0.7), GroupL1(0.7), NonNegative(), Box(-0.5, 1.5), Zero()]
SCALARS += [ElasticNet(0.7, 0.9), Huber(0.7, 0.4)]


@pytest.mark.parametrize("prior", SCALARS, ids=as_code)
def test_conjugates_of_one_variable_and_back_again(prior):
    column = GRID[:, None, None]
    slopes = torch.arange(-20, 21, dtype=torch.float64) / 10
    inside = torch.isfinite(prior.conjugate(slopes[:, None, None]))
    found = prior.conjugate(slopes[inside][:, None, None])
    assert inside.any()
    assert torch.allclose(found, brute(prior(column), slopes[inside]), atol=1e-5)
    # A slope outside the domain is one along which the supremum grows with the grid.
    assert (brute(prior(column), slopes[~inside]) > 0.1).all()
    points = torch.tensor([-0.4, 0.0, 0.3, 1.2], dtype=torch.float64)
    kept = points[torch.isfinite(prior(points[:, None, None]))]
    again = torch.stack([(p * GRID - prior.conjugate(column)).max() for p in kept])
    assert torch.allclose(again, prior(kept[:, None, None]), atol=2e-3)


NOISES = [n for n in noises.EVERY if Likelihood.CONJUGATE in n.can]


@pytest.mark.parametrize("law", NOISES, ids=as_code)
def test_noise_pairs_are_above_fenchel_and_young_and_meet_it_at_gradients(law):
    for dtype in noises.dtypes(law):
        clean, y = noises.points(law, dtype)
        p = law.grad(clean, y)
        size = 1 + law.nll(clean, y).abs() + norm(p) * norm(clean)
        exact = 1e-11 if p.dtype in (torch.float64, torch.complex128) else 1e-4
        assert ((law.nll(clean, y) + law.conjugate(p, y) - dot(p, clean)).abs() <= exact * size).all()
        other = clean + 0.3 * random(tuple(clean.shape), dtype, seed=7)
        for factor in (0.0, 0.5, 1.0, 1.01, 3.0):
            total = law.nll(other, y) + law.conjugate(factor * p, y) - factor * dot(p, other)
            assert not total.isnan().any()
            assert (total >= -exact * (1 + factor) * size - exact * law.nll(other, y)).all()


@pytest.mark.parametrize("law", [Gaussian(0.7), Poisson(2.0, 0.5)], ids=as_code)
@pytest.mark.parametrize("y", [0.0, 0.2, 1.4])
def test_noise_conjugates_of_one_variable_and_back_again(law: Noise, y: float):
    def at(u: Tensor) -> tuple[Tensor, Tensor]:
        return u[:, None], torch.full_like(u[:, None], y)

    slopes = torch.linspace(-3, 1.9, 50, dtype=torch.float64)
    best = GRID[torch.stack([(s * GRID - law.nll(*at(GRID))).argmax() for s in slopes])]
    inside = best.abs() < 7.9
    assert inside.sum() > 15
    found = law.conjugate(*at(slopes[inside]))
    assert torch.allclose(found, brute(law.nll(*at(GRID)), slopes[inside]), atol=1e-5)
    points = torch.tensor([-0.3, -0.1, 0.0, 0.4, 2.0], dtype=torch.float64)
    again = torch.stack([(p * GRID - law.conjugate(*at(GRID))).max() for p in points])
    assert torch.allclose(again, law.nll(*at(points)), atol=1e-4)


def test_poisson_has_no_slope_beyond_its_peak():
    y = torch.tensor([[0.3]], dtype=torch.float64)
    assert Poisson(2.0).conjugate(torch.full_like(y, 2.001), y).item() == math.inf
    assert np.isfinite(Poisson(2.0).conjugate(torch.full_like(y, 2.0), 0 * y).item())


@pytest.mark.parametrize("law", NOISES, ids=as_code)
def test_strong_convexity_is_below_every_curvature(law):
    clean, y = noises.points(law)
    assert float(law.curvature(clean, y).min()) >= law.strong_convexity(y) * (1 - 1e-12)


def test_conjugate_gradients_and_the_closed_inverse_of_the_gradients_adjoint_agree():
    K = priors.priors.TotalVariation().linear((2, 6, 8))
    w = K.adjoint(random((2, *K.out_shape), torch.float64))
    assert torch.allclose(K(cg(K.gram, w, tolerance=1e-14, steps=300)), K.adjoint_inverse(w), atol=1e-10)
