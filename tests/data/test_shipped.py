"""Every shipped signal: shape, range, honesty of its entry, and no network."""

import importlib
import math
import socket

import numpy as np
import pytest
import pywt
import skimage.data
import torch

from workbench import data
from workbench.data import field, formulas, shipped
from workbench.parameters import Range, as_code, describe, parameters, rebuild
from workbench.refusal import Refusal


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_):
        raise AssertionError("a shipped signal asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("size", [8, 65])
@pytest.mark.parametrize("name", data.names())
def test_every_signal_is_a_batch_of_one_in_the_unit_range(name, size):
    about = data.info(name)
    x = data.truth(name, size)
    space = (size,) if about.kind == "1-D" else (size, size)
    assert x.shape == (1, about.channels, *space)
    assert x.dtype == torch.float32
    assert x.isfinite().all() and x.min() >= 0 and x.max() <= 1
    assert x.std() > 0.001
    assert torch.equal(x, data.truth(name, size))


@pytest.mark.parametrize("name", data.names())
def test_every_entry_says_what_it_is(name):
    about = data.info(name)
    assert about.name == name and about.title and about.licence and about.source
    if isinstance(about.make, shipped.Packaged):
        packaged = about.make
        path = importlib.import_module(packaged.package).__path__[0] + "/" + packaged.file
        x = data.load(path, packaged.variable, window=packaged.window)
        assert x.shape == (1, about.channels, *about.native)
    else:
        assert about.native == ()


@pytest.mark.parametrize("name", ["camera", "brick", "astronaut"])
def test_a_square_photograph_at_its_own_size_is_the_file(name):
    reference = np.atleast_3d(getattr(skimage.data, name)()) / 255
    x = data.truth(name, 512)[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(x, reference, atol=1e-6)


def test_a_wide_photograph_is_cut_in_the_middle():
    reference = skimage.data.coffee()[:, 100:500] / 255
    np.testing.assert_allclose(data.truth("coffee", 400)[0].permute(1, 2, 0).numpy(), reference, atol=1e-6)


def test_halving_keeps_the_mean():
    assert data.truth("camera", 128).mean() == pytest.approx(data.truth("camera", 512).mean().item(), abs=1e-3)


def test_ct_is_windowed_as_stated():
    pydicom = pytest.importorskip("pydicom")
    path = pydicom.data.get_testdata_file("CT_small.dcm", download=False)
    hounsfield = pydicom.dcmread(path).pixel_array - 1024.0
    expected = np.clip((hounsfield + 160) / 400, 0, 1)
    np.testing.assert_allclose(data.truth("ct_spine", 128)[0, 0].numpy(), expected, atol=1e-6)


def test_ecg_is_the_one_of_pywavelets():
    reference = pywt.data.ecg().astype(float)
    x = data.truth("ecg", 1024)[0, 0].numpy()
    np.testing.assert_allclose(x, (reference + 112) / 362, atol=1e-6)


def test_phantom_agrees_with_scikit_image_and_not_with_its_mirror():
    reference = skimage.data.shepp_logan_phantom().ravel()
    x = data.truth("shepp_logan", 400)[0, 0]
    upright, *mirrored = [np.corrcoef(reference, y.numpy().ravel())[0, 1] for y in (x, x.flip(0), x.flip(1))]
    assert upright > 0.97 and upright > max(mirrored) + 0.01


@pytest.mark.parametrize("size", [64, 256])
def test_phantom_holds_the_area_of_its_ellipses(size):
    area = sum(grey * math.pi * a * b for grey, a, b, *_ in formulas._ELLIPSES)
    assert 4 * data.truth("shepp_logan", size).double().mean().item() == pytest.approx(area, rel=2e-3)


def test_phantom_has_exact_greys():
    x = data.truth("shepp_logan", 256)[0, 0]
    assert x[0, 0] == 0 and x[128, 20] == 0 and x.max() == 1


def test_phantom_pixels_are_the_means_of_finer_ones():
    fine = data.truth("shepp_logan", 512).reshape(1, 1, 128, 4, 128, 4).mean((3, 5))
    assert (fine - data.truth("shepp_logan", 128)).abs().max() < 0.02


def test_blocks_is_the_signal_of_donoho_and_johnstone():
    reference = pywt.data.demo_signal("Blocks", 4096)
    x = 7.2 * data.truth("blocks", 4096)[0, 0].numpy() - 2
    assert np.mean(np.abs(x - reference) > 1e-5) < 12 / 4096


def test_star_is_half_bright_inside_its_disc():
    x = data.truth("siemens_star", 256)
    assert 4 * x.mean().item() == pytest.approx(math.pi * 0.92**2 / 2, rel=0.01)


def test_twelve_bit_task_has_its_known_counts():
    words, labels = data.twelve_bit()
    assert words.shape == (4096, 12) and words.unique(dim=0).shape == (4096, 12)
    assert words[1].tolist() == [0.0] * 11 + [1.0]
    assert labels.sum() == 2118
    p = labels.double().mean().item()
    assert -(p * math.log2(p) + (1 - p) * math.log2(1 - p)) == pytest.approx(0.9991571, abs=1e-7)


def test_an_unknown_name_gets_the_nearest_and_the_list():
    with pytest.raises(Refusal, match=r"'camra': did you mean 'camera'\? there are camera, astronaut"):
        data.truth("camra")
    with pytest.raises(Refusal, match="'zzz': there are camera"):
        data.info("zzz")


@pytest.mark.parametrize("size", [7, 4097, 64.0, True, "64"])
def test_a_size_out_of_range_is_refused(size):
    with pytest.raises(Refusal, match="a size of 8 to 4096 samples a side"):
        data.truth("moon", size)


def test_a_missing_package_says_how_to_get_it():
    with pytest.raises(Refusal, match=r'the package no_such_package, .*pip install "inverse-workbench\[data\]"'):
        field.need("no_such_package.part")


@pytest.mark.parametrize(
    "signal",
    [data.Shipped(), data.Shipped("mr_brain", 64), data.File(), data.File("a.npz", "u[3]", 64, (0, 4095))],
)
def test_a_signal_is_its_description(signal):
    description = describe(signal)
    assert description["type"] in ("data.Shipped", "data.File")
    assert rebuild(description) == signal
    assert eval(as_code(signal), {"data": data}) == signal


def test_signatures_are_read_with_their_annotations():
    name, size = parameters(data.Shipped)
    assert name.choices == data.names()
    assert size.range == Range(32, 1024, log=True, unit="px", limits=(8, 4096)) and size.meaning
    assert [p.name for p in parameters(data.File)] == ["path", "variable", "size", "window"]
    assert all(p.meaning for p in parameters(data.File))


def test_shipped_is_truth_and_checks_its_arguments():
    assert torch.equal(data.Shipped("moon", 32).tensor(), data.truth("moon", 32))
    with pytest.raises(Refusal, match="'camera' or 'astronaut'"):
        data.Shipped("camra")
    with pytest.raises(Refusal, match=r"8 to 4096 px for Shipped\.size"):
        data.Shipped("moon", 5000)
