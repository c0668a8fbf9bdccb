"""Priors made of networks: what each claims to be, against what is known without it."""

import pytest
import torch
from torch import Tensor

from workbench import weights
from workbench.algorithms import GradientDescent, PnPPGD
from workbench.data import truth
from workbench.denoisers import DnCNN, SuperResolution
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity
from workbench.parameters import as_code
from workbench.priors import (
    Can,
    Denoising,
    GradientStep,
    LearnedProximal,
    MagnitudeOf,
    PartsOf,
    RestorationPrior,
    ScorePrior,
)
from workbench.problem import Problem
from workbench.recipes import HandwrittenDigits
from workbench.refusal import Refusal
from workbench.run import after, iterate, run, until
from workbench.tensors import dot, generator, norm2, normal_like


def noise(x: Tensor, seed: int = 0) -> Tensor:
    return normal_like(x, generator(seed, 0))


def error(estimate: Tensor, signal: Tensor) -> float:
    return float((estimate - signal).square().mean())


CAMERA = truth("camera", 64).double()


@pytest.mark.parametrize("prior", [Denoising(), Denoising("DnCNN"), GradientStep()], ids=lambda p: type(p).__name__)
@pytest.mark.parametrize(("sigma", "left"), [(0.05, 0.5), (0.1, 0.35)])
def test_a_denoiser_takes_away_more_than_half_of_the_noise_of_a_picture_it_never_saw(prior, sigma, left):
    noisy = CAMERA + sigma * noise(CAMERA)
    assert error(prior.denoise(noisy, sigma), CAMERA) < left * sigma**2


def test_colours_have_a_network_of_their_own_which_beats_the_grey_one_channel_by_channel():
    astronaut = truth("astronaut", 64).double()
    noisy = astronaut + 0.1 * noise(astronaut)
    together, apart = (Denoising(channelwise=c).denoise(noisy, 0.1) for c in (False, True))
    assert error(together, astronaut) < error(apart, astronaut) < 0.4 * 0.1**2
    each = [Denoising().denoise(noisy[:, c : c + 1], 0.1) for c in range(3)]
    torch.testing.assert_close(apart, torch.cat(each, 1), rtol=1e-11, atol=1e-12)


def test_a_file_of_ones_own_takes_the_place_of_what_ships(tmp_path):
    network = DnCNN(2, 4, 3).drawn(generator(0, 0))
    weights.write(network, tmp_path / "own.safetensors", half=False)
    prior, x = Denoising(file=str(tmp_path / "own.safetensors")), noise(torch.zeros(1, 2, 6, 6))
    torch.testing.assert_close(prior.denoise(x, 0.1), network(x, 0.1))
    assert "2 channels" in prior.unfit((1, 6, 6), torch.float32)
    weights.write(SuperResolution(1, 4, 2), tmp_path / "other.safetensors")
    with pytest.raises(Refusal, match="SuperResolution"):
        Denoising(file=str(tmp_path / "other.safetensors"))
    with pytest.raises(Refusal, match="no file"):
        Denoising(file=str(tmp_path / "none.safetensors"))


@pytest.mark.parametrize(
    ("prior", "shape", "sentence"),
    [
        (Denoising(), (2, 8, 8), "switch on channelwise"),
        (GradientStep(), (3, 8, 8), "switch on channelwise"),
        (ScorePrior("digits"), (1, 16, 16), "switch on elsewhere"),
        (ScorePrior(), (1, 64, 64), "photographs of 32 x 32 px, and this is 64 x 64"),
        (RestorationPrior(), (1, 8, 7), "odd"),
        (LearnedProximal(), (1, 8), "pictures"),
    ],
)
def test_what_a_network_was_not_made_for_is_said_with_a_way_on(prior, shape, sentence):
    assert sentence in prior.unfit(shape, torch.float32)
    with pytest.raises(Refusal, match=sentence):
        Problem(GaussianBlur(shape), Gaussian(), prior, torch.zeros(1, *shape))
    assert "real" in prior.unfit((1, 8, 8), torch.complex64) or "8 x 8" in prior.unfit((1, 8, 8), torch.complex64)


def test_going_on_elsewhere_is_allowed_where_it_is_asked_for():
    assert not ScorePrior("digits", elsewhere=True).unfit((1, 16, 16), torch.float32)
    assert not GradientStep(channelwise=True).unfit((3, 8, 8), torch.float32)


def test_descent_on_the_potential_of_gradient_steps_never_rises():
    signal = CAMERA[:, :, :32, :32]
    problem = Problem.simulate(GaussianBlur((1, 32, 32)), Gaussian(0.03), GradientStep(), signal)
    states = list(until(iterate(problem, GradientDescent()), after(40)))
    heights = torch.stack([problem.objective(state.x) for state in states]).flatten()
    assert (heights[1:] <= heights[:-1]).all()
    assert error(states[-1].x, signal) < 0.8 * error(states[0].x, signal)


def test_no_curvature_upwards_of_the_potential_was_found_above_its_lipschitz_constant():
    for prior in (GradientStep(sigma=s) for s in (0.01, 0.05, 0.2)):
        shift = 15 / prior.sigma**2  # there are valleys of curvature -12 / sigma^2, which a descent does not mind
        for x in (CAMERA[:, :, :16, :16], noise(CAMERA[:, :, :16, :16]), torch.zeros(1, 1, 16, 16).double()):
            v = noise(x, 1)
            for _ in range(25):
                v = v / v.norm()
                v = torch.func.jvp(prior.grad, (x,), (v,))[1] + shift * v
            assert float(v.norm()) - shift <= prior.lipschitz()


def test_the_learned_prior_of_laplacian_entries_is_their_true_one():
    """-log p = |x| + a constant; learned with noise of 1, known where entries are: e^-4 of them lie beyond 4."""
    prior = LearnedProximal(family="laplacian")
    x = torch.linspace(-4, 4, 33, dtype=torch.float64).reshape(-1, 1, 1, 1)
    learned, true = prior(x), x.flatten().abs()
    shift = (learned - true).mean()
    assert (learned - shift - true).abs().max() < 0.15


def test_the_learned_prox_of_laplacian_entries_is_soft_thresholding():
    prior, y = LearnedProximal(family="laplacian"), torch.linspace(-4, 4, 33, dtype=torch.float64).reshape(-1, 1, 1, 1)
    assert (prior.prox(y, 1.0) - (y - y.clamp(-1, 1))).abs().max() < 0.25


@pytest.mark.parametrize("family", ["photographs", "laplacian"])
@pytest.mark.parametrize("t", [0.2, 1.0])
def test_the_learned_prox_beats_every_perturbation_under_its_own_learned_prior(family, t):
    """Up to t = 1 the minimum is the only one, whatever the weights of the network."""
    prior = LearnedProximal(family=family)
    x = CAMERA[:, :, 20:28, 20:28] + prior.noise * noise(CAMERA[:, :, 20:28, 20:28])
    step = t * prior.noise**2
    u = prior.prox(x, step)

    def height(w: Tensor) -> float:
        return float(norm2(w - x) / 2 + step * prior(w))

    others = [x, 0.9 * u, (u + x) / 2, *(u + s * noise(u, k) for k, s in enumerate((1e-4, 1e-3, 1e-2, 0.1, 1.0)))]
    assert all(height(w) > height(u) for w in others)


def test_the_value_of_the_learned_prior_has_the_slope_that_its_prox_says():
    """u = prox(x): x - u is the gradient of phi at u."""
    prior = LearnedProximal()
    x, v = CAMERA[:, :, 20:28, 20:28], noise(CAMERA[:, :, 20:28, 20:28], 3)
    u, h = prior.prox(x, prior.noise**2), 1e-5
    slope = prior.noise**2 * (prior(u + h * v) - prior(u - h * v)) / (2 * h)
    torch.testing.assert_close(slope, dot(x - u, v), rtol=1e-5, atol=1e-7)


def test_restoring_beats_repeated_pixels_on_a_picture_it_never_saw():
    prior = RestorationPrior()
    small = prior.degradation((1, 64, 64))(CAMERA)
    repeated = small.repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert error(prior.restore(small), CAMERA) < 0.6 * error(repeated, CAMERA)


@pytest.mark.parametrize(("sigma", "left"), [(0.1, 0.5), (0.5, 0.3), (5.0, 0.02)])
def test_digits_are_denoised_at_every_noise_better_than_the_best_linear_estimate(sigma, left):
    prior = ScorePrior("digits")
    learned, held = HandwrittenDigits().draw(generator(0, 0), 1000), HandwrittenDigits().held_out(generator(1, 0), 200)
    noisy = held + sigma * noise(held)
    found = error(prior.denoise(noisy, sigma), held)
    mean, flat = learned.mean(0), (learned - learned.mean(0)).flatten(1)
    covariance = flat.T @ flat / len(flat)
    gain = torch.linalg.solve(covariance + sigma**2 * torch.eye(64), covariance)
    wiener = error(mean + ((noisy - mean).flatten(1) @ gain).reshape(held.shape), held)
    assert found < 1.02 * wiener and found < left * sigma**2


@pytest.mark.parametrize("prior", [Denoising(), Denoising("DnCNN"), GradientStep(), LearnedProximal()], ids=as_code)
def test_the_advice_for_complex_signals_leads_somewhere(prior):
    z = torch.polar(CAMERA[..., :16, :16], CAMERA[..., 16:32, 16:32]) + 0.05 * noise(CAMERA[..., :16, :16] + 0j)
    with pytest.raises(Refusal, match=rf"PartsOf\({type(prior).__name__}\(\)\)"):
        Problem(Identity((1, 16, 16)), Gaussian(0.05), prior, z)
    found = PartsOf(prior).denoise(z, 0.05)
    torch.testing.assert_close(found.real, prior.denoise(z.real.contiguous(), 0.05))
    posed = Problem(Identity((1, 16, 16)), Gaussian(0.05), PartsOf(prior), z)
    assert bool(run(posed, PnPPGD(), steps=2).x.notnull().all())


def test_a_denoiser_of_moduli_keeps_the_phase():
    truth = torch.polar(CAMERA, 3 * CAMERA.flip(-1))
    noisy = truth + 0.1 * noise(truth)
    prior = MagnitudeOf(Denoising())
    x = prior.denoise(noisy, 0.1)
    size = Denoising().denoise(noisy.abs(), 0.1).clamp_min(0)
    torch.testing.assert_close(x.abs(), size)
    torch.testing.assert_close(x * noisy.abs(), size * noisy)
    assert error(x.abs(), CAMERA) < 0.4 * error(noisy.abs(), CAMERA)
    assert Can.PROX not in prior.can and Can.VALUE not in prior.can
    with pytest.raises(Refusal, match="a prox"):
        prior.prox(noisy, 0.1)
    with pytest.raises(Refusal, match="moduli >= 0"):
        MagnitudeOf(LearnedProximal())
