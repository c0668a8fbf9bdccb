"""BART and ENVI from the page: the two files of a pair in one ZIP, written here by hand from their formats."""

import zipfile
from io import BytesIO

import numpy as np
import pytest

from workbench.data import Shipped
from workbench.live.own_files import OwnFiles
from workbench.refusal import Refusal

CUBE = np.arange(3 * 4 * 5, dtype=np.float32).reshape(3, 4, 5)  # bands, lines, samples
ENVI = "ENVI\nsamples = 5\nlines = 4\nbands = 3\nheader offset = 0\ndata type = 4\ninterleave = bsq\nbyte order = 0\n"
KSPACE = (np.arange(24) + 1j).astype(np.complex64).reshape(4, 6)
PAIRS = {
    "BART": ({"scan/k.hdr": b"# Dimensions\n6 4 1 1\n", "scan/k.cfl": KSPACE.tobytes()}, KSPACE),
    "ENVI": ({"c.hdr": ENVI.encode(), "c.img": CUBE.tobytes()}, np.moveaxis(CUBE, 0, 2)),
}


def zipped(files: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def own():
    files = OwnFiles(Shipped("camera", 16))
    yield files
    files.close()


@pytest.mark.parametrize("kind", PAIRS)
def test_a_pair_in_one_zip_is_read(own, kind):
    if kind == "ENVI":
        pytest.importorskip("spectral")
    files, wanted = PAIRS[kind]
    for _ in range(2):  # it is unpacked once
        found = own.named("pair.zip", zipped(files)).array
        assert np.array_equal(found.numpy(), wanted)
    assert [content.shape for content in own.arrays("pair.zip", zipped(files))] == [wanted.shape]


@pytest.mark.parametrize("name", ["k.cfl", "c.hdr"])
def test_half_of_a_pair_says_how_to_send_both(own, name):
    content = next(c for files, _ in PAIRS.values() for n, c in files.items() if n.endswith(name))
    with pytest.raises(Refusal, match="send both in one ZIP"):
        own.arrays(name, content)


def test_other_archives_and_large_pairs_are_refused(own, monkeypatch):
    files, _ = PAIRS["BART"]
    with pytest.raises(Refusal, match="one of these formats"):
        own.arrays("three.zip", zipped(files | {"more.txt": b"1"}))
    monkeypatch.setattr("workbench.live.pairs._LARGEST", 100)
    with pytest.raises(Refusal, match="a pair of files of at most"):
        own.arrays("large.zip", zipped(files))
