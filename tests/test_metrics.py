"""Quality measures against scikit-image."""

import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from workbench.algorithms import State
from workbench.analysis import psnr, residual, ssim, standard
from workbench.analysis.metrics import signal_to_noise, similarity
from workbench.data import truth
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import Zero
from workbench.problem import Problem


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
    assert len(standard(problem)) == 4
    unknown = Problem(problem.operator, problem.noise, problem.prior, problem.y)
    assert len(standard(unknown)) == 2
    with pytest.raises(ValueError, match="no truth"):
        psnr(unknown, state)


@pytest.mark.parametrize("shape", [(1, 1, 5, 9), (1, 1, 4, 4), (1, 1, 3)])
def test_small_signals_get_a_smaller_window(shape):
    x = torch.rand(shape, generator=torch.Generator().manual_seed(1))
    assert similarity(x, x).item() == pytest.approx(1, abs=1e-5)
