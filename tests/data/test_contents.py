"""What is in a file: arrays by their headers, and guesses by names, units and sizes."""

import json

import h5py
import numpy as np
import pytest

from workbench.cli import main
from workbench.data import Content, contents
from workbench.refusal import Refusal


@pytest.fixture
def exchange(tmp_path):
    with h5py.File(tmp_path / "scan.h5", "w") as file:
        file["exchange/data"] = np.zeros((6, 8, 10), np.uint16)
        file["exchange/data"].attrs["units"] = "counts"
        file["exchange/data_dark"] = np.zeros((2, 8, 10), np.uint16)
        file["exchange/data_white"] = np.zeros((3, 8, 10), np.uint16)
        file["exchange/theta"] = np.zeros(6)
        file["process/psf"] = np.zeros((5, 5), np.float32)
        file["process/raw/kSpace"] = np.zeros((4, 4), np.complex64)
        file["process/raw/field"] = np.zeros((4, 4), np.complex64)
        file["process/raw/note"] = "text"
    return tmp_path / "scan.h5"


def test_each_array_has_shape_type_unit_and_a_guess(exchange):
    kind, found = contents(exchange)
    assert kind == "HDF5"
    guesses = {content.name: content.guess for content in found}
    assert guesses == {
        "exchange/data": "projections, axis 0 is that of the angles",
        "exchange/data_dark": "dark field",
        "exchange/data_white": "flat field",
        "exchange/theta": "angles",
        "process/psf": "point spread",
        "process/raw/kSpace": "k-space",
        "process/raw/field": "k-space or a complex picture",
        "process/raw/note": "",
    }
    assert found[0] == Content("exchange/data", (6, 8, 10), "uint16", "counts", (), guesses["exchange/data"])


def test_a_series_stored_with_its_views_last_is_projections_too(tmp_path):
    np.savez(tmp_path / "a.npz", sino=np.zeros((20, 7)), rotation_angle=np.zeros(7), offset=np.zeros(3))
    found = {c.name: c.guess for c in contents(tmp_path / "a.npz")[1]}
    assert found == {"sino": "projections, axis 1 is that of the angles", "rotation_angle": "angles", "offset": ""}


def test_nothing_is_decoded(tmp_path, monkeypatch):
    np.save(tmp_path / "large.npy", np.zeros((4, 5, 6)))
    monkeypatch.setattr(np, "load", lambda *args, **options: pytest.fail("decoded"))
    assert contents(tmp_path / "large.npy")[1] == (Content("", (4, 5, 6), "float64", guess="a stack or a volume"),)


def test_the_command_line_shows_a_tree_or_json(exchange, capsys):
    assert main(["data", str(exchange)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("scan.h5: HDF5") and lines[1].strip() == "exchange/"
    assert lines[2].split()[:6] == ["data", "6", "x", "8", "x", "10"] and "counts" in lines[2]
    assert any(line.startswith("      kSpace") for line in lines), "groups inside groups are indented"
    assert main(["data", str(exchange), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (
        said["format"] == "HDF5" and said["arrays"][3]["guess"] == "angles" and said["arrays"][0]["shape"] == [6, 8, 10]
    )


def test_what_is_no_file_of_arrays_is_refused(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("nothing")
    with pytest.raises(Refusal, match="which is none"):
        contents(tmp_path / "a.txt")
    assert main(["data", str(tmp_path / "gone.h5")]) == 2
    assert "which is not there" in capsys.readouterr().err
