"""ConvolutionPSF, the blurs of optics, HeatDiffusion and BicubicDownsample against scipy, Pillow and closed forms."""

import math

import numpy as np
import PIL.Image
import pytest
import scipy.ndimage
import torch

from tests.laws.small import random
from workbench.operators import AiryBlur, BicubicDownsample, ConvolutionPSF, DefocusBlur, HeatDiffusion, MoffatBlur
from workbench.parameters import as_text, parameters
from workbench.refusal import Refusal

KERNEL = ((0.1, 0.2, -0.3), (0.4, 0.5, 0.6), (0.0, 0.8, 0.9), (1.0, 0.3, 0.2))


@pytest.mark.parametrize(("boundary", "mode"), [("periodic", "wrap"), ("zero", "constant")])
def test_any_kernel_is_that_of_scipy(boundary, mode):
    x = random((1, 2, 9, 7), torch.float64)
    wanted = [scipy.ndimage.convolve(channel.numpy(), np.array(KERNEL), mode=mode) for channel in x[0]]
    assert np.abs(ConvolutionPSF((2, 9, 7), KERNEL, boundary)(x)[0].numpy() - wanted).max() < 1e-14


def test_a_kernel_larger_than_the_signal_goes_round():
    A, x = ConvolutionPSF((1, 3), ((1.0, 2.0, 3.0, 4.0, 5.0),), "periodic"), torch.eye(3)[None, :1]
    assert A(x).flatten().tolist() == pytest.approx([3, 4 + 1, 5 + 2])


def test_a_kernel_reads_back_as_text():
    parameter = next(p for p in parameters(ConvolutionPSF) if p.name == "kernel")
    assert parameter.parse(as_text(KERNEL), "ConvolutionPSF") == KERNEL
    assert parameter.parse("1,2", "ConvolutionPSF") == ((1.0, 2.0),)
    assert "a list of lists of numbers" in parameter.wanted()


@pytest.mark.parametrize("blur", [DefocusBlur((1, 33, 40), 4.5), AiryBlur((1, 33, 40)), MoffatBlur((1, 33, 40))])
def test_blurs_of_optics_keep_the_mean_and_are_symmetric(blur):
    assert float(blur.kernel.sum()) == pytest.approx(1)
    assert float(blur.kernel.min()) >= 0
    assert torch.allclose(blur.kernel, blur.kernel.flip(0, 1).roll((1, 1), (0, 1)), rtol=1e-14)


def test_shapes_of_the_blurs():
    disk = DefocusBlur((1, 64, 64), 8.0).kernel
    assert 1 / float(disk[0, 0]) == pytest.approx(math.pi * 8**2, rel=0.01)
    airy = AiryBlur((1, 64, 64), 5.0).kernel
    assert float(airy[0, 5] / airy[0, 0]) < 1e-20
    assert float(airy[0, 7] / airy[0, 0]) == pytest.approx(0.0164, abs=1e-3)  # near the first bright ring
    moffat = MoffatBlur((1, 64, 64), 2.0, 3.0).kernel
    assert float(moffat[0, 2] / moffat[0, 0]) == pytest.approx(1 / 8)


def test_heat_spreads_as_a_gaussian_and_meets_walls():
    x = torch.zeros(1, 1, 64, 64, dtype=torch.float64)
    x[..., 32, 32] = 1
    found = HeatDiffusion((1, 64, 64), 8.0)(x)
    place = torch.arange(64.0) - 32
    assert float((found[0, 0].sum(0) * place**2).sum()) == pytest.approx(2 * 8.0, rel=1e-6)  # the variance
    assert torch.allclose(found, HeatDiffusion((1, 64, 64), 8.0, "periodic")(x), atol=1e-12)
    line = random((1, 1, 9), torch.float64)
    mirrored = HeatDiffusion((1, 18), 3.0, "periodic")(torch.cat([line, line.flip(-1)], -1))
    assert torch.allclose(HeatDiffusion((1, 9), 3.0)(line), mirrored[..., :9], atol=1e-14)
    twice = HeatDiffusion((1, 9), 1.0)(HeatDiffusion((1, 9), 2.0)(line))
    assert torch.allclose(twice, HeatDiffusion((1, 9), 3.0)(line), atol=1e-14)


def test_bicubic_is_that_of_pillow_away_from_the_ends():
    x = random((1, 1, 48, 60), torch.float32)
    image = PIL.Image.fromarray(x[0, 0].numpy(), "F")
    for factor in (2, 3, 4):
        wanted = np.asarray(image.resize((60 // factor, 48 // factor), PIL.Image.Resampling.BICUBIC))
        found = BicubicDownsample((1, 48, 60), factor)(x)[0, 0].numpy()
        assert np.abs(found - wanted)[2:-2, 2:-2].max() < 2e-6


def test_bicubic_keeps_constants_lines_and_means():
    line = torch.arange(24, dtype=torch.float64).reshape(1, 1, 24)
    found = BicubicDownsample((1, 24), 2)(line)[0, 0]
    assert torch.allclose(found[2:-2], torch.arange(0.5, 24, 2, dtype=torch.float64)[2:-2], atol=1e-12)
    x = random((1, 1, 24), torch.float64)
    around = BicubicDownsample((1, 24), 2, "periodic")
    assert float(around(x).mean()) == pytest.approx(float(x.mean()), abs=1e-12)
    assert torch.equal(BicubicDownsample((1, 24), 1)(x), x)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: ConvolutionPSF(kernel=((1.0, 2.0), (1.0,))), "rows of one length"),
        (lambda: ConvolutionPSF(kernel=()), "rows of one length"),
        (lambda: ConvolutionPSF(kernel=((), ())), "rows of one length"),
        (lambda: ConvolutionPSF(kernel=((0.0, 0.0),)), "not all 0"),
        (lambda: ConvolutionPSF(kernel=((math.inf, 0.0),)), "finite"),
        (lambda: ConvolutionPSF((1, 12)), "one row"),
        (lambda: AiryBlur((64,)), "AiryBlur"),
        (lambda: BicubicDownsample((1, 63, 30), 4), "take 1 x 64 x 32"),
        (lambda: HeatDiffusion(time=-1.0), "HeatDiffusion.time"),
    ],
)
def test_refusals(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()
