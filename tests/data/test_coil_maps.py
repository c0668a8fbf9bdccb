"""Maps of coils from their data: against the maps that made them, up to a phase at each pixel."""

import numpy as np
import pytest
import torch

from workbench.cli import main
from workbench.data import coil_maps, truth
from workbench.operators import MultiCoilFourier
from workbench.refusal import Refusal

OPERATOR = MultiCoilFourier((1, 64, 64), 5, keep=1.0, centre=0.0, centred=True)
PICTURE = truth("shepp_logan", 64).to(torch.complex128)
KSPACE = OPERATOR(PICTURE)[0].numpy()
INSIDE = np.abs(PICTURE[0, 0].numpy()) > 0.05


def overlap(maps: np.ndarray) -> np.ndarray:
    """|<c, found>|, 1 where both are the same up to a phase."""
    return np.abs(np.sum(maps.conj() * OPERATOR.maps().numpy(), 0))


def test_maps_are_those_that_made_the_data():
    noise = np.random.default_rng(0).normal(size=(2, *KSPACE.shape)) * 1e-3
    found = coil_maps.of_kspace(KSPACE + noise[0] + 1j * noise[1])
    np.testing.assert_allclose(np.sum(np.abs(found) ** 2, 0), 1, rtol=1e-10)
    assert overlap(found)[INSIDE].min() > 0.98 and np.median(overlap(found)[INSIDE]) > 0.999


def test_the_lowest_frequencies_are_enough_and_gaps_elsewhere_do_not_matter():
    part = KSPACE.copy()
    part[:, 1:20:2] = 0
    np.testing.assert_allclose(coil_maps.of_kspace(part), coil_maps.of_kspace(KSPACE), atol=1e-12)
    with pytest.raises(Refusal, match=r"without gaps within 50 of its middle.*smaller width"):
        coil_maps.of_kspace(part, width=50)


def test_pictures_whose_covariance_is_of_one_vector_give_it():
    images = OPERATOR.maps().numpy() * (1 + np.arange(64.0))
    np.testing.assert_allclose(overlap(coil_maps.of_images(images, 1)), 1, rtol=1e-10)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (np.ones((4, 8, 8)), "complex pictures, coils along the first axis, got 4 x 8 x 8 float64"),
        (np.zeros((4, 8, 8)) + 0j, "not all 0"),
        (np.full((4, 8, 8), np.nan) + 0j, "finite pictures"),
        (np.ones(8) + 0j, "one slice"),
    ],
)
def test_what_is_no_picture_of_coils_is_refused(values, sentence):
    with pytest.raises(Refusal, match=sentence):
        coil_maps.of_images(values)
    with pytest.raises(Refusal, match="odd number"):
        coil_maps.of_images(KSPACE, 4)


def test_the_command_line_writes_maps_that_a_run_takes(tmp_path, capsys):
    np.save(tmp_path / "k.npy", KSPACE)
    assert main(["data", str(tmp_path / "k.npy"), "--coil-maps", str(tmp_path / "maps.npy")]) == 0
    assert "maps of 5 coils, 64 x 64" in capsys.readouterr().out
    words = ["run", "--data", str(tmp_path / "k.npy"), "--operator", "MultiCoilFourier", "--steps", "20", "--json"]
    sets = {"coils": tmp_path / "maps.npy", "keep": 1, "centre": 0, "centred": "yes"}
    words += [word for name, value in sets.items() for word in ("--set", f"operator.{name}={value}")]
    assert main([*words, "--prior", "Zero", "--algorithm", "ConjugateGradient", "--out", str(tmp_path / "r.nc")]) == 0
    from workbench import storage

    found = np.abs(storage.load(tmp_path / "r.nc").x.values[0, 0])
    wanted = np.abs(PICTURE[0, 0].numpy())
    assert np.linalg.norm(found - wanted) < 0.03 * np.linalg.norm(wanted)
    assert main(["data", str(tmp_path / "k.npy"), "--coil-maps", "maps.txt"]) == 2
