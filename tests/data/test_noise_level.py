"""The noise level from data of known noise: right within its own uncertainty, which is itself right."""

import itertools
import json

import numpy as np
import pytest
import torch

from workbench.cli import main
from workbench.data import noise_level
from workbench.data.shipped import truth
from workbench.operators import FourierMask
from workbench.refusal import Refusal

RANDOM = np.random.default_rng(1)


def drawn(shape: tuple[int, ...], sigma: float, kind: type = float) -> np.ndarray:
    values = sigma * RANDOM.normal(size=shape)
    return values + 1j * sigma * RANDOM.normal(size=shape) if kind is complex else values


@pytest.mark.parametrize("kind", [float, complex])
@pytest.mark.parametrize("way", noise_level.WAYS)
def test_sigma_is_found_and_its_error_is_that_of_many_repetitions(way, kind):
    """Of 200 draws the mean is sigma, and their spread is the error that each of them tells."""
    shape = (4, 8, 8) if way == "frames" else (16, 16)
    found = [noise_level.WAYS[way](3 + drawn(shape, 0.7, kind)) for _ in range(200)]
    sigmas = np.array([level.sigma for level in found])
    assert sigmas.mean() == pytest.approx(0.7, rel=0.02)
    assert sigmas.std() == pytest.approx(np.mean([level.error for level in found]), rel=0.2)


def test_tensors_are_read_as_arrays_are():
    """Also those that torch conjugates or negates lazily, and those that it differentiates."""
    values = drawn((4, 16, 16), 0.7, complex)
    tensor = torch.from_numpy(values.conj()).conj().requires_grad_()
    for way in noise_level.WAYS.values():
        assert way(tensor) == way(values)
    flats, darks = 3 + np.real(values), 0.1 * np.imag(values)
    found = noise_level.photon_transfer(torch.from_numpy(flats), torch.from_numpy(darks))
    assert found == noise_level.photon_transfer(flats, darks)


def test_each_way_is_its_formula():
    values = RANDOM.normal(size=(5, 6))
    level = noise_level.of_background(values)
    assert level.sigma == pytest.approx(values.std(ddof=1)) and level.error == pytest.approx(level.sigma / np.sqrt(58))
    frames = RANDOM.normal(size=(3, 4, 5)) + np.arange(20).reshape(4, 5)
    assert noise_level.of_frames(frames).sigma == pytest.approx(np.sqrt(frames.var(0, ddof=1).mean()))


def test_structure_hardly_reaches_the_wavelets():
    picture = truth("camera", 128)[0, 0].double().numpy()
    level = noise_level.of_wavelets(picture + drawn(picture.shape, 0.1))
    assert level.sigma == pytest.approx(0.1, rel=0.1)
    assert noise_level.of_background(picture).sigma > 0.2, "where a region has structure it is not noise"
    assert noise_level.of_wavelets(np.linspace(0, 50, 4001) + drawn((4001,), 0.5)).sigma == pytest.approx(0.5, rel=0.1)


def lines(values: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(values))[:, None] % 3 == 0, values, 0)


def half(values: np.ndarray) -> np.ndarray:
    return np.where(np.arange(values.shape[-1]) < values.shape[-1] // 2, 0, values)


def missing(values: np.ndarray) -> np.ndarray:
    return np.where(RANDOM.random(values.shape) < 0.02, np.nan, values)


@pytest.mark.parametrize("kind", [float, complex])
@pytest.mark.parametrize("gaps", [lines, half, missing])
def test_what_was_not_measured_takes_no_part(gaps, kind):
    """Zeros of a mask, half a picture, scattered NaN: once a sigma of 0, half or NaN."""
    level = noise_level.of_wavelets(gaps(2 + drawn((96, 96), 0.1, kind)))
    assert level.sigma == pytest.approx(0.1, abs=4 * level.error) and level.left_out > 100
    if gaps is not missing:
        assert noise_level.of_background(gaps(drawn((60, 60), 0.1, kind))).sigma == pytest.approx(0.1, rel=0.05)
        frames = np.stack([gaps(2 + drawn((60, 60), 0.1, kind)) for _ in range(4)])
        assert noise_level.of_frames(frames).sigma == pytest.approx(0.1, rel=0.05)


def k_space(sigma: float, name: str = "shepp_logan", size: int = 256, **measured) -> np.ndarray:
    operator = FourierMask((1, size, size), **measured)
    noisy = operator(truth(name, size).to(complex))[0].numpy() + drawn((1, size, size), sigma, complex)
    return noisy * operator.mask().numpy()


@pytest.mark.parametrize("keep", [1.0, 0.3])
@pytest.mark.parametrize("sigma", [1.0, 0.1])
def test_the_structure_of_k_space_is_no_noise(keep, sigma):
    """It was 14 % too high where rows are missing, with an error of 1 %."""
    level = noise_level.of_wavelets(k_space(sigma, keep=keep))
    assert level.sigma == pytest.approx(sigma, abs=2 * level.error, rel=0) and level.error < 0.03 * sigma


def test_the_error_of_a_level_of_k_space_is_that_of_many_pictures():
    """Once 8 to 24 % too high where structure is weak all over k-space; pictures that no constant was found with."""
    off, sizes, refused = [], [], 0
    for name, size, measured in itertools.product(
        ("moon", "mr_brain", "page"), (64, 128, 256), ({"keep": 1.0}, {"keep": 0.5}, {"centred": True})
    ):
        for sigma in (1.0, 0.1, 0.03, 0.01):
            try:
                level = noise_level.of_wavelets(k_space(sigma, name, size, **measured))
            except Refusal:
                refused += 1
                continue
            off.append((level.sigma - sigma) / level.error)
            sizes.append(level.sigma / sigma - 1)
    assert 0.7 < np.sqrt(np.mean(np.square(off))) < 1.4 and np.abs(off).max() < 4
    assert abs(np.mean(sizes)) < 0.02 and np.abs(sizes).max() < 0.15
    assert refused <= 50, "where structure is no stronger than noise it is read"


def test_the_middle_of_k_space_alone_tells_no_noise():
    """Of scattered points only those of the centre have neighbours: 90 % too high without a word."""
    with pytest.raises(Refusal, match=r"structure in \d+% of what was measured beside each other"):
        noise_level.of_wavelets(k_space(0.03, pattern="points"))


def test_coils_of_different_noise_are_each_judged_by_their_own():
    """The standard deviation of a number of the two together, as frames have it: not that of the quiet coil alone."""
    coils = np.concatenate([drawn((1, 128, 128), sigma, complex) for sigma in (1.0, 2.0)])
    assert noise_level.of_wavelets(coils).sigma == pytest.approx(np.sqrt(5 / 2), rel=0.03)


@pytest.mark.parametrize(("shape", "flat"), [((8, 9), 0), ((40, 40), 0), ((24, 31), 3), ((300,), 3), ((64, 64), 3)])
def test_complex_data_of_any_size_are_read(shape, flat):
    found = [noise_level.of_wavelets(flat + drawn(shape, 0.7, complex)) for _ in range(60)]
    sigmas = np.array([level.sigma for level in found])
    assert sigmas.mean() == pytest.approx(0.7, rel=0.03)
    assert sigmas.std() == pytest.approx(np.mean([level.error for level in found]), rel=0.35)


def test_counts_that_repeat_are_measured_and_a_dark_half_is_not():
    few = RANDOM.poisson(0.02, (100, 100))
    assert noise_level.of_background(few).left_out == 0
    many = RANDOM.poisson(20, (128, 128))
    assert noise_level.of_wavelets(many).left_out == 0
    found = noise_level.of_wavelets(half(many))
    assert found.sigma == pytest.approx(np.sqrt(20), rel=0.1) and found.left_out == 128 * 64


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.where(RANDOM.random((64, 64)) < 0.5, 0, drawn((64, 64), 1.0)), "of gaps between them"),
        (np.full((8, 8), np.nan), "100% of gaps"),
        (np.full((8, 8), np.inf), "finite"),
        (7 * np.kron(np.eye(4), np.ones((16, 16))), "show their noise"),
    ],
    ids=["scattered", "missing", "infinite", "computed"],
)
def test_data_in_which_no_neighbours_were_measured_are_refused(values, sentence):
    with pytest.raises(Refusal, match=sentence):
        noise_level.of_wavelets(values)


def test_gain_and_read_noise_of_a_detector_are_found():
    """Flats of 900 quanta, 2.5 counts each, and a read noise of 6 counts around 100."""
    flats = 2.5 * RANDOM.poisson(900, (8, 60, 60)) + 100 + drawn((8, 60, 60), 6)
    found = noise_level.photon_transfer(flats, 100 + drawn((8, 60, 60), 6))
    assert abs(found.gain - 2.5) < 4 * found.error and found.error < 0.05
    assert found.read == pytest.approx(6, rel=0.02)
    assert noise_level.photon_transfer(flats, np.full((2, 60, 60), 100)).read == 0, "a dark may be without noise"
    with pytest.raises(Refusal, match="brighter than darks"):
        noise_level.photon_transfer(flats[:2], flats[:2])
    broken = flats.copy()
    broken[:, :3], broken[0, 5] = np.nan, np.nan
    found = noise_level.photon_transfer(broken, 100 + drawn((8, 60, 60), 6))
    assert abs(found.gain - 2.5) < 4 * found.error, "pixels without a value are left out of the mean as well"


def test_a_gain_below_0_is_refused():
    """Frames that were averaged or are saturated differ less than darks do: once a gain of -0.02 without a word."""
    with pytest.raises(Refusal, match="flats whose frames differ more than the darks do"):
        noise_level.photon_transfer(1000 + drawn((8, 60, 60), 2), 100 + drawn((8, 60, 60), 5))
    with pytest.raises(Refusal, match="darks of 60 x 60 as the flats"):
        noise_level.photon_transfer(1000 + drawn((8, 60, 60), 5), 100 + drawn((8, 60, 40), 2))


@pytest.mark.parametrize(
    ("way", "values"), [("wavelets", np.ones((2, 9))), ("frames", np.ones((1, 9))), ("background", np.ones(1))]
)
def test_what_is_too_little_is_refused(way, values):
    with pytest.raises(Refusal, match="choose another array or slice"):
        noise_level.WAYS[way](values)


def test_the_command_line_tells_the_level_of_an_array(tmp_path, capsys):
    np.savez(tmp_path / "a.npz", y=drawn((40, 60), 0.3), dark=drawn((3, 40, 60), 2.0))
    assert main(["data", f"{tmp_path}/a.npz::y", "--noise", "wavelets", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["noise"]["sigma"] == pytest.approx(0.3, abs=4 * said["noise"]["error"])
    assert main(["data", f"{tmp_path}/a.npz::dark", "--noise", "frames"]) == 0
    level = noise_level.of_frames(np.load(tmp_path / "a.npz")["dark"])
    assert f"sigma = {level.sigma:.4g} +- {level.error:.2g}, from 4800 numbers" in capsys.readouterr().out
    words = ["data", f"{tmp_path}/a.npz::y", "--noise", "background", "--region", "0:10,20:40", "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["noise"]["count"] == 199
    for bad in ("0:10", "a:b,1:2", "0:100,0:5", "5:5,0:5"):
        assert main([*words[:5], bad]) == 2
        assert "a region" in capsys.readouterr().err
    assert main(["data", f"{tmp_path}/a.npz::y", "--region", "0:1,0:1"]) == 2


@pytest.mark.parametrize("way", noise_level.WAYS)
def test_data_without_noise_are_refused_not_called_certain(way):
    with pytest.raises(Refusal, match="data that show their noise"):
        noise_level.WAYS[way](np.full((4, 8, 8), 7))
