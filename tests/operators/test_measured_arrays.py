"""Arrays that calibrate an instrument as arguments: checked, described by name and digest, kept, given by files."""

import json

import numpy as np
import pytest
import torch
from scipy.signal import convolve
from torch import Tensor

from workbench import storage
from workbench.cli import main
from workbench.data import Measured, from_text
from workbench.experiment import Experiment, from_run
from workbench.noise import Gaussian
from workbench.operators import ConvolutionPSF, FourierMask, Mask, MultiCoilFourier, Operator, Radon
from workbench.parameters import Checked, as_text, called, describe, parameters, rebuild
from workbench.priors import Tikhonov
from workbench.refusal import Refusal
from workbench.tensors import stream

SHAPE = (1, 8, 10)
KEEP = np.add.outer(np.arange(8), np.arange(10)) % 3 == 0
PSF = np.random.default_rng(1).random((3, 5))
RNG = stream(0, "maps")
MAPS = torch.randn(3, 8, 10, generator=RNG, dtype=torch.complex128)
X = torch.rand(1, *SHAPE, generator=RNG, dtype=torch.float64)


def test_a_mask_that_was_measured_is_that_mask():
    np.testing.assert_array_equal(Mask(SHAPE, pattern=KEEP)(X)[0, 0], KEEP * X[0, 0].numpy())
    np.testing.assert_array_equal(Mask(SHAPE, pattern=KEEP.astype(np.uint8)).mask(), KEEP)
    by_numpy = np.fft.fftshift(np.fft.fft2(X[0, 0].numpy(), norm="ortho"))
    np.testing.assert_allclose(FourierMask(SHAPE, pattern=KEEP)(X + 0j)[0, 0], KEEP * by_numpy, atol=1e-12)
    lines = FourierMask(SHAPE, pattern=KEEP[0])
    np.testing.assert_allclose(lines(X + 0j)[0, 0], KEEP[0] * by_numpy, atol=1e-12)


def test_maps_of_coils_are_taken_as_they_are():
    operator = MultiCoilFourier(SHAPE, MAPS, pattern=KEEP)
    by_numpy = np.fft.fftshift(np.fft.fft2(MAPS.numpy() * X[0].numpy(), norm="ortho"), axes=(-2, -1))
    np.testing.assert_allclose(operator(X + 0j)[0], KEEP * by_numpy, atol=1e-12)


@pytest.mark.parametrize("shape", [(5,), (3, 5), (3, 2, 4)])
def test_a_kernel_of_one_to_three_axes_convolves_as_scipy_does(shape):
    rng = np.random.default_rng(0)
    kernel, x = rng.random(shape), rng.random((9, 8, 7)[: len(shape)])
    whole = convolve(x, kernel, "full")
    inside = whole[tuple(slice(k // 2, k // 2 + n) for k, n in zip(shape, x.shape, strict=True))]
    found = ConvolutionPSF((1, *x.shape), kernel)(torch.from_numpy(x)[None, None])
    np.testing.assert_allclose(found[0, 0], inside, atol=1e-12)


@pytest.mark.parametrize(
    "made",
    [
        Mask(SHAPE, pattern=KEEP),
        FourierMask(SHAPE, pattern=KEEP),
        MultiCoilFourier(SHAPE, MAPS),
        ConvolutionPSF(SHAPE, PSF),
    ],
    ids=lambda made: type(made).__name__,
)
def test_a_run_keeps_the_array_and_gives_it_back_bit_for_bit(tmp_path, made: Operator):
    y = made(X + 0j if made.field.name == "COMPLEX" else X)
    experiment = Experiment(Measured(y), made, Gaussian(0.1), Tikhonov(), steps=1)
    storage.save(experiment.run(), tmp_path / "run.nc")
    again = from_run(storage.load(tmp_path / "run.nc"))
    assert describe(again) == describe(experiment)
    x = experiment.problem().start()
    assert torch.equal(again.problem().misfit(x), experiment.problem().misfit(x))


def test_an_array_is_described_by_its_name_too_where_it_has_one():
    psf = called(torch.from_numpy(PSF), "psf.h5::/psf")
    told = describe(ConvolutionPSF(SHAPE, psf))["kernel"]
    assert (told["name"], told["shape"], told["dtype"]) == ("psf.h5::/psf", [3, 5], "float64")
    assert as_text(psf) == "psf.h5::/psf" and as_text(torch.from_numpy(PSF)).startswith("array_")
    again = rebuild(told, {told["array"]: PSF})
    assert describe(again) == told
    with pytest.raises(Refusal, match=r"the array psf.h5::/psf, 3 x 5, float64"):
        rebuild(told)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Mask(SHAPE, pattern=KEEP.T), "a mask of 8 x 10 for Mask.pattern, got an array, 10 x 8"),
        (lambda: Mask(SHAPE, pattern=0.5 * KEEP), "one with other values"),
        (lambda: FourierMask(SHAPE, pattern=0 * KEEP), "one of 0 alone"),
        (lambda: MultiCoilFourier(SHAPE, MAPS[0]), "maps of coils x 8 x 10"),
        (lambda: MultiCoilFourier(SHAPE, MAPS / 0), "NaN or infinite"),
        (lambda: ConvolutionPSF(SHAPE, PSF - PSF.mean()), "one that sums to 0"),
        (lambda: ConvolutionPSF(SHAPE, PSF / 0), "finite numbers"),
        (lambda: ConvolutionPSF(SHAPE, PSF + 0j), "a complex one"),
        (lambda: ConvolutionPSF(SHAPE, PSF[None]), "a kernel of 2 axes"),
        (lambda: ConvolutionPSF(SHAPE, PSF[:, :0]), "an empty one"),
        (lambda: Radon(SHAPE, np.ones((3, 4))), "list of numbers"),
    ],
)
def test_an_array_that_does_not_fit_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(Refusal, match=sentence):
        make()


def test_a_list_of_numbers_may_come_as_a_row_or_a_column():
    for angles in (np.arange(4.0), np.arange(4.0)[None], np.arange(4.0)[:, None]):
        assert Radon(SHAPE, angles).angles == (0, 1, 2, 3)


def test_the_command_line_takes_arrays_of_files(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    np.save("y.npy", KEEP * X[0, 0].numpy())
    np.savez("setup.npz", keep=KEEP, other=KEEP.T)
    words = ["run", "--data", "y.npy", "--operator", "Mask", "--prior", "Tikhonov", "--steps", "1", "--out", "run.nc"]
    assert main([*words, "--set", "operator.pattern=setup.npz::keep", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["spec"]["operator"]
    assert told["pattern"]["name"] == "setup.npz::keep" and told["shape"] == [1, 8, 10]
    for place in ("y.npy", "setup.npz"):
        (tmp_path / place).unlink()
    operator = from_run(storage.load("run.nc")).operator
    np.testing.assert_array_equal(operator.mask(), KEEP)
    assert main(["run", "run.nc", "--steps", "2"]) == 0
    np.savez("setup.npz", keep=KEEP, other=KEEP.T)
    for text, sentence in (
        ("setup.npz::other", "a mask of 8 x 10 for Mask.pattern, got an array, 10 x 8"),
        ("setup.npz::nothing", "it holds keep"),
        ("gone.npz::keep", "which is not there"),
        ("gone.npz", "which is not there"),
        ("radnom", "an array or 'random' or 'block' for Mask.pattern"),
    ):
        assert main(["run", "run.nc", "--set", f"operator.pattern={text}"]) == 2
        assert sentence in capsys.readouterr().err


class Stored(metaclass=Checked):
    def __init__(self, path: str = "", mask: Tensor | None = None) -> None:
        self.path, self.mask = path, mask


def test_an_argument_that_takes_any_word_takes_the_path_of_a_file_as_one(tmp_path):
    np.save(tmp_path / "keep.npy", KEEP)
    text = str(tmp_path / "keep.npy")
    path, mask = (p.parse(from_text(text), "Stored") for p in parameters(Stored))
    assert path == text
    np.testing.assert_array_equal(mask, KEEP)
