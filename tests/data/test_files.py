"""Round trips: what is written in each format is what comes back, with a sentence for every change."""

import gzip
import re
import shutil
import zipfile
import zlib

import numpy as np
import pytest
import tifffile
import torch
import xarray as xr
from PIL import Image

from workbench import data
from workbench.refusal import Refusal

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (12, 17), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (12, 17, 3), dtype=np.uint8)
UNIT = RNG.random((12, 17))


def same(x: torch.Tensor, expected: np.ndarray) -> bool:
    return x.dtype in (torch.float32, torch.complex64) and np.allclose(x[0].numpy(), expected, atol=1e-6)


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_pictures_without_loss(tmp_path, ending):
    path = tmp_path / f"x.{ending}"
    Image.fromarray(GREY).save(path)
    assert same(data.load(path), GREY[None] / 255)
    Image.fromarray(COLOUR).save(path)
    assert same(data.load(path), COLOUR.transpose(2, 0, 1) / 255)
    deep = GREY.astype(np.uint16) * 257
    Image.fromarray(deep).save(path)
    assert same(data.load(path), deep[None] / 65535)


def test_jpeg_is_close(tmp_path):
    smooth = np.tile(np.linspace(0, 255, 32).astype(np.uint8), (24, 1))
    Image.fromarray(smooth).save(tmp_path / "x.jpg", quality=98)
    assert np.abs(data.load(tmp_path / "x.jpg")[0, 0].numpy() - smooth / 255).max() < 0.02


def test_jpeg_orientation_is_ignored_and_said(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(GREY).save(tmp_path / "x.jpg", exif=exif)
    loaded = data.load_described(tmp_path / "x.jpg")
    assert loaded.tensor.shape == (1, 1, 12, 17) and "EXIF orientation is ignored" in loaded.notes[0]


@pytest.mark.parametrize("ending", ["png", "tif"])
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_is_dropped_with_a_note(tmp_path, mode, ending):
    picture = Image.fromarray(COLOUR).convert(mode)
    picture.putalpha(7)
    picture.save(tmp_path / f"x.{ending}")
    loaded = data.load_described(tmp_path / f"x.{ending}")
    assert "the alpha channel is dropped" in loaded.notes
    assert same(loaded.tensor, np.atleast_3d(np.asarray(picture)).transpose(2, 0, 1)[:-1] / 255)


def test_palettes_bits_and_deep_colour_are_said(tmp_path):
    Image.fromarray(COLOUR).quantize(8).save(tmp_path / "p.png")
    assert "P colours are converted to RGB" in data.load_described(tmp_path / "p.png").notes
    Image.fromarray(GREY > 128).save(tmp_path / "b.png")
    assert same(data.load(tmp_path / "b.png"), (GREY > 128)[None])
    deep = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", _be(8) + _be(8) + bytes([16, 2, 0, 0, 0]))
    pixels = (b"\0" + b"\x12\x34\xff\x00\x00\x01" * 8) * 8
    deep += _chunk(b"IDAT", zlib.compress(pixels)) + _chunk(b"IEND", b"")
    loaded = data.load_bytes("deep.png", deep)
    assert loaded.notes == ("16-bit integers scaled from [0, 65535] to [0, 1]",)
    assert torch.allclose(65535 * loaded.tensor[0, :, 3, 5], torch.tensor([0x1234, 0xFF00, 1.0]))


def _be(n: int) -> bytes:
    return n.to_bytes(4, "big")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return _be(len(content)) + kind + content + _be(zlib.crc32(kind + content))


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "jpeg"])
def test_compressed_tiff(tmp_path, compression):
    Image.fromarray(GREY).save(tmp_path / "x.tif", compression=compression)
    x = data.load(tmp_path / "x.tif")
    assert x.shape == (1, 1, 12, 17) and (compression == "jpeg" or same(x, GREY[None] / 255))


def test_tiff_of_floats_and_of_pages(tmp_path):
    tifffile.imwrite(tmp_path / "f.tif", UNIT.astype(np.float32))
    assert same(data.load(tmp_path / "f.tif"), UNIT[None])
    pages = RNG.integers(0, 256, (6, 12, 17), dtype=np.uint8)
    tifffile.imwrite(tmp_path / "p.tif", pages, photometric="minisblack")
    assert same(data.load(tmp_path / "p.tif", "[4]"), pages[4][None] / 255)
    with pytest.raises(Refusal, match=r'data of 6 x 12 x 17: take one slice, such as variable="\[3\]"'):
        data.load(tmp_path / "p.tif")


@pytest.mark.parametrize("shape", [(17,), (2, 17), (1, 1, 17), (12, 17), (3, 12, 17), (1, 3, 12, 17)])
def test_npy_of_a_signal_or_a_picture(tmp_path, shape):
    x = RNG.random(shape)
    np.save(tmp_path / "x.npy", x)
    space = shape[-1:] if 12 not in shape else shape[-2:]
    assert same(data.load(tmp_path / "x.npy"), x.reshape(-1, *space))


def test_npy_with_channels_last(tmp_path):
    np.save(tmp_path / "x.npy", COLOUR)
    assert same(data.load(tmp_path / "x.npy"), COLOUR.transpose(2, 0, 1) / 255)


@pytest.mark.parametrize("dtype", [">u2", "<u2", ">f4", ">f8", "bool", "f2"])
def test_npy_of_every_type(tmp_path, dtype):
    x = (RNG.random((12, 17)) * (65535 if "u" in dtype else 1)).astype(dtype)
    np.save(tmp_path / "x.npy", x)
    assert same(data.load(tmp_path / "x.npy"), x[None].astype(float) / (65535 if "u" in dtype else 1))


def test_npz_by_name_and_slice(tmp_path):
    volume = RNG.random((5, 12, 17))
    np.savez_compressed(tmp_path / "x.npz", u=UNIT, v=volume)
    assert same(data.load(tmp_path / "x.npz", "u"), UNIT[None])
    assert same(data.load(tmp_path / "x.npz", "v[3]"), volume[3][None])
    np.savez(tmp_path / "one.npz", u=UNIT)
    assert same(data.load(tmp_path / "one.npz"), UNIT[None])


@pytest.mark.parametrize("engine", ["h5netcdf", "scipy"])
def test_netcdf_unpacks_and_leaves_coordinates_out(tmp_path, engine):
    kelvin = xr.DataArray(250 + 50 * UNIT, dims=("y", "x"), coords={"y": np.arange(12.0), "x": np.arange(17.0)})
    packed = {"dtype": "int16", "scale_factor": 0.01, "add_offset": 275.0, "_FillValue": -32768}
    kelvin.to_dataset(name="t").to_netcdf(tmp_path / "x.nc", engine=engine, encoding={"t": packed})
    loaded = data.load_described(tmp_path / "x.nc")
    low, high = loaded.limits
    np.testing.assert_allclose(low + (high - low) * loaded.tensor[0, 0].numpy(), kelvin.values, atol=0.006)


def test_plain_hdf5(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["u"], file["v"] = UNIT, RNG.random((5, 12, 17))
    assert same(data.load(tmp_path / "x.h5", "u"), UNIT[None])


@pytest.mark.parametrize("version", [2, 3])
def test_zarr_in_a_folder_and_in_a_zip(tmp_path, version):
    source = xr.Dataset({"u": (("y", "x"), UNIT)}, {"y": np.arange(12), "x": np.arange(17)})
    source.to_zarr(tmp_path / "x.zarr", zarr_format=version, consolidated=False)
    assert same(data.load(tmp_path / "x.zarr"), UNIT[None])
    bare = shutil.make_archive(str(tmp_path / "bare"), "zip", tmp_path / "x.zarr")
    nested = shutil.make_archive(str(tmp_path / "nested"), "zip", tmp_path, "x.zarr")
    assert same(data.load(bare), UNIT[None]) and same(data.load(nested), UNIT[None])


def test_zarr_of_one_array_and_of_groups(tmp_path):
    zarr = pytest.importorskip("zarr")
    zarr.save_array(tmp_path / "a", UNIT)
    assert same(data.load(tmp_path / "a"), UNIT[None])
    root = zarr.open_group(tmp_path / "g", mode="w")
    root.create_array("deep/u", data=UNIT.astype(np.float32))
    root.create_array("v", data=GREY).attrs["scale_factor"] = 2
    assert same(data.load(tmp_path / "g", "deep/u"), UNIT[None])
    assert "its attributes scale_factor are not applied" in data.load_described(tmp_path / "g", "v").notes


def _dicom_file(name: str):
    pydicom = pytest.importorskip("pydicom")
    return pydicom.data.get_testdata_file(name, download=False)


def test_dicom_in_its_units():
    loaded = data.load_described(_dicom_file("CT_small.dcm"))
    assert loaded.limits == (-896, 1167) and loaded.tensor.shape == (1, 1, 128, 128)
    assert "rescaled to Hounsfield units by slope 1 and intercept -1024" in loaded.notes
    assert "scaled from [-896, 1167], its smallest and largest value, to [0, 1]" in loaded.notes
    assert "the file suggests window=(-200, 1400)" in data.load_described(_dicom_file("MR_small.dcm")).notes


@pytest.mark.parametrize(
    ("name", "variable", "shape"),
    [
        ("SC_rgb_small_odd.dcm", None, (3, 3, 3)),
        ("examples_palette.dcm", None, (3, 350, 800)),
        ("rtdose.dcm", "[7]", (1, 10, 10)),
        ("SC_rgb_rle_2frame.dcm", "[1]", (3, 100, 100)),
    ],
)
def test_dicom_of_colour_and_of_frames(name, variable, shape):
    assert data.load(_dicom_file(name), variable).shape == (1, *shape)


@pytest.mark.parametrize("kind", ["Nifti1Image", "Nifti2Image"])
@pytest.mark.parametrize("packed", [False, True])
def test_nifti_faces_up(kind, packed):
    nibabel = pytest.importorskip("nibabel")
    volume = RNG.random((17, 12, 5)).astype(np.float32)
    content = getattr(nibabel, kind)(volume, np.eye(4)).to_bytes()
    loaded = data.load_bytes("x.nii.gz", gzip.compress(content) if packed else content, "[2]")
    assert same(loaded.tensor, volume[:, ::-1, 2].T[None])


def test_complex_numbers_stay_complex(tmp_path):
    z = (RNG.normal(size=(12, 17)) + 1j * RNG.normal(size=(12, 17))) * 9
    np.save(tmp_path / "z.npy", z)
    loaded = data.load_described(tmp_path / "z.npy", size=10)
    assert loaded.tensor.dtype == torch.complex64 and loaded.tensor.shape == (1, 1, 7, 10)
    top = np.abs(z).max()
    assert same(data.load(tmp_path / "z.npy"), z[None] / top) and loaded.limits[1] == pytest.approx(top)


@pytest.mark.parametrize(
    ("values", "window", "expected", "said"),
    [
        (np.array([0.25, 0.5]), None, [0.25, 0.5], "kept as they are"),
        (np.array([-1.0, 3.0, 1.0]), None, [0, 1, 0.5], r"scaled from \[-1, 3\]"),
        (np.array([0, 4095], np.uint16), None, [0, 4095 / 65535], r"window=\(0, 4095\) uses the whole range"),
        (np.array([0, 4095], np.uint16), (0, 4095), [0, 1], r"window \[0, 4095\] .*; 0 of 60 values clipped"),
        (np.array([-5.0, 2.0, 9.0]), (0, 4), [0, 0.5, 1], "60 of 90 values clipped"),
        (np.array([-100, 100], np.int16), None, [0, 1], r"scaled from \[-100, 100\]"),
        (np.array([200, 255], np.uint8), None, [200 / 255, 1], "8-bit integers"),
        (np.array([1e9 + 1, 1e9, 1e9 + 4]), None, [0.25, 0, 1], "smallest and largest"),
    ],
)
def test_every_scaling_is_said(tmp_path, values, window, expected, said):
    np.save(tmp_path / "x.npy", np.resize(values, 3 * 10 * len(values)))
    loaded = data.load_described(tmp_path / "x.npy", window=window)
    assert np.allclose(loaded.tensor[0, 0, : len(values)].numpy(), expected, atol=1e-6)
    assert re.search(said, loaded.notes[-1])


def test_size_resamples_the_longest_side_and_keeps_the_aspect(tmp_path):
    np.save(tmp_path / "x.npy", RNG.random((3, 100, 50)))
    loaded = data.load_described(tmp_path / "x.npy", size=20)
    assert loaded.tensor.shape == (1, 3, 20, 10)
    assert loaded.notes[-1] == "resampled from 100 x 50 to 20 x 10, antialiased"
    assert data.load(tmp_path / "x.npy", size=100).shape == (1, 3, 100, 50)
    np.save(tmp_path / "s.npy", np.tile([0.0, 1.0], 500))
    assert np.allclose(data.load(tmp_path / "s.npy", size=50)[0, 0, 2:-2], 0.5, atol=0.02)  # nothing folds back


def test_bytes_are_read_as_the_file_and_named_in_the_sentences(tmp_path):
    Image.fromarray(GREY).save(tmp_path / "x.png")
    content = (tmp_path / "x.png").read_bytes()
    assert torch.equal(data.load_bytes("x.png", content).tensor, data.load(tmp_path / "x.png"))
    assert data.load_bytes("y.jpg", content).notes[0] == "its name says JPEG, its content is PNG"
    with pytest.raises(Refusal, match=r"a whole PNG file, got 'y\.png'"):
        data.load_bytes("y.png", content[:60])


def test_zip_of_arrays_and_a_store_are_told_apart(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(Refusal, match="whose name says Zarr and whose content is not"):
        data.load(tmp_path / "x.zip")


def test_file_signal_is_load(tmp_path):
    np.savez(tmp_path / "x.npz", u=4095 * UNIT, v=GREY)
    signal = data.File(str(tmp_path / "x.npz"), "u", 10, (0, 4095))
    assert torch.equal(signal.tensor(), data.load(tmp_path / "x.npz", "u", 10, (0, 4095)))
