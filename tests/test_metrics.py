"""Quality measures against scikit-image."""

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from workbench.algorithms import LBFGS, State
from workbench.analysis import psnr, residual, ssim, standard
from workbench.analysis.data_fit import DataFit
from workbench.analysis.metrics import signal_to_noise, similarity
from workbench.data import truth
from workbench.figures.shown import signals
from workbench.noise import Gaussian, WeightedGaussian
from workbench.operators import Identity, PhaseRetrieval
from workbench.priors import Tikhonov, Zero
from workbench.problem import Problem
from workbench.run import quantities, run


def pair(name: str, size: int = 64) -> tuple[torch.Tensor, torch.Tensor]:
    clean = truth(name, size).double()
    noisy = clean + 0.1 * torch.randn(clean.shape, generator=torch.Generator().manual_seed(0), dtype=clean.dtype)
    return noisy, clean


@pytest.mark.parametrize("name", ["camera", "astronaut", "ecg"])
def test_measures_agree_with_scikit_image(name):
    noisy, clean = pair(name)
    a, b = noisy[0].numpy(), clean[0].numpy()
    wanted = structural_similarity(a, b, win_size=7, data_range=1, channel_axis=0)
    assert similarity(noisy, clean).item() == pytest.approx(wanted, rel=1e-10)
    assert signal_to_noise(noisy, clean).item() == pytest.approx(peak_signal_noise_ratio(b, a, data_range=1), rel=1e-10)


def test_a_batch_is_measured_item_by_item():
    noisy, clean = pair("camera")
    x, reference = torch.cat([noisy, clean]), torch.cat([clean, clean])
    assert similarity(x, reference)[1] == pytest.approx(1)
    assert torch.equal(similarity(x, reference)[:1], similarity(noisy, clean))
    assert torch.isfinite(signal_to_noise(clean, clean)).all(), "no infinity, which no file format has a word for"


def test_complex_signals_are_compared_by_modulus():
    noisy, clean = pair("camera")
    turned = noisy * torch.exp(torch.tensor(1j, dtype=torch.complex128))
    torch.testing.assert_close(similarity(turned, clean + 0j), similarity(noisy.abs(), clean))


def test_probes_read_a_state():
    noisy, clean = pair("camera")
    problem = Problem(Identity((1, 64, 64)), Gaussian(), Zero(), noisy, clean)
    state = State(clean)
    assert residual(problem, state)["residual"].item() == pytest.approx(float((clean - noisy).norm() / noisy.norm()))
    assert ssim(problem, state)["ssim"].item() == pytest.approx(1)
    unknown = Problem(problem.operator, problem.noise, problem.prior, problem.y)
    known, told = ({q.title for q in quantities(*standard(p))} for p in (problem, unknown))
    assert known - told == {"PSNR", "SSIM"}, "which need a truth"
    with pytest.raises(ValueError, match="no truth"):
        psnr(unknown, state)


@pytest.mark.parametrize("shape", [(1, 1, 5, 9), (1, 1, 4, 4), (1, 1, 3)])
def test_small_signals_get_a_smaller_window(shape):
    x = torch.rand(shape, generator=torch.Generator().manual_seed(1))
    assert similarity(x, x).item() == pytest.approx(1, abs=1e-5)


def retrieved(operator: PhaseRetrieval, change) -> torch.Tensor:
    """What a change that intensities do not see does to the PSNR of a signal that is 0.01 off the truth, of 40 dB."""
    clean = truth("camera", 32).double().expand(2, *operator.in_shape)
    clean = clean * torch.exp(1j * clean.flip(-1)) if operator.complex_valued else clean
    problem = Problem(operator, Gaussian(), Zero(), operator(clean), clean)
    x = change(clean + 0.01)
    torch.testing.assert_close(operator(x), operator(clean + 0.01))
    plain, found = (psnr(problem, State(v))["psnr"] for v in (clean + 0.01, x))
    assert bool((plain > 39.9).all())
    return found - plain


@pytest.mark.parametrize(
    ("masks", "cplx", "change"),
    [
        (2, False, lambda x: -x),
        (1, False, lambda x: x * torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1)),
        (3, True, lambda x: x * torch.exp(torch.tensor(2.1j, dtype=torch.complex128))),
        (0, False, lambda x: -x.flip(-1, -2)),
        (0, True, lambda x: 1j * x.flip(-1, -2).conj().resolve_conj()),
    ],
)
def test_what_the_data_cannot_tell_counts_for_nothing(masks, cplx, change):
    found = retrieved(PhaseRetrieval((1, 32, 32), masks, cplx), change)
    assert bool((found.abs() < 1e-6).all())


def test_each_channel_has_a_sign_of_its_own():
    operator = PhaseRetrieval((3, 32, 32), 2)
    signs = torch.tensor([1.0, -1.0, 1.0]).reshape(1, 3, 1, 1)
    found = retrieved(operator, lambda x: x * signs)
    assert bool((found.abs() < 1e-6).all())


def test_the_error_in_a_figure_is_taken_there_too():
    clean = truth("camera", 32).double()
    problem = Problem.simulate(PhaseRetrieval((1, 32, 32), 4), Gaussian(0.01), Tikhonov(1e-6), clean)
    found = run(problem, LBFGS(), *standard(problem), steps=80, every=80)
    turned = found.assign(x=-found.x)
    errors = [next(panel.values for panel in signals(ds) if panel.title == "error") for ds in (found, turned)]
    np.testing.assert_allclose(*errors, atol=1e-12)
    assert np.abs(errors[0]).max() < 0.2


def test_the_residual_is_that_of_the_data_that_were_measured():
    """A dead pixel of the weight 0 may hold anything."""
    y, weights = torch.full((1, 1, 4, 4), 2.0, dtype=torch.float64), torch.ones(1, 4, 4, dtype=torch.float64)
    weights[0, 1, 2], y[0, 0, 1, 2] = 0, 1e6
    problem = Problem(Identity((1, 4, 4)), WeightedGaussian(weights, "weights"), Zero(), y)
    state = State(torch.full_like(y, 1.5), 0)
    fit = DataFit()
    for found in (residual(problem, state), fit.residual(problem, state)):
        assert found["residual"].item() == pytest.approx(0.25)
