"""A scan of a magnetic resonance scanner from its file to the picture, beside what it was made of."""

from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from workbench import data, storage
from workbench.cli import main
from workbench.data import Measured, steps
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.operators import FourierMask, GaussianBlur, MultiCoilFourier
from workbench.priors import Tikhonov
from workbench.refusal import Refusal

RNG = np.random.default_rng(0)
SIDE, COILS = 32, 4
PICTURE = data.truth("shepp_logan", SIDE)[0, 0].numpy().astype(complex)
MAPS = MultiCoilFourier((1, SIDE, SIDE), COILS, centred=True).maps().numpy()
CENTRED = {"axes": (-2, -1)}


def spectra(images: np.ndarray) -> np.ndarray:
    moved = np.fft.fft2(np.fft.ifftshift(images, **CENTRED), norm="ortho")
    return np.fft.fftshift(moved, **CENTRED)


@pytest.fixture(scope="module")
def scan(tmp_path_factory) -> Path:
    """Every second line, readouts of twice the field, 12 lines of calibration, a noise scan; maps and picture too."""
    import ismrmrd
    from ismrmrd.xsd import ToXML, ismrmrdschema

    path, kinds = tmp_path_factory.mktemp("mr") / "scan.h5", ismrmrdschema.ismrmrd

    def space(wide: int) -> object:
        return kinds.encodingSpaceType(
            matrixSize=kinds.matrixSizeType(x=wide, y=SIDE, z=1),
            fieldOfView_mm=kinds.fieldOfViewMm(x=wide, y=SIDE, z=1),
        )

    limits = kinds.limitType(minimum=0, maximum=SIDE - 1, center=SIDE // 2)
    encoding = kinds.encodingType(
        encodedSpace=space(2 * SIDE),
        reconSpace=space(SIDE),
        encodingLimits=kinds.encodingLimitsType(kspace_encoding_step_1=limits),
        trajectory=kinds.trajectoryType("cartesian"),
    )
    header = kinds.ismrmrdHeader(
        experimentalConditions=kinds.experimentalConditionsType(H1resonanceFrequency_Hz=1), encoding=[encoding]
    )
    wide = np.pad(MAPS * PICTURE, [(0, 0), (0, 0), (SIDE // 2, SIDE // 2)])
    kspace = spectra(wide).astype(np.complex64)
    noise = (RNG.normal(size=(2, COILS, 2 * SIDE)) * 0.5).astype(np.float32)
    with ismrmrd.Dataset(str(path), "dataset") as file:
        file.write_xml_header(ToXML(header).encode())

        def append(line: np.ndarray, step: int, *flags: int) -> None:
            each = ismrmrd.Acquisition.from_array(np.ascontiguousarray(line))
            each.idx.kspace_encode_step_1, each.center_sample = step, SIDE
            for flag in flags:
                each.setFlag(flag)
            file.append_acquisition(each)

        append(noise[0] + 1j * noise[1], 0, ismrmrd.ACQ_IS_NOISE_MEASUREMENT)
        for step in range(SIDE):
            middle = abs(step - SIDE // 2) < 6
            if step % 2 == 0:
                append(kspace[:, step], step, *[ismrmrd.ACQ_IS_PARALLEL_CALIBRATION_AND_IMAGING] * middle)
            elif middle:
                append(kspace[:, step], step, ismrmrd.ACQ_IS_PARALLEL_CALIBRATION)
    with h5py.File(path, "a") as file:
        file["dataset/csm"] = MAPS.astype(np.complex64)
    return path


def away(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.linalg.norm(found - wanted) / np.linalg.norm(wanted))


def words(scan: Path, *sets: str) -> list[str]:
    sets = ("operator.centred=yes", "operator.pattern=auto", "data.steps=ReadoutOversampling", *sets)
    named = ["--operator", "MultiCoilFourier", "--prior", "Zero", "--steps", "100"]
    return ["run", "--data", str(scan), *named, *[word for each in sets for word in ("--set", each)]]


def test_the_picture_comes_back_from_the_file_with_its_maps(scan, tmp_path, capsys):
    line = words(scan, f"operator.coils={scan}::dataset/csm")
    assert main([*line, "--algorithm", "ConjugateGradient", "--out", str(tmp_path / "r.nc")]) == 0
    said = capsys.readouterr().out
    assert "ReadoutOversampling: 64 samples as 32" in said and f"found: {SIDE * SIDE // 2} of {SIDE * SIDE}" in said
    result = storage.load(tmp_path / "r.nc")
    assert away(result.x.values[0, 0], PICTURE) < 1e-4
    assert result.attrs["pattern_reason"].startswith(f"{SIDE * SIDE // 2} of")


def test_without_maps_there_are_as_many_coils_as_the_data_have_and_it_is_said(scan, capsys):
    assert main([*words(scan), "--algorithm", "RootSumOfSquares"]) == 0
    assert "no maps of coils were given" in capsys.readouterr().out


def test_maps_come_from_the_lines_of_calibration_after_the_same_steps(scan, tmp_path, capsys):
    chain = ["--set", "data.steps=Whitening,ReadoutOversampling", "--set", f"data.steps.1.noise={scan}::noise"]
    maps = tmp_path / "maps.npy"
    assert main(["data", f"{scan}::calibration", *chain, "--coil-maps", str(maps)]) == 2, "24 lines are not there"
    assert main(["data", f"{scan}::calibration", *chain, "--coil-maps", str(maps), "--width", "10"]) == 0
    assert "4 coils made white" in capsys.readouterr().out
    found = np.load(maps)
    mixed = steps.Whitening(data.load_array(scan, "noise").tensor).apply(torch.from_numpy(MAPS), "").values.numpy()
    inside = np.abs(PICTURE) > 0.05
    overlap = np.abs((found.conj() * mixed).sum(0)) / np.linalg.norm(mixed, axis=0)
    assert overlap[inside].min() > 0.9 and np.median(overlap[inside]) > 0.99
    np.save(tmp_path / "k.npy", spectra(np.pad(MAPS * PICTURE, [(0, 0), (0, 0), (SIDE // 2, SIDE // 2)])))
    chain = ["--set", "data.steps=ReadoutOversampling"]
    assert main(["data", str(tmp_path / "k.npy"), *chain, "--coil-maps", str(maps)]) == 0
    assert np.load(maps).shape == (COILS, SIDE, SIDE)
    assert main(["data", str(tmp_path / "k.npy"), *chain, "--noise", "wavelets", "--json"]) == 2, "there is none"
    wide = np.load(tmp_path / "k.npy")
    np.save(tmp_path / "noisy.npy", wide + 0.05 * (RNG.normal(size=wide.shape) + 1j * RNG.normal(size=wide.shape)))
    assert main(["data", str(tmp_path / "noisy.npy"), *chain, "--noise", "wavelets", "--json"]) == 0
    assert main(["data", str(tmp_path / "k.npy"), *chain]) == 2
    assert main(["data", str(tmp_path / "k.npy"), "--set", "operator.width=3", "--noise", "wavelets"]) == 2


@pytest.mark.parametrize("samples", [16, 15])
def test_a_readout_of_a_wider_field_becomes_that_of_its_middle(samples):
    middle = RNG.normal(size=(3, samples)) + 1j * RNG.normal(size=(3, samples))
    left = 2 * samples // 2 - samples // 2
    wide = RNG.normal(size=(3, 2 * samples)) + 0j
    wide[:, left : left + samples] = middle

    def line(images: np.ndarray) -> np.ndarray:
        return np.fft.fftshift(np.fft.fft(np.fft.ifftshift(images, -1), norm="ortho"), -1)

    found = Measured(line(wide), steps=(steps.ReadoutOversampling(),)).loaded().tensor.numpy()
    np.testing.assert_allclose(found, line(middle), atol=1e-12)
    turned = Measured(line(wide).T.copy(), steps=(steps.ReadoutOversampling(2.0, 0),)).loaded().tensor.numpy()
    np.testing.assert_allclose(turned, line(middle).T, atol=1e-12)


@pytest.mark.parametrize(("step", "sentence"), [((3.0,), "whose samples the factor divides"), ((2.0, 2), "axis 2")])
def test_a_factor_or_an_axis_that_does_not_fit_is_refused(step, sentence):
    with pytest.raises(Refusal, match=sentence):
        Measured(np.ones((4, 16), complex), steps=(steps.ReadoutOversampling(*step),)).loaded()


def test_the_mask_is_where_a_coil_has_a_value():
    kspace = spectra(MAPS * PICTURE)
    mask = RNG.random((SIDE, SIDE)) < 0.4
    kspace[0, mask] = 0  # one silent coil is not a frequency that was left out
    kspace[:, ~mask] = 0
    made = Experiment(Measured(kspace), MultiCoilFourier((1, SIDE, SIDE), COILS), Gaussian(1.0), Tikhonov())
    found, reason = made.sampled()
    np.testing.assert_array_equal(found.operator.mask(), mask)
    assert reason.startswith(f"{mask.sum()} of {SIDE * SIDE} frequencies")
    one = Experiment(Measured(kspace[1]), FourierMask((1, SIDE, SIDE)), Gaussian(1.0), Tikhonov()).sampled()[0]
    np.testing.assert_array_equal(one.operator.mask(), mask)
    assert "no mask was given" in " ".join(Measured(kspace).remarks(FourierMask((1, SIDE, SIDE))))
    with pytest.raises(Refusal, match="k-space to find its mask, got GaussianBlur"):
        data.measured_mask(GaussianBlur(), torch.ones(1, 1, 64, 64))
    with pytest.raises(Refusal, match="zeros alone"):
        data.measured_mask(FourierMask(), torch.zeros(1, 1, 64, 64))
