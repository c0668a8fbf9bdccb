"""The laws that every noise of the catalogue meets by existing."""

import json
import pickle

import pytest
import scipy.optimize
import torch
from torch import Tensor

from workbench import catalog, noise
from workbench.noise import Likelihood, Noise
from workbench.parameters import as_code, describe, parameters, rebuild
from workbench.refusal import Refusal
from workbench.tensors import dot, generator, norm, normal_like, real_of

LEVELS = (0.0, 0.02, 0.3, 2.0)
SAMPLES = 100_000


def variants(cls: type, limits: bool = False) -> list[Noise]:
    """The default, then each slider of the signature at either end by itself, or at either of its limits."""
    found = [(p, end) for p in parameters(cls) if p.range for end in _ends(p.range, limits)]
    ends = [{p.name: kind(end)} for p, end in found for kind in p.kinds[:1]]
    return list({as_code(n): n for n in [cls(), *(cls(**end) for end in ends)]}.values())


def _ends(bounds, limits: bool) -> tuple[float, float]:
    return bounds.limits if limits and bounds.limits else (bounds.low, bounds.high)


CLASSES = catalog.members("noise")
EVERY = [n for cls in CLASSES.values() for n in variants(cls)]
every = pytest.mark.parametrize("law", EVERY, ids=as_code)


def having(ability: Likelihood) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("law", [n for n in EVERY if ability in n.can], ids=as_code)


def dtypes(law: Noise) -> list[torch.dtype]:
    doubles = [torch.float64, torch.complex128] if Likelihood.COMPLEX in law.can else [torch.float64]
    return [*doubles, torch.float32]


def cleans(batch: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Clean data (batch, 1, 2 len(LEVELS), 5) >= 0, each level in two rows, one of them exact."""
    rows = torch.tensor(LEVELS, dtype=torch.float64).repeat_interleave(2)[:, None].expand(-1, 5).clone()
    rows[1::2] *= 1 + 0.1 * torch.rand(len(LEVELS), 5, generator=generator(3, 0), dtype=torch.float64)
    return rows.expand(batch, 1, -1, -1).to(dtype)


def points(law: Noise, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    """Trial data and noisy ones: trial values on either side of 0, away from it and at it."""
    clean = cleans(2, dtype)
    y = law.sample(clean, generator(0, 0))
    return clean + 0.1 * normal_like(clean, generator(1, 0)) * (torch.arange(5) > 0), y


def parts(z: Tensor) -> Tensor:
    return torch.view_as_real(z) if z.is_complex() else z


@pytest.mark.parametrize("cls", CLASSES.values(), ids=lambda cls: cls.__name__)
def test_is_built_without_arguments_and_documented(cls):
    assert isinstance(cls(), Noise)
    assert (cls.__doc__ or "").strip()
    assert all(p.meaning for p in parameters(cls))


@every
def test_description_code_and_pickle_rebuild_it(law):
    assert rebuild(json.loads(json.dumps(describe(law)))) == law
    assert eval(as_code(law), {"noise": noise}) == law
    assert pickle.loads(pickle.dumps(law)) == law


@every
def test_samples_repeat_with_their_generator_and_keep_shape_and_dtype(law):
    for dtype in dtypes(law):
        clean = cleans(2, dtype)
        y = law.sample(clean, generator(0, 0))
        assert y.shape == clean.shape
        assert y.dtype == dtype
        assert torch.equal(y, law.sample(clean, generator(0, 0)))
        assert not torch.equal(y, law.sample(clean, generator(1, 0)))
        assert not torch.equal(y[0], y[1])
        assert not law.unfit(y)


@every
def test_likelihood_is_per_item_and_keeps_shape_and_dtype(law):
    for dtype in dtypes(law):
        clean, y = points(law, dtype)
        value = law.nll(clean, y)
        assert value.shape == (2,)
        assert value.dtype == real_of(dtype)
        assert torch.allclose(value[1:], law.nll(clean[1:], y[1:]), rtol=1e-6)
        assert law.grad(clean, y).shape == clean.shape
        assert law.grad(clean, y).dtype == dtype
        for entries in (law.curvature(clean, y), law.precision(clean)):
            assert entries.shape == clean.shape
            assert entries.dtype == real_of(dtype)


@every
@pytest.mark.parametrize("level", LEVELS)
def test_gradient_at_the_truth_has_mean_0_and_the_variance_precision(law, level):
    """Within 5 standard errors, which chance exceeds once in a million and this seed does not."""
    for dtype in dtypes(law)[:-1]:
        clean = torch.full((1, SAMPLES), level, dtype=dtype)
        grad = parts(law.grad(clean, law.sample(clean, generator(0, 0)))).flatten()
        precision = float(law.precision(clean)[0, 0])
        assert abs(float(grad.mean())) <= 5 * (precision / len(grad)) ** 0.5
        square = grad.square()
        assert abs(float(square.mean()) - precision) <= 5 * float(square.std()) / len(grad) ** 0.5 + 1e-12 * precision


@having(Likelihood.GRAD)
@pytest.mark.parametrize("level", LEVELS)
def test_curvature_at_the_truth_has_the_mean_precision(law, level):
    clean = torch.full((1, SAMPLES), level, dtype=torch.float64)
    curvature = law.curvature(clean, law.sample(clean, generator(0, 0)))
    error = float(curvature.mean() - law.precision(clean)[0, 0])
    assert abs(error) <= 5 * float(curvature.std()) / SAMPLES**0.5 + 1e-9 * float(curvature.mean())


@having(Likelihood.GRAD)
def test_gradient_and_hessian_are_slopes(law):
    for dtype in dtypes(law)[:-1]:
        clean, y = points(law, dtype)
        clean = torch.where(clean.real.abs() < 1e-3, 2e-3, clean)  # the curvature may jump at 0
        v, h = normal_like(clean, generator(2, 0)), 1e-6
        slope = (law.nll(clean + h * v, y) - law.nll(clean - h * v, y)) / (2 * h)
        assert torch.allclose(dot(law.grad(clean, y), v), slope, rtol=1e-5, atol=1e-7 * float(law.nll(clean, y).max()))
        bend = (law.grad(clean + h * v, y) - law.grad(clean - h * v, y)) / (2 * h)
        assert torch.allclose(law.hvp(clean, y, v), bend, rtol=1e-4, atol=1e-7 * float(bend.abs().max()))


@having(Likelihood.LIPSCHITZ)
def test_no_curvature_exceeds_the_lipschitz_constant(law):
    clean, y = points(law)
    bound = law.lipschitz(y) * (1 + 1e-12)
    for values in (clean, clean - 0.5, 0 * clean, 1e3 * clean):
        assert float(law.curvature(values, y).max()) <= bound
    a, b = clean, clean - 0.3 * torch.rand(clean.shape, generator=generator(4, 0))
    assert bool((norm(law.grad(a, y) - law.grad(b, y)) <= bound * norm(a - b) + 1e-9 * bound).all())


# Weights of 1e30 between frequencies are beyond a Fourier transform in single precision.
ACCEPTED = [n for cls in CLASSES.values() for n in variants(cls, limits=True) if abs(getattr(n, "order", 0)) < 10]


@pytest.mark.parametrize("law", ACCEPTED, ids=as_code)
def test_single_precision_follows_double_at_the_ends_of_what_is_accepted(law):
    """At the same single-precision numbers: near the data the terms of a likelihood cancel, and lose no digits."""
    clean = 0.1 + 0.9 * torch.rand(1, 1, 60, 70, generator=generator(5, 0))
    y = law.sample(clean, generator(6, 0))
    here, exact = (clean, y), (clean.double(), y.double())
    largest = float(norm(clean) + norm(y))
    assert float(law.nll(*here)) == pytest.approx(float(law.nll(*exact)), rel=1e-4, abs=1e-4)
    if Likelihood.GRAD in law.can:
        for apply in (law.grad, law.curvature):
            assert float(norm(apply(*here) - apply(*exact))) <= 2e-4 * float(norm(apply(*exact)))
    if Likelihood.PROX in law.can:
        for step in (1e-6, 1.0, 1e9):
            assert float(norm(law.prox(*here, step) - law.prox(*exact, step))) <= 1e-6 * largest
    if Likelihood.CONJUGATE in law.can:
        slope = 0.9 * law.grad(*here)
        wanted, room = (
            law.conjugate(slope.double(), exact[1]),
            dot(slope.abs().double(), clean.double() + exact[1].abs()),
        )
        assert float(law.conjugate(slope, y) - wanted) == pytest.approx(0, abs=1e-6 * float(room))


@having(Likelihood.CONVEX)
def test_convex_means_convex(law):
    clean, y = points(law)
    for shift in (0.1, 1.0, 10.0):
        ends = law.nll(clean - shift, y) + law.nll(clean + shift, y)
        assert (2 * law.nll(clean, y) <= ends * (1 + 1e-12)).all()


@having(Likelihood.QUADRATIC)
def test_quadratic_means_a_curvature_of_its_own(law):
    clean, y = points(law)
    assert torch.equal(law.curvature(clean, y), law.curvature(0 * clean, 2 * y))


@having(Likelihood.PROX | Likelihood.GRAD)
@pytest.mark.parametrize("scale", [0.0, 1e-3, 1.0, 1e3])
def test_prox_meets_its_optimality_condition(law, scale):
    for dtype in dtypes(law):
        v, y = points(law, dtype)
        step = scale / float(law.precision(cleans(1)).mean())
        u = law.prox(v, y, step)
        assert u.dtype == dtype
        assert torch.isfinite(parts(u)).all()
        residual = (u - v + step * law.grad(u, y)).abs()
        # Rounding u by one unit in the last place moves the condition by (1 + step curvature) times as much.
        slack = (1 + step * law.curvature(u, y)) * (u.abs() + v.abs() + y.abs() + 1)
        assert bool((residual <= 30 * torch.finfo(dtype).eps * slack).all())


@having(Likelihood.PROX)
def test_no_search_finds_anything_better_than_the_prox(law):
    v, y = (z[:1, :, ::2, :2].reshape(-1, 1, 1) for z in points(law))
    for step in (1e-4, 1e-2):
        u = law.prox(v, y, step)
        for ui, vi, yi in zip(u, v, y, strict=True):

            def objective(w: float, vi: Tensor = vi, yi: Tensor = yi, step: float = step) -> float:
                value = torch.full_like(vi, w)[None]
                return float((value - vi).square().sum() / 2 + step * law.nll(value, yi[None]))

            reach = 3 + abs(float(vi))
            found = scipy.optimize.minimize_scalar(objective, bounds=(-reach, reach), method="bounded")
            assert objective(float(ui)) <= found.fun + 1e-12 * (1 + abs(found.fun))
            assert abs(float(ui) - found.x) <= 1e-4 * reach


@every
def test_absent_ability_is_refused_with_a_sentence(law):
    y = cleans(1)
    for ability, call in {
        Likelihood.LIPSCHITZ: lambda: law.lipschitz(y),
        Likelihood.PROX: lambda: law.prox(y, y, 1.0),
    }.items():
        if ability not in law.can:
            with pytest.raises(Refusal, match=type(law).__name__):
                call()
    if Likelihood.COMPLEX not in law.can:
        assert "complex" in law.unfit(y + 0j)
        with pytest.raises(Refusal, match="complex"):
            law.sample(y + 0j, generator(0, 0))


@every
def test_the_variance_told_from_the_data_meets_steins_identity(law):
    """E[(y - E y) f(y)] = E[v f'(y)]: of f = y the variance; of a sigmoid, too, but for counts."""
    clean = cleans(1)[..., 1::2, :].expand(4000, -1, -1, -1)
    y = law.sample(clean, generator(5, 0))
    try:
        v = law.variance(y)
    except Refusal as refusal:
        assert "variance" in str(refusal)
        return
    away, deviation = y - y.mean(0), v.mean().sqrt()
    error = 5 / 4000**0.5
    assert float((away.square().mean() / v.mean() - 1).abs()) < error
    if Likelihood.QUADRATIC in law.can:
        middle = y.mean(0)
        bent = torch.sigmoid((y - middle) / deviation + 0.5)
        slope = bent * (1 - bent) / deviation
        assert float((away * bent).mean() / (v * slope).mean()) == pytest.approx(1, abs=error)
