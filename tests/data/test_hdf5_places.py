"""HDF5 whose arrays lie elsewhere: in the files of a scan, under other names, or where nobody may look."""

import numpy as np
import pytest

from tests.data.conftest import RAMP
from tests.data.read_whole import whole
from workbench import data
from workbench.refusal import Refusal

h5py = pytest.importorskip("h5py")


@pytest.fixture
def scan(tmp_path):
    """A master file whose stack is put together from two files beside it, as detectors write them."""
    layout = h5py.VirtualLayout((2, *RAMP.shape), "i8")
    for k in range(2):
        with h5py.File(tmp_path / f"part{k}.h5", "w") as file:
            file["frame"] = RAMP + k
        layout[k] = h5py.VirtualSource(f"part{k}.h5", "frame", RAMP.shape)
    with h5py.File(tmp_path / "master.h5", "w") as file:
        file.create_virtual_dataset("stack", layout)
        file["angles"] = np.arange(2.0)
        file["entry/angles"] = h5py.SoftLink("/angles")
        file["entry/same"] = file["angles"]
        file["entry/part"] = h5py.ExternalLink("part1.h5", "/frame")
    return tmp_path / "master.h5"


def test_what_a_virtual_array_takes_from_a_file_that_is_gone_is_not_zero(scan):
    whole(scan, np.stack([RAMP, RAMP + 1]), "stack")
    (scan.parent / "part1.h5").rename(scan.parent / "moved.h5")
    with h5py.File(scan) as file:
        assert (file["stack"][1] == 0).all()  # which is what HDF5 says
    with pytest.raises(Refusal, match=r"/?frame in 'part1.h5', is not there: copy them"):
        data.load_array(scan, "stack")
    whole(scan, np.arange(2.0), "angles")


def test_a_source_of_another_name_is_gone_as_well(scan):
    with h5py.File(scan.parent / "part1.h5", "r+") as file:
        file.move("frame", "image")
    with pytest.raises(Refusal, match="is not there"):
        data.load_array(scan, "stack")


def test_arrays_answer_to_all_their_names(scan):
    for name in ("angles", "entry/angles", "entry/same", "/entry/same"):
        whole(scan, np.arange(2.0), name)
    whole(scan, RAMP + 1, "entry/part")


@pytest.mark.parametrize("kind", ["bytes", "bytes inside", "virtual", "link", "signal"])
def test_no_file_leads_out_of_its_folder(tmp_path, kind):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["x"] = RAMP
    (tmp_path / "brought").mkdir()
    path, secret = tmp_path / "brought" / "a.h5", str(tmp_path / "secret.h5")
    with h5py.File(path, "w") as file:
        layout = h5py.VirtualLayout((64,), "u1")
        if kind.startswith("bytes"):
            file.create_dataset("x", (64,), "u1", external=[(secret, 0, 64)])
            layout[:] = h5py.VirtualSource(".", "x", (64,))
        if kind == "bytes inside":
            file.create_virtual_dataset("y", layout)
        if kind == "virtual":
            layout[:] = h5py.VirtualSource("../secret.h5", "x", (64,))
            file.create_virtual_dataset("y", layout)
        if kind in ("link", "signal"):
            group = file.create_group("plot")
            group["y"] = h5py.ExternalLink("../secret.h5", "/x")
            group.attrs["NX_class"] = "NXdata" if kind == "signal" else "NXcollection"
            group.attrs["signal"] = "y"
    for name in ("x", "y", "plot/y", ""):
        with pytest.raises(Refusal):
            data.load_array(path, name)


def test_chunks_that_were_never_written_are_said(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        array = file.create_dataset("x", (3, 8), "f4", chunks=(1, 8), fillvalue=-1)
        array[0] = 5
        file.create_dataset("nothing", data=h5py.Empty("f4"))
    (note,) = whole(tmp_path / "a.h5", np.array([[5.0] * 8, [-1.0] * 8, [-1.0] * 8]), "x").notes
    assert note.startswith("2 of the 3 chunks of the array were never written: -1.0")


def test_real_and_imaginary_parts_are_complex_in_either_order(tmp_path):
    pairs = np.empty(RAMP.shape, [("imag", "f4"), ("real", "f4")])
    pairs["real"], pairs["imag"] = RAMP, -2 * RAMP
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = pairs
    whole(tmp_path / "a.h5", RAMP * (1 - 2j), "x")
