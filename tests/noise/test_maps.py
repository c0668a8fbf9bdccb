"""Noises with a measured map: closed forms in double precision, and what a map may not be."""

import json
import math

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
import torch

from workbench import storage
from workbench.algorithms import (
    FISTA,
    MLEM,
    OSEM,
    PDHG,
    ConjugateGradient,
    GradientDescent,
)
from workbench.data import Measured
from workbench.data.steps import TransposeAxes
from workbench.experiment import Experiment, from_run
from workbench.noise import Gaussian, Noise, Poisson, WeightedGaussian
from workbench.operators import Identity, Mask, Radon
from workbench.parameters import arrays_of, describe, rebuild
from workbench.priors import NonNegative, Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate, run
from workbench.stopping.risk import numbers, residual
from workbench.tensors import dot, generator

SPACE = (6, 5)


def drawn(number: int, *shape: int) -> torch.Tensor:
    return torch.rand(*(shape or (1, 1, *SPACE)), generator=generator(number, 0), dtype=torch.float64)


SIGMAS = 0.05 + drawn(1, *SPACE)
DARK = 0.02 + drawn(2, *SPACE)


def holding(sigmas: torch.Tensor) -> list[WeightedGaussian]:
    """The same noise in three ways."""
    return [
        WeightedGaussian(sigmas),
        WeightedGaussian(sigmas**2, holds="variances"),
        WeightedGaussian(sigmas**-2, holds="weights"),
        WeightedGaussian(sigmas / 3, scale=3.0),
    ]


@pytest.mark.parametrize("noise", holding(SIGMAS), ids=["deviations", "variances", "weights", "scaled"])
def test_weighted_noise_is_that_of_scipy_entry_by_entry(noise):
    clean, y = drawn(3), drawn(4)
    law = scipy.stats.norm(clean[0, 0].numpy(), SIGMAS.numpy())
    constant = np.log(SIGMAS.numpy() * math.sqrt(2 * math.pi)).sum()
    assert float(noise.nll(clean, y)) == pytest.approx(-law.logpdf(y[0, 0].numpy()).sum() - constant, rel=1e-12)
    assert torch.allclose(noise.grad(clean, y), (clean - y) / SIGMAS**2, rtol=1e-12)
    assert torch.allclose(noise.precision(clean)[0, 0], SIGMAS**-2, rtol=1e-12)
    assert torch.allclose(noise.variance(y)[0, 0], SIGMAS**2, rtol=1e-12)
    assert noise.lipschitz(y) == pytest.approx(float(SIGMAS.min()) ** -2)
    assert noise.strong_convexity(y) == pytest.approx(float(SIGMAS.max()) ** -2)


def test_prox_and_conjugate_meet_at_every_entry():
    noise, v, y = WeightedGaussian(SIGMAS), drawn(3), drawn(4)
    u = noise.prox(v, y, 0.07)
    assert float((u - v + 0.07 * noise.grad(u, y)).abs().max()) < 1e-14
    p = noise.grad(u, y)
    assert float(noise.nll(u, y) + noise.conjugate(p, y) - dot(p, u)) == pytest.approx(0, abs=1e-11)


def test_a_map_of_equal_numbers_is_white_noise():
    white, mapped = Gaussian(0.2), WeightedGaussian(torch.full(SPACE, 0.2, dtype=torch.float64))
    clean, y = drawn(3), drawn(4)
    for found, known in ((mapped.nll, white.nll), (mapped.grad, white.grad), (mapped.conjugate, white.conjugate)):
        assert torch.allclose(found(clean, y), known(clean, y), rtol=1e-12)
    assert torch.allclose(mapped.prox(clean, y, 0.1), white.prox(clean, y, 0.1), rtol=1e-12)
    assert torch.equal(mapped.sample(clean, generator(0, 0)), white.sample(clean, generator(0, 0)))


def test_moments_at_the_truth_entry_by_entry():
    levels = torch.tensor([0.0, 0.1, 0.5, 2.0], dtype=torch.float64)
    noise = WeightedGaussian(levels**2, holds="weights", scale=0.7)
    clean = torch.ones(40_000, 4, dtype=torch.float64)
    slope = noise.grad(clean, noise.sample(clean, generator(0, 0)))
    deviation = noise.precision(clean)[0].sqrt()
    assert torch.all(slope.mean(0).abs() <= 5 * deviation / 200)
    assert torch.allclose(slope.std(0), deviation, rtol=5 / 280)
    assert float(slope[:, 0].abs().max()) == 0


@pytest.mark.parametrize("method", [ConjugateGradient(), FISTA(), PDHG(), GradientDescent()])
def test_methods_find_the_weighted_ridge(method):
    operator = Radon((1, 8, 8), 12)
    sigmas = 0.3 + drawn(5, *operator.out_shape[1:])
    weights = torch.where(drawn(6, *operator.out_shape[1:]) < 0.2, 0, sigmas**-2)
    problem = Problem(
        operator, WeightedGaussian(weights, holds="weights"), Tikhonov(2.0), drawn(7, 1, *operator.out_shape)
    )
    matrix = torch.stack([operator(e.reshape(1, 1, 8, 8)).flatten() for e in torch.eye(64, dtype=torch.float64)], 1)
    hessian = matrix.T @ (weights.reshape(-1, 1) * matrix) + problem.prior.hvp(
        problem.zeros(), problem.zeros() + 1
    ).mean() * torch.eye(64)
    known = torch.linalg.solve(hessian, matrix.T @ (weights.flatten() * problem.y.flatten()))
    for state in iterate(problem, method):
        if state.k >= 3000 or method.done(state):
            break
    assert float((state.x.flatten() - known).abs().max() / known.abs().max()) < 1e-6


def test_what_was_not_measured_is_read_by_nothing():
    operator = Identity((1, *SPACE))
    weights = torch.where(drawn(5, *SPACE) < 0.3, 0, SIGMAS**-2)
    noise = WeightedGaussian(weights, holds="weights")
    y = drawn(7)
    odd = torch.where(weights > 0, y, 1e6)
    one, other = (Problem(operator, noise, TotalVariation(3.0), each) for each in (y, odd))
    assert torch.equal(one.seen[0], weights > 0)
    assert torch.equal(one.start(), other.start())
    assert numbers(one) == int((weights > 0).sum())
    assert torch.equal(residual(one, 0 * y), residual(other, 0 * y))
    assert float(one.expected_misfit()) == numbers(one) / 2
    a, b = (run(each, PDHG(), steps=200).x for each in (one, other))
    assert np.array_equal(a.values, b.values)


def test_expected_misfit_of_data_with_gaps_takes_the_map_of_those_data():
    pattern = drawn(10, *SPACE) < 0.7
    operator, y = Mask((1, *SPACE), pattern=pattern), drawn(9)
    weighted = Problem(operator, WeightedGaussian(SIGMAS), Tikhonov(), y)
    outside = (y[0, 0] ** 2 / SIGMAS**2 / 2)[~pattern].sum()
    assert float(weighted.expected_misfit()) == pytest.approx(int(pattern.sum()) / 2 + float(outside), rel=1e-12)
    kept = Poisson(100.0, DARK).of(pattern[None])
    assert torch.equal(kept.entries(y[:, pattern[None]])[0], DARK[pattern])


def test_counts_with_a_measured_background_are_those_of_scipy():
    noise, clean = Poisson(50.0, DARK), drawn(3)
    y = noise.sample(clean, generator(0, 0))
    rates = 50 * (clean + DARK)[0, 0].numpy()
    counts = (50 * y[0, 0]).round().numpy()
    known = (scipy.stats.poisson(counts).logpmf(counts) - scipy.stats.poisson(rates).logpmf(counts)).sum()
    assert float(noise.nll(clean, y)) == pytest.approx(known, rel=1e-9)
    each = [Poisson(50.0, float(b)) for b in DARK.flatten()]

    def by_entry(ask) -> torch.Tensor:
        found = [
            ask(n, clean.flatten()[k : k + 1, None] - 0.5, y.flatten()[k : k + 1, None]) for k, n in enumerate(each)
        ]
        return torch.stack([f.flatten()[0] for f in found])

    for ask in (
        lambda n, c, y: n.grad(c, y),
        lambda n, c, y: n.curvature(c, y),
        lambda n, c, y: n.precision(c),
        lambda n, c, y: n.prox(c, y, 0.01),
    ):
        assert torch.allclose(ask(noise, clean - 0.5, y).flatten(), by_entry(ask), rtol=1e-12)
    p = noise.grad(clean, y)
    assert float(noise.conjugate(p, y)) == pytest.approx(
        float(by_entry(lambda n, c, y: n.conjugate(n.grad(c + 0.5, y), y)).sum()), rel=1e-9
    )
    assert noise.lipschitz(y) == pytest.approx(
        max(n.lipschitz(y.flatten()[k : k + 1, None]) for k, n in enumerate(each))
    )


@pytest.mark.parametrize("method", [MLEM(), OSEM(blocks=4)])
def test_expectation_maximisation_takes_the_map(method):
    operator = Radon((1, 8, 8), 12)
    truth = drawn(5, 1, 1, 8, 8)
    dark = 0.5 * drawn(6, *operator.out_shape[1:]) + 0.01
    y = operator(truth) + dark  # without noise: the truth explains them, and no other background does
    problem = Problem(operator, Poisson(100.0, dark), NonNegative(), y, truth)
    wrong = Problem(operator, Poisson(100.0, float(dark.mean())), NonNegative(), y, truth)
    ends = []
    for each in (problem, wrong):
        for state in iterate(each, method):
            if state.k >= 300:
                break
        ends.append(float((state.x - truth).norm() / truth.norm()))
    assert float(problem.misfit(truth)) == pytest.approx(0, abs=1e-12)
    assert ends[0] < 0.5 * ends[1]


BAD = torch.ones(SPACE, dtype=torch.float64)


def _with(value: float) -> torch.Tensor:
    made = BAD.clone()
    made[0, 0] = value
    return made


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"uncertainty": _with(math.nan)}, "finite|NaN"),
        ({"uncertainty": _with(-0.1), "holds": "weights"}, "below 0"),
        ({"uncertainty": _with(0.0)}, "weight 0"),
        ({"uncertainty": BAD * 1j}, "complex"),
        ({"uncertainty": _with(1e-30)}, "other units"),
        ({"uncertainty": torch.ones(0, 3)}, "numbers for"),
    ],
)
def test_what_cannot_be_a_weight_map_is_refused(given, said):
    with pytest.raises(Refusal, match=said):
        WeightedGaussian(**given)


def test_a_map_of_nothing_but_zeros_is_refused_with_its_data():
    with pytest.raises(Refusal, match="all weights are 0"):
        Problem(Identity((1, *SPACE)), WeightedGaussian(0 * BAD, holds="weights"), Tikhonov(), drawn(1))


@pytest.mark.parametrize(("value", "said"), [(math.nan, "finite|NaN"), (0.0, "raise what is 0"), (-1.0, "1 of 30")])
def test_what_cannot_be_a_background_is_refused(value, said):
    with pytest.raises(Refusal, match=said):
        Poisson(100.0, _with(value))


@pytest.mark.parametrize("noise", [WeightedGaussian(SIGMAS), Poisson(100.0, DARK)])
def test_a_map_of_another_shape_is_refused_and_never_stretched(noise: Noise):
    for shape in ((1, 6, 6), (1, 5, 6), (2, *SPACE), (1, 6, 5, 5)):
        with pytest.raises(Refusal, match="6 x 5"):
            Problem(Identity(shape), noise, Tikhonov(), torch.ones(1, *shape))
        with pytest.raises(Refusal, match="6 x 5"):
            Problem.simulate(Identity(shape), noise, Tikhonov(), torch.ones(1, *shape))
    Problem(Identity((1, *SPACE)), noise, Tikhonov(), torch.ones(1, 1, *SPACE))


@pytest.mark.parametrize("noise", [WeightedGaussian(SIGMAS.float()), Poisson(100.0, DARK)])
def test_a_run_keeps_its_map_bit_for_bit(noise: Noise):
    kept = arrays_of(noise)
    again = rebuild(json.loads(json.dumps(describe(noise))), kept)
    assert again == noise
    field = noise.mapped
    assert getattr(again, field).dtype == getattr(noise, field).dtype
    assert torch.equal(getattr(again, field), getattr(noise, field))
    assert noise != type(noise)()


def test_a_map_says_which_numbers_it_has():
    weights = torch.tensor([0.0, 4.0, 16.0, 100.0])
    (said,) = WeightedGaussian(weights, holds="weights").remarks(None)
    assert said == "standard deviations of the data are 0.1 to 0.5, 0.25 in the middle; 1 of 4 have the weight 0"
    (said,) = Poisson(1.0, torch.tensor([1.0, 3.0])).remarks(torch.tensor([5.0, 7.0]))
    assert said == "the background is 1 to 3, 2 on average beside data of 6"
    assert WeightedGaussian().remarks(None) == Poisson().remarks(None) == ()
    source = Measured(drawn(4)[0, 0], steps=(TransposeAxes((1, 0)),))
    turned = Experiment(source, Identity((1, 5, 6)), WeightedGaussian(SIGMAS.T.contiguous()), NonNegative())
    assert "goes through no step" in turned.remarks(source.loaded().tensor)[-1]


@pytest.mark.parametrize("noise", [WeightedGaussian(SIGMAS.float(), scale=2.0), Poisson(100.0, DARK)])
def test_a_saved_run_goes_on_with_its_map(noise: Noise, tmp_path):
    experiment = Experiment(Measured(drawn(4)), Identity((1, *SPACE)), noise, NonNegative(), steps=2)
    storage.save(experiment.run(), tmp_path / "run.nc")
    again = from_run(storage.load(tmp_path / "run.nc"))
    assert describe(again) == describe(experiment)
    x = experiment.problem().start()
    assert torch.equal(again.problem().misfit(x), experiment.problem().misfit(x))
