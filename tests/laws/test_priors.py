"""The laws that every prior of the catalogue meets by existing."""

import copy
import json
import pickle
from collections.abc import Iterator

import numpy as np
import pytest
import scipy.optimize
import torch
from torch import Tensor

from workbench import catalog, operators, priors
from workbench.linalg import power_norm
from workbench.operators import LinearOperator, Map
from workbench.operators.cosine import cosine_sum, cosines
from workbench.parameters import as_code, changed, describe, parameters, rebuild
from workbench.priors import Can, Prior
from workbench.refusal import Refusal
from workbench.tensors import dot, generator, norm, norm2, normal_like, real_of, spread

SHAPES = ((1, 8), (2, 16), (1, 8, 8), (3, 4, 5))
STEPS = (0.003, 0.05, 2.0)
CALLS = {
    Can.GRAD: lambda p, x: p.grad(x),
    Can.HVP: lambda p, x: p.hvp(x, x),
    Can.PROX: lambda p, x: p.prox(x, 0.5),
    Can.DENOISE: lambda p, x: p.denoise(x, 0.1),
    Can.RESTORE: lambda p, x: p.restore(p.degradation(tuple(x.shape[1:]))(x)),
    Can.SPLIT: lambda p, x: p.outer(p.linear(tuple(x.shape[1:]))(x)),
}
SLOPE = tuple(tuple((i + 2.0 * j) / 20 for j in range(8)) for i in range(8))
MORE: dict[str, list[dict]] = {
    "Analysis": [
        {"frame": operators.FiniteDifference()},
        {"prior": priors.Huber(2.0)},
        {"prior": priors.Tikhonov(2.0)},
        {"prior": priors.SmoothedTotalVariation(0.7), "frame": operators.GaussianBlur()},
    ],
    "AffineConstraint": [{"operator": operators.Downsample((1, 8, 8)), "value": (0.3,)}],
    "GraphSmoothness": [{"guide": SLOPE, "diagonals": True}],
    "Huber": [{"axis": 1, "delta": 0.5}],
    "MagnitudeOf": [{"prior": priors.L1(2.0)}],
    "OnUnknown": [{"prior": p} for p in (priors.L1(0.4), priors.SmoothedTotalVariation(), priors.NonNegative())],
    "PartsOf": [{"prior": priors.Tikhonov(2.0)}, {"prior": priors.SmoothedTotalVariation(0.7)}],
    "NuclearNorm": [{"patch": 2}],
    "Sobolev": [{"order": -1.5, "length": 4.0}],
    "Sum": [
        {"second": priors.NonNegative()},
        {"first": priors.L1(), "second": priors.Tikhonov()},
        {"first": priors.Box(), "second": priors.L1(0.4)},
        {"first": priors.WaveletL1(), "second": priors.GraphSmoothness()},
        {"first": priors.HuberTV(), "second": priors.Sobolev()},
        {"first": priors.Tikhonov(2.0), "second": priors.GraphSmoothness()},
        {"first": priors.Sum(priors.TotalVariation(), priors.Box()), "second": priors.NuclearNorm(patch=2)},
    ],
    "WeightedTotalVariation": [{"weights": SLOPE}],
}  # what words and truths do not reach


def variants(cls: type) -> list[Prior]:
    """The default, each word and each truth of the signature by itself, MORE; iterative ones to the last digit."""
    choices = [{p.name: c} for p in parameters(cls) for c in (*p.choices, *(bool in p.kinds) * (False, True))]
    made = [to_the_last_digit(cls(**choice)) for choice in ({}, *choices, *MORE.get(cls.__name__, ()))]
    return list({as_code(p): p for p in made}.values())


def to_the_last_digit(prior: Prior) -> Prior:
    """The prior, and those that it is made of, without early stops."""
    own = {p.name: getattr(prior, p.name) for p in parameters(type(prior))}
    exact = {n: v for n, v in {"tolerance": 1e-13, "iterations": 100_000}.items() if n in own}
    return changed(prior, **exact, **{n: to_the_last_digit(v) for n, v in own.items() if isinstance(v, Prior)})


def signal(shape: tuple[int, ...], dtype: torch.dtype = torch.float64, seed: int = 0) -> Tensor:
    return normal_like(torch.empty(shape, dtype=dtype), generator(seed, 0))


def precisions(dtype: torch.dtype) -> tuple[torch.dtype, torch.dtype]:
    """The double precision given and its single one."""
    return dtype, torch.complex64 if dtype.is_complex else torch.float32


def number(prior: Prior) -> torch.dtype:
    """Real where the prior takes real signals, else complex."""
    return torch.complex128 if prior.unfit((1, 8, 8), torch.float64) else torch.float64


CLASSES = catalog.members("prior")
EVERY = [p for cls in CLASSES.values() for p in variants(cls)]


def cases(cls: type) -> Iterator:
    """Every shape that the default takes, real; complex a line and a plane; of the other variants one signal."""
    first, *others = variants(cls)
    reals = [s for s in SHAPES if not first.unfit(s, torch.float64)]
    lasts = {len(s): s for s in SHAPES if not first.unfit(s, torch.complex128)}.values()
    every = [(first, s, torch.float64) for s in reals] + [(first, s, torch.complex128) for s in lasts]
    for prior, shape, dtype in [*every, *((p, (1, 8, 8), number(p)) for p in others)]:
        if not prior.unfit(shape, dtype):
            code = as_code(prior).removeprefix("priors.")
            yield pytest.param(prior, shape, dtype, id=f"{code}-{shape}-{str(dtype)[6:]}")


CASES = [case for cls in CLASSES.values() for case in cases(cls)]


def having(ability: Can) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("prior", "shape", "dtype"), [c for c in CASES if ability in c.values[0].can])


every_prior = pytest.mark.parametrize("prior", EVERY, ids=as_code)


@pytest.mark.parametrize("cls", CLASSES.values(), ids=lambda cls: cls.__name__)
def test_is_built_without_arguments_documented_and_has_cases(cls):
    assert isinstance(cls(), Prior)
    assert (cls.__doc__ or "").strip()
    assert all(p.meaning for p in parameters(cls))
    assert any(isinstance(case.values[0], cls) for case in CASES)


@every_prior
def test_description_code_and_pickle_rebuild_it(prior):
    description = json.loads(json.dumps(describe(prior)))
    assert describe(rebuild(description)) == description
    assert describe(eval(as_code(prior), {"priors": priors, "operators": operators})) == description
    assert describe(pickle.loads(pickle.dumps(prior))) == description
    assert describe(copy.deepcopy(prior)) == description


@every_prior
def test_absent_ability_is_refused_with_a_sentence(prior):
    for ability, call in CALLS.items():
        if ability not in prior.can:
            with pytest.raises(Refusal, match=type(prior).__name__):
                call(prior, signal((1, 1, 8, 8)))
    if Can.SAMPLE not in prior.can:
        for call in (prior.centre, lambda x: prior.sample(x, generator(0, 0))):
            with pytest.raises(Refusal, match=type(prior).__name__):
                call(signal((1, 1, 8, 8)))
    if Can.GRAD not in prior.can:
        with pytest.raises(Refusal):
            prior.lipschitz()


@having(Can.VALUE)
def test_value_is_one_real_number_per_item_in_the_precision_of_x(prior, shape, dtype):
    for kind in precisions(dtype):
        value = prior(signal((3, *shape), kind))
        assert value.shape == (3,)
        assert value.dtype == real_of(kind)


@pytest.mark.parametrize(("prior", "shape", "dtype"), CASES)
def test_items_of_a_batch_are_independent_and_inputs_stay_untouched(prior, shape, dtype):
    x = signal((3, *shape), dtype)
    before = x.clone()
    calls = [call for ability, call in CALLS.items() if ability in prior.can] + [lambda p, x: p(x)]
    for call in calls:
        together = call(prior, x)
        alone = torch.cat([call(prior, x[i : i + 1]) for i in range(len(x))])
        assert (
            torch.equal(torch.nan_to_num(together), torch.nan_to_num(alone))
            or (norm((together - alone)[:, None]) <= 1e-12 * norm(alone[:, None])).all()
        )
    assert torch.equal(x, before)


@having(Can.PROX)
def test_prox_keeps_shape_and_dtype_and_no_zero_makes_a_nan(prior, shape, dtype):
    idle = [changed(prior, weight=0.0)] if any(p.name == "weight" for p in parameters(type(prior))) else []
    for kind in precisions(dtype):
        for x in (signal((2, *shape), kind), torch.zeros(2, *shape, dtype=kind)):
            for p in (prior, *idle):
                for step in (0.0, 0.7):
                    convex = [p.conjugate_prox(x, step)] if Can.CONVEX in p.can else []
                    for out in (p.prox(x, step), *convex):
                        assert out.shape == x.shape
                        assert out.dtype == x.dtype
                        assert torch.isfinite(torch.view_as_real(out) if kind.is_complex else out).all()
                assert p(x).isnan().sum() == 0


@having(Can.PROX | Can.VALUE | Can.CONVEX)
def test_prox_beats_every_other_signal_by_half_the_squared_distance(prior, shape, dtype):
    """P(w) - P(u) - |w - u|^2 / 2 >= 0 for all w iff u = prox, P(v) = |v - x|^2 / 2 + step g(v)."""
    x = signal((2, *shape), dtype)
    for step in STEPS:
        u = prior.prox(x, step)
        others = [x, 0 * x, 0.5 * u, 1.001 * u, (u + x) / 2, prior.prox(x, 2 * step), prior.prox(0.9 * x, step)]
        sizes = (1e-6, 1e-4, 1e-2, 1.0, 30.0)
        others += [u + s * signal(tuple(x.shape), dtype, seed=k) for k, s in enumerate(sizes)]
        least, *values = (norm2(v - x) / 2 + step * prior(v) for v in (u, *others))
        assert torch.isfinite(least).all()
        for w, value in zip(others, values, strict=True):
            excess = (value - least - norm2(w - u) / 2) / (least + norm2(x) + 1e-300)
            assert (excess >= -1e-11).all()


@having(Can.PROX)
def test_prox_keeps_the_sign_where_it_says_so(prior, shape, dtype):
    if prior.keeps_sign and not dtype.is_complex:
        for step in STEPS:
            assert (prior.prox(signal((2, *shape)).abs(), step) >= 0).all()


LINES = [p for p in EVERY if Can.PROX in p.can and not p.unfit((1, 8), number(p))]
SMALLEST = [pytest.param(p, (1, 8), number(p), id=as_code(p)) for p in LINES]


@pytest.mark.parametrize(("prior", "shape", "dtype"), SMALLEST)
def test_no_search_finds_anything_better_than_the_prox(prior, shape, dtype):
    x, step = signal((1, *shape), dtype), 0.03
    u = prior.prox(x, step)
    # A value that is found by steps is found from above: with fewer of them the search sees nothing that is too low.
    quick = changed(prior, iterations=2_000) if hasattr(prior, "iterations") else prior

    def objective(v: np.ndarray, g: Prior = quick) -> float:
        w = torch.from_numpy(v.view(x.numpy().dtype)).reshape(x.shape)
        return min(float(norm2(w - x) / 2 + step * g(w)), 1e9)  # the search subtracts values: no infinities

    best = objective(u.numpy().ravel().view(np.float64), prior)
    for start in (u, x):
        found = scipy.optimize.minimize(
            objective, start.numpy().ravel().view(np.float64), method="Powell", options={"maxfev": 400}
        )
        assert found.fun >= best - 1e-10 * abs(best)


@having(Can.PROJECTION | Can.VALUE)
def test_projection_means_a_set_and_its_nearest_point(prior, shape, dtype):
    x = signal((2, *shape), dtype)
    u = prior.prox(x, 1.0)
    assert (prior(u) == 0).all() and torch.equal(prior.prox(x, 0.01), u)
    assert (norm(prior.prox(u, 1.0) - u) <= 1e-12 * norm(x)).all()


@having(Can.PROX | Can.CONVEX)
def test_moreau_and_firmly_nonexpansive(prior, shape, dtype):
    x, z = signal((2, *shape), dtype), signal((2, *shape), dtype, seed=1)
    for step in STEPS:
        # x = prox_{step g}(x) + step prox_{g* / step}(x / step)
        whole = prior.prox(x, step) + step * prior.conjugate_prox(x / step, 1 / step)
        assert (norm(whole - x) <= 1e-6 * norm(x)).all()
        for prox in (prior.prox, prior.conjugate_prox):
            d = prox(x, step) - prox(z, step)
            assert (norm2(d) <= dot(d, x - z) + 1e-6 * norm2(x - z)).all()


@having(Can.SPLIT | Can.VALUE)
def test_split_is_the_outer_prior_after_the_linear_map(prior, shape, dtype):
    x, linear = signal((2, *shape), dtype), prior.linear(shape)
    assert isinstance(linear, LinearOperator)
    assert linear.in_shape == shape
    assert Can.PROX in prior.outer.can
    assert not prior.outer.unfit(linear.out_shape, dtype)
    assert torch.allclose(prior(x), prior.outer(linear(x)), rtol=1e-13, atol=0)


@having(Can.GRAD | Can.VALUE)
def test_gradient_is_the_slope_of_the_value(prior, shape, dtype):
    v = signal((2, *shape), dtype, seed=1)
    for x in (signal((2, *shape), dtype), torch.zeros(2, *shape, dtype=dtype)):
        h = 1e-5
        slope = (prior(x + h * v) - prior(x - h * v)) / (2 * h)
        assert torch.allclose(dot(prior.grad(x), v), slope, rtol=1e-6, atol=1e-6 * float(prior(v).abs().max()))


@having(Can.HVP | Can.GRAD)
def test_hessian_is_the_slope_of_the_gradient_also_at_zero(prior, shape, dtype):
    v = signal((2, *shape), dtype, seed=1)
    for scale in (1.0, 0.03, 0.0):
        x, h = scale * signal((2, *shape), dtype), 1e-5
        slope = (prior.grad(x + h * v) - prior.grad(x - h * v)) / (2 * h)
        rounding = torch.finfo(torch.float64).eps * norm(prior.grad(x)) / h  # of the two gradients
        assert (norm(prior.hvp(x, v) - slope) <= 1e-6 * norm(slope) + rounding + 1e-300).all()


@having(Can.HVP | Can.GRAD)
def test_no_eigenvalue_of_the_hessian_exceeds_the_lipschitz_constant(prior, shape, dtype):
    for x in (signal((1, *shape), dtype), torch.zeros(1, *shape, dtype=dtype), 1e-2 * signal((1, *shape), dtype)):

        def apply(v: Tensor, x: Tensor = x) -> Tensor:
            return prior.hvp(x, v)

        assert power_norm(Map((shape, shape), apply, apply), x, steps=50) <= prior.lipschitz() * (1 + 1e-9)


@having(Can.HVP | Can.GRAD)
def test_no_hessian_exceeds_the_majorant(prior, shape, dtype):
    v = signal((8, *shape), dtype, seed=1)
    for x in (signal((8, *shape), dtype), 1e-2 * signal((8, *shape), dtype), 0 * v):
        below, above = dot(v, prior.hvp(x, v)), dot(v, prior.majorant(v))
        assert (below <= above * (1 + 1e-12) + 1e-12).all()
        assert (above <= prior.lipschitz() * norm2(v) * (1 + 1e-12)).all()


@having(Can.HVP)
def test_the_modes_of_a_basis_are_eigenvectors_of_the_hessian(prior, shape, dtype):
    v = signal((1, *shape), dtype)
    axes = tuple(range(2, v.ndim))
    transforms = {
        "pixels": (lambda u: u, lambda u: u),
        "fourier": (lambda u: torch.fft.fftn(u, dim=axes), lambda u: torch.fft.ifftn(u, dim=axes)),
        "cosine": (lambda u: cosines(u, axes), lambda u: cosine_sum(u, axes)),
    }
    for x in (signal((1, *shape), dtype), torch.zeros(1, *shape, dtype=dtype)):
        for basis, (there, back) in transforms.items():
            values = prior.spectrum(x, basis)
            if values is not None:
                applied = prior.hvp(x, v)
                assert values.shape == x.shape and not values.is_complex()
                assert (norm(back(values * there(v)) - applied) <= 1e-10 * norm(applied)).all()


@every_prior
def test_what_stands_for_a_prior_with_kinks_has_a_hessian_and_is_near(prior):
    x = signal((1, 1, 8, 8), number(prior))
    try:
        smooth = prior.smoothed(1e-7)
    except Refusal:
        assert Can.HVP not in prior.can
        return
    assert Can.HVP in smooth.can
    torch.testing.assert_close(smooth(x), prior(x), rtol=1e-5, atol=0)


@having(Can.QUADRATIC)
def test_quadratic_means_quadratic(prior, shape, dtype):
    x, v = signal((2, *shape), dtype), signal((2, *shape), dtype, seed=1)
    assert torch.allclose(prior.hvp(x, v), prior.hvp(0 * x, v), rtol=1e-13)
    assert torch.allclose(prior(0 * x) + dot(x, prior.grad(0 * x)) + dot(x, prior.hvp(x, x)) / 2, prior(x), rtol=1e-12)


@having(Can.CONVEX | Can.VALUE)
def test_convex_means_convex(prior, shape, dtype):
    x, z = signal((8, *shape), dtype), signal((8, *shape), dtype, seed=1)
    if Can.PROX in prior.can:  # inside a constraint, too
        x, z = torch.cat([x, prior.prox(x, 0.01)]), torch.cat([z, prior.prox(z, 0.01)])
    t = spread(torch.rand(len(x), generator=generator(2, 0), dtype=torch.float64), x)
    bound = t.flatten() * prior(x) + (1 - t.flatten()) * prior(z)
    assert (prior(t * x + (1 - t) * z) <= bound * (1 + 1e-12) + 1e-12).all()


@having(Can.VALUE)
def test_strong_convexity_is_what_a_parabola_may_take_away(prior, shape, dtype):
    modulus = prior.strong_convexity()
    if Can.CONVEX in prior.can:
        assert modulus >= 0
    if modulus in (0, -torch.inf):
        return  # the law of convexity, or no claim

    def rest(v: Tensor) -> Tensor:
        return prior(v) - modulus / 2 * norm2(v)

    for scale in (0.03, 0.3, 3.0):
        x, z = scale * signal((8, *shape), dtype), scale * signal((8, *shape), dtype, seed=1)
        assert (rest((x + z) / 2) <= (rest(x) + rest(z)) / 2 + 1e-12 * (prior(x) + prior(z))).all()


@having(Can.DENOISE)
def test_denoising_keeps_shape_and_dtype(prior, shape, dtype):
    x = signal((2, *shape), dtype)
    out = prior.denoise(x, 0.1)
    assert out.shape == x.shape
    assert out.dtype == x.dtype


@having(Can.SCORE)
def test_a_denoiser_with_a_score_has_the_derivative_that_guidance_asks_for(prior, shape, dtype):
    x, v, w = (signal((2, *shape), dtype, seed) for seed in range(3))
    with torch.no_grad():  # as in the loop
        back = torch.func.vjp(lambda u: prior.denoise(u, 0.1), x)[1](w)[0]
    h = 1e-5
    slope = (prior.denoise(x + h * v, 0.1) - prior.denoise(x - h * v, 0.1)) / (2 * h)
    torch.testing.assert_close(dot(back, v), dot(w, slope), rtol=1e-6, atol=1e-8)


@every_prior
def test_what_an_ability_implies_is_there(prior):
    if Can.PROX in prior.can:
        assert Can.SPLIT | Can.DENOISE in prior.can
    if Can.SCORE in prior.can:
        assert Can.DENOISE in prior.can


@having(Can.DENOISE | Can.PROX)
def test_a_prox_denoises_by_the_most_probable_signal(prior, shape, dtype):
    x = signal((2, *shape), dtype)
    assert torch.allclose(prior.denoise(x, 0.2), prior.prox(x, 0.2**2), rtol=1e-11, atol=1e-12)


@having(Can.SCORE | Can.QUADRATIC)
def test_the_score_of_a_normal_signal_is_that_of_its_noisy_law(prior, shape, dtype):
    """x ~ N(c, H^-1 + sigma^2): (H^-1 + sigma^2) score = c - x, with H applied to both sides."""
    x, sigma = signal((2, *shape), dtype), 0.3
    score = (prior.denoise(x, sigma) - x) / sigma**2
    assert (norm(score + sigma**2 * prior.hvp(x, score) + prior.grad(x)) <= 1e-11 * norm(x) * prior.lipschitz()).all()


@having(Can.RESTORE)
def test_restoring_gives_a_signal_of_the_shape_that_was_degraded(prior, shape, dtype):
    x = signal((2, *shape), dtype)
    out = CALLS[Can.RESTORE](prior, x)
    assert out.shape == x.shape
    assert out.dtype == x.dtype


@every_prior
def test_a_prior_without_a_value_says_that_it_is_unknown(prior):
    x = signal((2, 1, 8, 8), number(prior))
    if Can.VALUE not in prior.can and not prior.unfit((1, 8, 8), x.dtype):
        assert prior(x).shape == (2,) and prior(x).isnan().all()


@having(Can.SAMPLE | Can.GRAD)
def test_samples_are_of_the_density(prior, shape, dtype):
    """E grad g = 0 and E <x - c, grad g> = the number of unknowns, by parts: integrals of derivatives vanish."""
    count = 4000
    like = torch.zeros(count, *shape, dtype=dtype)
    x = prior.sample(like, generator(0, 0))
    assert x.shape == like.shape and x.dtype == dtype
    slope = torch.view_as_real(prior.grad(x)) if dtype.is_complex else prior.grad(x)
    assert (slope.mean(0).abs() <= 5 * slope.std(0) / count**0.5).all()
    unknowns = like[0].numel() * (2 if dtype.is_complex else 1)
    torch.testing.assert_close(
        dot(x - prior.centre(x), prior.grad(x)).mean().item(), float(unknowns), rtol=0.03, atol=0
    )
    assert (norm(x.mean(0, True) - prior.centre(x[:1])) <= 5 * norm(x.std(0)[None]) / count**0.5).all()
