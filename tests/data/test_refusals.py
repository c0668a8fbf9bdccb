"""Every bad file gets one Refusal that says what was wanted, what came and what to do."""

import re
import shutil
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
import xarray as xr
from PIL import Image

from workbench import data
from workbench.refusal import Refusal

GREY = np.arange(200, dtype=np.uint8).reshape(10, 20)


def refused(path, wanted: str, came: str, remedy: str, **options) -> None:
    with pytest.raises(Refusal) as caught:
        data.load(path, **options)
    refusal = caught.value
    for part, said in ((wanted, refusal.wanted), (came, refusal.came), (remedy, refusal.remedy)):
        assert re.search(part, said), f"{part!r} is not in {said!r}"


def saved(path, array, **options):
    np.save(path, array, **options)
    return path


def test_no_path_no_file_a_folder_an_empty_file(tmp_path):
    refused("", "the path of a file", "none", "choose a file")
    refused(tmp_path / "no.png", "a file", r"no\.png', which is not there", "spelling")
    refused(tmp_path, "a folder that is a Zarr store", "the folder", "name a file in it")
    (tmp_path / "e.npy").touch()
    refused(tmp_path / "e.npy", "with content", r"'e\.npy', which is empty", "again")
    refused("/dev/null", "a file", "a device", "copy")
    with pytest.raises(Refusal, match="the path of a file"):
        data.File().tensor()


def test_not_what_it_says(tmp_path):
    (tmp_path / "x.png").write_text("<html>404</html>")
    refused(tmp_path / "x.png", "PNG, JPEG, .*Zarr, .*NIfTI", "whose name says PNG and whose content is not", "again")
    (tmp_path / "x.bmp").write_bytes(b"BM" + bytes(100))
    refused(tmp_path / "x.bmp", "one of these formats", r"'x\.bmp', which is none", "save it again in one of them")


@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "npy", "npz", "nc", "h5.nc", "zip", "dcm", "nii"])
def test_a_truncated_file(tmp_path, ending):
    path = tmp_path / f"x.{ending}"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    if ending in ("png", "jpg"):
        Image.fromarray(noise).save(path)
    elif ending == "tif":
        tifffile.imwrite(path, noise)
    elif ending == "npy":
        np.save(path, noise)
    elif ending == "npz":
        np.savez(path, x=noise)
    elif ending.endswith("nc"):
        engine = "h5netcdf" if ending == "h5.nc" else "scipy"
        xr.Dataset({"x": (("i", "j"), noise.astype("i2"))}).to_netcdf(path, engine=engine)
    elif ending == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("zarr.json", "{}")
    elif ending == "dcm":
        pydicom = pytest.importorskip("pydicom")
        path = Path(shutil.copy(pydicom.data.get_testdata_file("CT_small.dcm", download=False), path))
    else:
        nibabel = pytest.importorskip("nibabel")
        path.write_bytes(nibabel.Nifti1Image(noise, np.eye(4)).to_bytes())
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    refused(path, "a whole", r"breaks off", "again")


@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "npy", "npz", "nc", "h5", "zip", "dcm", "nii"])
def test_noise_behind_a_good_beginning(ending):
    start = {
        "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "tif": b"II*\0", "npy": b"\x93NUMPY", "npz": b"PK\3\4",
        "nc": b"CDF\1", "h5": b"\x89HDF\r\n\x1a\n", "zip": b"PK\3\4", "dcm": bytes(128) + b"DICM",
        "nii": bytes(344) + b"n+1\0",
    }[ending]  # fmt: skip
    for seed in range(3):
        noise = np.random.default_rng(seed).bytes(2000)
        with pytest.raises(Refusal):
            data.load_bytes(f"x.{ending}", start + noise)


def bomb(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(bytes(1000))
    parts = [struct.pack(">I", len(p) - 4) + p + struct.pack(">I", zlib.crc32(p)) for p in (header, body, b"IEND")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("size", [None, 1024])
def test_a_bomb_is_refused_by_its_header(tmp_path, size):
    (tmp_path / "x.png").write_bytes(bomb(50_000, 50_000))
    tracemalloc.start()
    refused(tmp_path / "x.png", "at most 67108864 values", r"50000 x 50000", "cut or shrink", size=size)
    assert tracemalloc.get_traced_memory()[1] < 50e6
    tracemalloc.stop()


def test_declared_sizes_are_checked_before_reading(tmp_path):
    content = b"\x93NUMPY\1\0" + struct.pack("<H", 118)
    content += b"{'descr': '<f8', 'fortran_order': False, 'shape': (90000, 90000), }".ljust(117) + b"\n"
    (tmp_path / "x.npy").write_bytes(content)
    refused(tmp_path / "x.npy", "values to decode", "90000 x 90000", "cut or shrink")
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("x.npy", content)
    refused(tmp_path / "x.npz", "values to decode", "90000 x 90000", "cut or shrink")


def test_too_large_without_a_size(tmp_path):
    path = saved(tmp_path / "x.npy", np.zeros((10, 2049), np.uint8))
    refused(path, "at most 2048 samples a side", r"10 x 2049 in 'x\.npy'", "give size=1024 to resample")
    assert data.load(path, size=1024).shape == (1, 1, 5, 1024)
    path = saved(tmp_path / "s.npy", np.zeros(65_537, np.uint8))
    refused(path, "at most 65536 samples", "65537", "give size=1024")
    assert data.load(saved(tmp_path / "ok.npy", np.zeros((10, 2048), np.uint8))).shape == (1, 1, 10, 2048)


@pytest.mark.parametrize("size", [4, 5000, 10.0, True, "64"])
def test_sizes_out_of_range(tmp_path, size):
    refused(saved(tmp_path / "x.npy", GREY), "a size of 8 to 2048", repr(size), "whole number", size=size)


@pytest.mark.parametrize("window", [(1, 0), (0, 0), (0,), (0, 1, 2), (0, float("nan")), ("a", "b")])
def test_windows_that_are_none(tmp_path, window):
    refused(saved(tmp_path / "x.npy", GREY), "low < high", re.escape(repr(window)), "soft tissue", window=window)


def test_numbers_that_are_none(tmp_path):
    holes = np.ones((10, 20))
    holes[0, :3], holes[1, 1] = np.nan, -np.inf
    refused(saved(tmp_path / "x.npy", holes), r"finite values in 'x\.npy'", "4 of 200 NaN or infinite", "mask")
    refused(saved(tmp_path / "z.npy", holes.astype(complex)), "finite", "4 of 200", "mask")
    objects = saved(tmp_path / "o.npy", np.array([[1, "a"], [{}, None]], object), allow_pickle=True)
    refused(objects, "numbers", "Python objects, which are never unpickled", r"astype\(float\)")
    np.savez(tmp_path / "o.npz", x=np.array([{}, None], object))
    refused(tmp_path / "o.npz", "numbers", "never unpickled", "array of floats")
    refused(saved(tmp_path / "s.npy", np.array(["a", "b"])), "numbers", "<U1", "array of floats")
    refused(saved(tmp_path / "t.npy", np.array([0, 1], "M8[s]")), "numbers", "datetime64", "array of floats")
    refused(saved(tmp_path / "c.npy", np.full((10, 20), 7.0)), "values that differ", "7 everywhere", "window=")
    refused(saved(tmp_path / "w.npy", np.full((10, 20), 1j)), "real values", "complex", "leave", window=(0, 1))


def test_axes_that_are_none(tmp_path):
    volume = saved(tmp_path / "v.npy", np.zeros((91, 109, 91)))
    refused(volume, "a picture or a 1-D signal", "91 x 109 x 91", re.escape('such as variable="[45]"'))
    series = saved(tmp_path / "t.npy", np.zeros((7, 9, 11, 12)))
    refused(series, "a picture", "7 x 9 x 11 x 12", re.escape('variable="[3, 4]"'))
    refused(series, "a picture", "9 x 11 x 12", re.escape('variable="[2, 4]"'), variable="[2]")
    refused(series, "a slice of data of 7 x 9 x 11 x 12", r"\[7\]", "count from 0", variable="[7]")
    refused(series, "a slice", r"\[0, 0, 0, 0, 0\]", "first axes", variable="[0,0,0,0,0]")
    refused(saved(tmp_path / "s.npy", np.float64(3)), "a picture", "a scalar", "save an array")
    refused(saved(tmp_path / "e.npy", np.zeros((0, 9))), "at least one value", "0 x 9", "not empty")
    np.savez(tmp_path / "v.npz", rho=np.zeros((20, 30, 40)))
    refused(tmp_path / "v.npz", "a picture", "20 x 30 x 40", re.escape('variable="rho[10]"'))


def test_variables_that_are_none(tmp_path):
    np.savez(tmp_path / "x.npz", u=GREY, v=GREY[0])
    refused(tmp_path / "x.npz", "one array", r"2 in 'x\.npz'", re.escape("`variable`: u (10 x 20), v (20)"))
    refused(tmp_path / "x.npz", "an array of", "'w'", "it holds u", variable="w[3]")
    dataset = xr.Dataset({"u": (("i", "j"), GREY / 255), "v": ("j", GREY[0] / 255)})
    dataset.to_netcdf(tmp_path / "x.nc", engine="h5netcdf")
    refused(tmp_path / "x.nc", "one array", "2 in", r"u \(10 x 20\), v \(20\)")
    xr.Dataset().to_netcdf(tmp_path / "e.nc", engine="h5netcdf")
    refused(tmp_path / "e.nc", "one array", "0 in", "save arrays")


def test_a_dicom_file_without_pixels():
    pydicom = pytest.importorskip("pydicom")
    path = pydicom.data.get_testdata_file("rtplan.dcm", download=False)
    refused(path, "a DICOM file with pixels", r"one without \(RTPLAN\)", "open an image")
