"""Statistics of chains against closed forms, brute force and samplers whose bias is known."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import scipy.stats
import torch
from torch import Tensor

from workbench import noise, operators, priors
from workbench.algorithms import MALA, Algorithm, GradientDescent, Needs, State, UnadjustedLangevin
from workbench.analysis import chains
from workbench.analysis.chains import ChainSamples, Distance, Interval, Moments, Reservoir, Sampling
from workbench.posterior import Posterior, exact
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import normal_like


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def autoregressive(phi: float, shape: tuple[int, ...]) -> Tensor:
    """x_t = phi x_t-1 + sqrt(1 - phi^2) e: stationary, of unit variance, with autocorrelation phi^t; (M, N, ...)."""
    noise_, path = torch.randn(shape, generator=rng(), dtype=torch.float64), []
    for t in range(shape[1]):
        path.append(noise_[:, t] if t == 0 else phi * path[-1] + math.sqrt(1 - phi**2) * noise_[:, t])
    return torch.stack(path, 1)


@pytest.mark.parametrize("phi", [-0.5, 0.0, 0.6, 0.9])
def test_the_effective_size_of_an_autoregressive_chain_is_known(phi):
    draws = autoregressive(phi, (8, 2000, 20))
    size = chains.effective_size(draws)
    assert size.shape == (20,)
    assert float(size.mean()) == pytest.approx(16_000 * (1 - phi) / (1 + phi), rel=0.08)
    rho = chains.autocorrelation(draws).mean(1)
    np.testing.assert_allclose(rho[:6], phi ** np.arange(6), atol=0.03)


def test_the_slowest_quantity_is_told_from_the_last_one():
    paths = torch.cat([autoregressive(phi, (4, 3000, 1)) for phi in (0.2, 0.9, 0.5)], 2)
    worst, last = chains.correlations(paths)
    assert len(worst) == len(last) == 1000
    np.testing.assert_allclose(worst[:4], 0.9 ** np.arange(4), atol=0.05)
    np.testing.assert_allclose(last[:4], 0.5 ** np.arange(4), atol=0.05)


def geyer(draws: np.ndarray) -> float:
    """The formula of Vehtari et al. 2021, equations 10 to 13, by loops."""
    half = draws.shape[1] // 2
    draws = np.concatenate([draws[:, :half], draws[:, -half:]])
    M, N = draws.shape
    means, within = draws.mean(1), draws.var(1, ddof=1).mean()
    whole = (N - 1) / N * within + means.var(ddof=1)
    rho = []
    for t in range(N):
        lagged = np.mean([((d[: N - t] - m) * (d[t:] - m)).sum() / N for d, m in zip(draws, means, strict=True)])
        rho.append(1.0 if t == 0 else 1 - (within - lagged) / whole)
    total, before = 0.0, math.inf
    for k in range(N // 2):
        pair = rho[2 * k] + rho[2 * k + 1]
        if pair <= 0:
            break
        before = min(before, pair)
        total += before
    return M * N / (2 * total - 1)


def test_the_effective_size_is_geyers_initial_monotone_sequence():
    draws = autoregressive(0.7, (3, 41, 4))
    expected = [geyer(draws[..., p].numpy()) for p in range(4)]
    np.testing.assert_allclose(chains.effective_size(draws), expected, rtol=1e-10)


def test_ranks_are_those_of_scipy_also_where_draws_are_equal():
    draws = torch.tensor([[[3.0, 1.0, 2.0, 2.0], [2.0, 5.0, 1.0, 4.0]]], dtype=torch.float64)
    ranks = scipy.stats.rankdata(draws.numpy().ravel())
    expected = scipy.stats.norm.ppf((ranks - 0.375) / 8.25)
    np.testing.assert_allclose(chains.normal_ranks(draws).ravel(), expected, rtol=1e-12)


def test_rhat_sees_another_mean_another_spread_and_a_trend_and_nothing_where_there_is_nothing():
    draws = torch.randn((4, 1000, 5), generator=rng(), dtype=torch.float64)
    draws[0, :, 1] += 1
    draws[0, :, 2] *= 4
    draws[:, :, 3] += torch.linspace(0, 2, 1000, dtype=torch.float64)
    draws[:, :, 4] = 7
    found = chains.rhat(draws)
    assert float(found[0]) == pytest.approx(1, abs=0.005)
    assert (found[1:4] > 1.05).all()
    assert float(found[4]) == math.inf and float(chains.effective_size(draws)[4]) == 0


def test_chains_that_stand_still_each_in_a_place_of_its_own_never_agree():
    still = torch.randn((4, 1, 3), generator=rng(), dtype=torch.float64).expand(4, 50, 3).clone()
    assert (chains.rhat(still) == math.inf).all() and (chains.effective_size(still) == 0).all()
    still[0, 25, 0] += 1  # one of them moved once: a number again, and a large one
    assert 5 < float(chains.rhat(still)[0]) < math.inf


def test_rhat_is_its_formula_on_normal_ranks():
    draws = torch.randn((2, 8, 1), generator=rng(), dtype=torch.float64)
    halves = np.concatenate([draws[:, :4, 0].numpy(), draws[:, 4:, 0].numpy()])

    def ratio(x: np.ndarray) -> float:
        z = scipy.stats.norm.ppf((scipy.stats.rankdata(x) - 0.375) / (x.size + 0.25)).reshape(x.shape)
        within = z.var(1, ddof=1).mean()
        return math.sqrt((3 / 4 * within + z.mean(1).var(ddof=1)) / within)

    middle = np.sort(halves.ravel())[7]  # torch's median is the lower one
    expected = max(ratio(halves), ratio(np.abs(halves - middle)))
    assert float(chains.rhat(draws)) == pytest.approx(expected, rel=1e-12)


def test_too_few_draws_are_refused():
    with pytest.raises(Refusal, match="at least 4 draws"):
        chains.effective_size(torch.zeros(2, 3))


def test_complex_draws_are_refused_and_not_cut_to_their_real_part():
    draws = torch.zeros(4, 10, 3, dtype=torch.complex128)
    for found in (chains.effective_size, chains.rhat, chains.autocorrelation):
        with pytest.raises(Refusal, match="view_as_real"):
            found(draws)
    assert chains.effective_size(torch.view_as_real(draws)).shape == (3, 2)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_moments_taken_one_by_one_are_those_of_all(dtype):
    draws = 1e3 + torch.randn((3, 50, 1, 4), generator=rng(), dtype=dtype)
    found = Moments.of(draws[:, 0])
    for i in range(1, 50):
        found = found.plus(draws[:, i])
    flat = draws.flatten(0, 1)
    torch.testing.assert_close(found.mean, flat.mean(0), rtol=1e-13, atol=0)
    torch.testing.assert_close(found.variance, flat.var(0), rtol=1e-10, atol=0)
    assert not found.variance.is_complex()


def test_moments_of_single_precision_far_from_0_are_those_of_their_draws_in_double():
    """A running mean in single precision stood still: it was 0.34 off, where 8000 draws tell it to 0.09."""
    draws = (1e6 + 8 * torch.randn((2, 4000, 1, 3), generator=rng(), dtype=torch.float64)).float()
    found = Moments.of(draws[:, 0])
    for i in range(1, draws.shape[1]):
        found = found.plus(draws[:, i])
    flat = draws.flatten(0, 1).numpy().astype(np.float64)
    np.testing.assert_allclose(found.mean.numpy(), flat.mean(0), rtol=1e-12)
    np.testing.assert_allclose(found.variance.numpy(), flat.var(0, ddof=1), rtol=1e-9)


def test_the_path_of_the_mean_of_all_pixels_is_in_double():
    """Of pixels at 1e6 the mean of all moves by less than single precision can show: its R-hat was that of rounding."""
    truth = torch.full((1, 1, 16, 16), 1e6)
    bright = Problem.simulate(operators.Identity((1, 16, 16)), noise.Gaussian(1.0), priors.Tikhonov(1e-9), truth)
    *_, found = chains.sampled(bright, MALA(), Sampling(chains=3, draws=40))
    assert found.paths is not None
    by_hand = found.paths[:, -1, -1].numpy() - found.last.numpy().astype(np.float64).mean((1, 2, 3))
    assert np.abs(by_hand).max() < 1e-8


def test_a_reservoir_keeps_each_draw_as_likely_as_the_others(monkeypatch):
    monkeypatch.setattr("workbench.analysis.chains.reservoir.MEMORY", 1)
    counts = torch.zeros(400)
    for seed in range(150):
        reservoir = Reservoir(torch.zeros(1, 1), rng(seed))
        for start in range(0, 400, 8):
            reservoir.add(torch.arange(start, start + 8)[:, None])
        kept = reservoir.kept().flatten()
        assert len(kept.unique()) == 64
        counts[kept] += 1
    parts = counts.reshape(8, 50).sum(1)
    assert float(((parts - 1200) ** 2 / 1200).sum()) < 20  # chi squared of 7 degrees: 0.6 % lie beyond


def test_quantiles_are_those_of_numpy_and_intervals_cover_what_they_say():
    draws = torch.randn((101, 2, 3), generator=rng(), dtype=torch.float64)
    levels = (0.05, 0.5, 0.95)
    np.testing.assert_allclose(chains.quantiles(draws, levels), np.quantile(draws.numpy(), levels, axis=0), rtol=1e-12)
    many = torch.randn((4000, 30), generator=rng(1), dtype=torch.float64)
    for share in (0.5, 0.9):
        (interval,) = Interval.of(many, share)
        assert interval.coverage(torch.randn((500, 30), generator=rng(2))) == pytest.approx(share, abs=0.02)
    sides = Interval.of(many, 0.9)[0].side(torch.tensor([-9.0] * 10 + [0.0] * 10 + [9.0] * 10))
    assert sides.tolist() == [-1] * 10 + [0] * 10 + [1] * 10


def test_the_sliced_distance_of_normal_draws_is_known():
    """Of N(0, 1) from N(m, s^2) in every direction: |m|^2 / d + (s - 1)^2."""
    d = 16
    one, other = (torch.randn((20_000, d), generator=rng(k), dtype=torch.float64) for k in (1, 2))
    shift = torch.zeros(d, dtype=torch.float64)
    shift[3] = 2.0
    far = chains.sliced_wasserstein(one, 1.5 * other, rng(3))
    assert far == pytest.approx(0.5, rel=0.03)
    moved = [chains.sliced_wasserstein(one[:3000], other[:3000] + shift[None], rng(k)) ** 2 for k in range(30)]
    assert np.mean(moved) == pytest.approx(4 / d, rel=0.05)
    assert chains.sliced_wasserstein(one, one[:5000], rng(3)) < 0.03


SHAPE = (1, 6, 6)


def problem(prior: priors.Prior | None = None) -> Problem:
    x = torch.rand(1, *SHAPE, generator=rng(3), dtype=torch.float64)
    return Problem.simulate(operators.GaussianBlur(SHAPE, 0.7), noise.Gaussian(0.5), prior or priors.Tikhonov(2.0), x)


@dataclass(frozen=True)
class Knowing(State):
    known: Posterior = field(kw_only=True)


@dataclass(frozen=True)
class Exact(Algorithm):
    """Independent draws of the exact posterior, scaled about its mean and moved: a sampler of known errors."""

    scale: float = 1.0
    shift: float = 0.0

    needs = Needs()
    random = True

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Knowing:
        known = exact(replace(problem, y=problem.y[:1], truth=None))
        assert known is not None
        return Knowing(x, known=known)

    def step(self, problem: Problem, state: Knowing, rng: torch.Generator) -> Knowing:
        known = state.known
        away = self.scale * (known.sample(len(state.x), rng) - known.mean) + self.shift * known.variance.sqrt()
        return replace(state, x=known.mean + away, k=state.k + 1)


def ended(algorithm: Algorithm, sampling: Sampling, of: Problem | None = None) -> ChainSamples:
    *_, found = chains.sampled(of or problem(), algorithm, sampling)
    return found


def far(found: ChainSamples) -> Distance:
    distance = found.looks[-1].distance
    assert distance is not None
    return distance


def test_exact_draws_are_found_to_be_exact():
    found = ended(Exact(), Sampling(chains=16, warmup=0, draws=250))
    distance = far(found)
    assert abs(distance.variance - 1) < 3 * distance.variance_error < 0.03
    assert distance.mean < 0.03 and distance.sliced < 1.5 * distance.alike
    assert distance.inside == pytest.approx((0.5, 0.9), abs=0.02)
    assert "agrees with the exact one" in distance.sentence
    assert found.looks[-1].rhat < 1.02 and found.looks[-1].median > 3000


def test_a_sampler_that_spreads_too_far_and_one_that_is_off_are_told():
    wide = far(ended(Exact(scale=1.1), Sampling(chains=16, warmup=0, draws=250)))
    assert wide.variance == pytest.approx(1.21, abs=0.02)
    assert f"{wide.variance - 1:.1%} too large" in wide.sentence
    off = far(ended(Exact(shift=0.5), Sampling(chains=16, warmup=0, draws=250)))
    assert off.mean == pytest.approx(0.5, abs=0.02) and off.variance == pytest.approx(1, abs=0.02)
    assert "off by 0.5 standard deviations" in off.sentence
    expected = np.diff(scipy.stats.norm.cdf(np.array([-1, 1]) * scipy.stats.norm.ppf(0.95) + 0.5))
    assert off.inside[1] == pytest.approx(expected[0], abs=0.02)


def test_the_known_bias_of_langevin_is_measured_and_metropolis_has_none():
    of = problem()
    curvature = of.operator.transfer().square() / 0.25 + 2.0
    step = 1 / float(curvature.max())
    modes = 1 / curvature
    known = float((modes / (1 - step * curvature / 2)).mean() / modes.mean())
    sampling = Sampling(chains=48, warmup=60, draws=200)
    biased, free = far(ended(UnadjustedLangevin(step), sampling)), far(ended(MALA(step), sampling))
    assert known > 1.1
    assert biased.variance == pytest.approx(known, abs=3 * biased.variance_error)
    assert free.variance == pytest.approx(1, abs=3 * free.variance_error)
    assert free.variance_error < 0.03


@dataclass(frozen=True)
class Once(Algorithm):
    """White noise, of which a run of three steps draws one."""

    random = draws_at_end = True

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> State:
        return State(x)

    def step(self, problem: Problem, state: State, rng: torch.Generator) -> State:
        return replace(state, x=normal_like(problem.operator(state.x), rng), k=state.k + 1)

    def done(self, state: State) -> bool:
        return state.k >= 3


def test_runs_that_end_in_one_draw_are_begun_again_and_calls_are_counted():
    found = ended(Once(), Sampling(chains=4, draws=20))
    assert found.draws == 20 and found.k == 60
    assert found.tally.forward == 60 and found.tally.network == 0
    assert found.paths is not None and found.paths.shape == (4, 20, 25)
    assert len(found.paths[..., 0].unique()) == 80


def test_denoisings_and_products_are_counted_for_a_batch_not_for_its_items():
    counted, tally = chains.tallied(chains.replicated(problem(), 5))
    counted.misfit_grad(counted.zeros())
    counted.prior.denoise(counted.zeros(), 0.1)
    assert (tally.forward, tally.adjoint, tally.network) == (1, 1, 1)
    problem().misfit_grad(problem().zeros())
    assert tally.forward == 1


def test_what_is_no_sampler_is_refused_and_what_has_no_exact_posterior_says_so():
    with pytest.raises(Refusal, match="has one answer"):
        next(chains.sampled(problem(), GradientDescent(), Sampling()))
    found = ended(
        UnadjustedLangevin(), Sampling(chains=3, warmup=2, draws=20), problem(priors.SmoothedTotalVariation())
    )
    assert found.known is None and "no exact posterior" in found.why
    assert found.looks[-1].distance is None and found.acceptance is None
    assert [look.draws for look in found.looks] == [8, 10, 13, 17, 20]  # a quarter more each time, and at the end
    assert ended(MALA(), Sampling(chains=3, warmup=2, draws=20)).acceptance is not None


def test_complex_signals_have_chains_too():
    operator = operators.FourierMask((1, 4, 4), keep=0.8)
    truth = torch.randn(1, 1, 4, 4, generator=rng(), dtype=torch.complex128)
    of = Problem.simulate(operator, noise.Gaussian(0.3), priors.Tikhonov(2.0), truth)
    found = ended(Exact(), Sampling(chains=8, warmup=0, draws=150), of)
    assert abs(far(found).variance - 1) < 0.05 and far(found).mean < 0.1
    assert found.moments is not None and found.moments.mean.shape == (1, 4, 4)


def test_chains_of_one_number_need_no_axis_for_it():
    draws = torch.randn(3, 40, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    for measured in (chains.rhat, chains.effective_size):
        assert torch.equal(measured(draws), measured(draws[..., None])[0])
