"""TIFF as scanners, cameras, microscopes and GDAL write it: every pixel is a formula, so the right value is known."""

import logging

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from tests.data.conftest import RAMP, in_units, opened
from workbench import data
from workbench.refusal import Refusal

TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "f2", "f4", "f8", "c8")
LAYOUTS = ((1, "contig"), (2, "contig"), (3, "separate"), (4, "contig"), (5, "separate"))
RGB = np.stack([RAMP, RAMP + 40, 200 - RAMP], -1).astype(np.uint8)


def bands(dtype: str, count: int) -> np.ndarray:
    """(count, H, W) that fill the range of a type, below zero where it has a sign."""
    values = np.stack([RAMP * (c + 1) / 2 + 5 * c for c in range(count)])
    kind, size = np.dtype(dtype).kind, np.dtype(dtype).itemsize
    if kind == "c":
        return (values / 50 - 1 + 1j * values / 90).astype(dtype)
    if kind == "f":
        return (values / 8 - 3).astype(dtype)
    values = values - 60 * (kind == "i")
    return (values.astype(np.int64).clip(-128, 127 if kind == "i" else 255) * 2 ** (8 * size - 8)).astype(dtype)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "lzw", "zlib", "zstd", "packbits", "lzma"])
@pytest.mark.parametrize("dtype", TYPES)
def test_every_type_compression_order_and_layout(tmp_path, dtype, compression, order):
    path, predictor = tmp_path / "x.tif", compression in ("lzw", "zlib", "zstd") and dtype != "c8"
    for k, (count, layout) in enumerate(LAYOUTS):
        wanted = bands(dtype, count)
        pixels = wanted if layout == "separate" else np.moveaxis(wanted, 0, -1).copy()
        colour = count > 2 and dtype in ("u1", "u2")
        options = {"photometric": "rgb" if colour else "minisblack", "planarconfig": layout if count > 1 else None}
        options |= {"extrasamples": ["unspecified"] * (count - 3)} if colour else {}
        options |= {"tile": (16, 16)} if k % 2 else {"rowsperstrip": 7}
        tifffile.imwrite(
            path, pixels[..., 0] if count == 1 else pixels, metadata=None, byteorder=order, bigtiff=k == 3,
            compression=compression, predictor=predictor, **options,
        )  # fmt: skip
        opened(path, wanted)


@pytest.mark.parametrize("codec", ["jpeg2000", "jpegxl", "webp", "png", "lerc"])
def test_codecs_of_pictures_without_loss(tmp_path, codec):
    exact = {"compressionargs": {"lossless": True}} if codec in ("webp", "jpegxl") else {}
    tifffile.imwrite(tmp_path / "x.tif", RGB, photometric="rgb", compression=codec, metadata=None, **exact)
    opened(tmp_path / "x.tif", np.moveaxis(RGB, -1, 0))


@pytest.mark.parametrize("codec", ["jpeg", "jpeg2000"])
def test_codecs_of_pictures_of_12_bits(tmp_path, codec):
    values = (40 * RAMP).astype(np.uint16)
    tifffile.imwrite(tmp_path / "x.tif", values, bitspersample=12, compression=codec, metadata=None)
    assert opened(tmp_path / "x.tif", values, room=0.02).limits == (0, 4095)


def test_a_picture_of_webp_whose_alpha_was_left_out(tmp_path):
    four = np.dstack([RGB, np.full(RAMP.shape, 255, np.uint8)])
    tifffile.imwrite(tmp_path / "x.tif", four, photometric="rgb", extrasamples=["unassalpha"], metadata=None,
                     compression="webp", compressionargs={"lossless": True})  # fmt: skip
    opened(tmp_path / "x.tif", np.moveaxis(RGB, -1, 0))


def test_jpeg_inside_of_grey_of_colours_and_of_inks(tmp_path):
    path, close = tmp_path / "x.tif", {"compression": "jpeg", "compressionargs": {"level": 98}, "metadata": None}
    tifffile.imwrite(path, RAMP.astype(np.uint8), **close)
    opened(path, RAMP, room=0.02)
    tifffile.imwrite(path, RGB, photometric="rgb", **close)
    opened(path, np.moveaxis(RGB, -1, 0), room=0.03)
    inks = np.dstack([RGB, RAMP // 2]).astype(np.uint8)
    close = {"compression": "jpeg", "metadata": None}
    light = (255.0 - inks[..., :3]) * (255.0 - inks[..., 3:]) / 255
    for options in ({"metadata": None}, {"metadata": None, "compression": "lzw"}, close):
        tifffile.imwrite(path, inks, photometric="separated", planarconfig="contig", **options)
        assert "CMYK colours are converted to RGB" in opened(path, np.moveaxis(light, -1, 0), room=0.02).notes


def test_brightness_and_colour_differences_as_pillow_reads_them(tmp_path):
    picture = Image.fromarray(RGB).convert("YCbCr")
    tifffile.imwrite(tmp_path / "x.tif", np.asarray(picture), photometric="ycbcr", subsampling=(1, 1), metadata=None)
    opened(tmp_path / "x.tif", np.moveaxis(np.asarray(picture.convert("RGB")), -1, 0), room=0.01)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt", "packbits", "raw"])
def test_fax_pages(tmp_path, compression):
    Image.fromarray(RAMP % 7 < 3).save(tmp_path / "x.tif", compression=compression)
    opened(tmp_path / "x.tif", RAMP % 7 < 3)


@pytest.mark.parametrize("bits", [2, 4, 10, 12, 14])
def test_narrow_types_take_their_own_range(tmp_path, bits):
    values = (RAMP % 2 ** min(bits, 6)).astype(np.uint8 if bits < 9 else np.uint16)
    tifffile.imwrite(tmp_path / "x.tif", values, bitspersample=bits, metadata=None)
    assert opened(tmp_path / "x.tif", values).limits == (0, 2**bits - 1)


@pytest.mark.parametrize("depth", [257, 1])
def test_palettes(tmp_path, depth):
    table = (np.arange(256) * np.array([[1], [2], [3]]) % 256 * depth + (depth == 1)).astype(np.uint16)
    tifffile.imwrite(tmp_path / "x.tif", RAMP.astype(np.uint8), photometric="palette", colormap=table, metadata=None)
    opened(tmp_path / "x.tif", table[:, RAMP] // (257 if depth == 257 else 1))


def test_what_is_meant_bright_or_turned_is_kept_and_said(tmp_path, said):
    path, options = tmp_path / "x.tif", {"photometric": "miniswhite", "extratags": [(274, 3, 1, 8, True)]}
    for compression in (None, "lzw"):
        tifffile.imwrite(path, RAMP.astype(np.uint8), compression=compression, metadata=None, **options)
        opened(path, RAMP)
        assert "small values are meant to look bright" in said(path)
        assert "its orientation tag is ignored" in said(path) and "turned to the right" in said(path)


@pytest.mark.parametrize("layout", ["contig", "separate"])
@pytest.mark.parametrize(("extra", "kept"), [("unassalpha", 3), ("assocalpha", 3), ("unspecified", 4)])
def test_alpha_is_no_channel_and_a_band_is(tmp_path, layout, extra, kept, said):
    four = np.stack([RAMP, RAMP + 10, RAMP + 20, 200 - RAMP]).astype(np.uint8)
    pixels = four if layout == "separate" else np.moveaxis(four, 0, -1).copy()
    tifffile.imwrite(
        tmp_path / "x.tif", pixels, photometric="rgb", planarconfig=layout, extrasamples=[extra], metadata=None
    )
    opened(tmp_path / "x.tif", four[:kept])
    assert ("the alpha channel is dropped" in said(tmp_path / "x.tif")) == (kept == 3)


STACK = np.stack([RAMP + k for k in range(12)]).reshape(2, 2, 3, 20, 24).astype(np.uint16)


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("metadata", [None, {}, {"axes": "ZYX"}])
def test_pages_are_slices_and_never_colours(tmp_path, count, metadata):
    tifffile.imwrite(tmp_path / "x.tif", STACK[0, 0, :count] if count < 4 else STACK.reshape(12, 20, 24)[:4],
                     photometric="minisblack", metadata=metadata)  # fmt: skip
    with pytest.raises(Refusal, match=r'take one slice, such as variable="\[\d\]", of its axes \((page|z), y, x\)'):
        data.load(tmp_path / "x.tif")
    opened(tmp_path / "x.tif", RAMP + 1, "[1]")


@pytest.mark.parametrize("kind", ["imagej", "ome", "shaped"])
def test_channels_times_and_depths_of_microscopes(tmp_path, kind):
    path = tmp_path / "x.tif"
    if kind == "ome":
        tifffile.imwrite(path, np.moveaxis(STACK, 2, 1), ome=True, metadata={"axes": "TCZYX"})
    else:
        planes = {"truncate": True, "photometric": "rgb", "planarconfig": "separate"}
        options = {"imagej": True} if kind == "imagej" else planes
        tifffile.imwrite(path, STACK, metadata={"axes": "TZCYX"}, **options)
    with pytest.raises(Refusal) as caught:
        data.load(path)
    advised = str(caught.value).partition('variable="')[2].partition('"')[0]
    opened(path, STACK[1, 1], advised)
    opened(path, STACK[1, 0], "[1, :, 0]" if kind == "ome" else "[1, 0]")
    if kind != "shaped":  # there the three are the samples of a pixel
        opened(path, STACK[1, 0, 2], "[1, 2, 0]" if kind == "ome" else "[1, 0, 2]")


def test_imagejs_range_is_suggested(tmp_path, said):
    tifffile.imwrite(tmp_path / "x.tif", STACK[0, 0, 0], imagej=True, metadata={"min": 3, "max": 77})
    assert "the file suggests window=(3, 77)" in said(tmp_path / "x.tif")
    assert data.load_described(tmp_path / "x.tif", window="suggested").limits == (3, 77)


def test_overviews_stand_aside_and_other_series_are_asked_for(tmp_path):
    for kind in (1, 0):
        with tifffile.TiffWriter(tmp_path / "x.tif") as file:
            file.write(RAMP.astype(np.uint8), metadata=None)
            file.write(RAMP[:10, :13].astype(np.uint8), subfiletype=kind, metadata=None)
        if kind:
            opened(tmp_path / "x.tif", RAMP)
    with pytest.raises(Refusal, match=r"series0 \(20 x 24\), series1 \(10 x 13\)"):
        data.load(tmp_path / "x.tif")
    opened(tmp_path / "x.tif", RAMP[:10, :13], "series1")


def tagged(path, **values: int) -> None:
    """Write other numbers into the header of a file."""
    with tifffile.TiffFile(path, mode="r+") as file:
        for name, value in values.items():
            file.pages[0].tags[name].overwrite(value)


@pytest.mark.parametrize(
    "compression", [None, "lzw", "zlib", "zstd", "packbits", "lzma", "jpeg", "jpeg2000", "jpegxl", "png"]
)
@pytest.mark.parametrize(
    "lie", [{"BitsPerSample": 8}, {"ImageLength": 15, "RowsPerStrip": 15}, {"ImageLength": 30, "RowsPerStrip": 30}]
)
def test_a_page_that_disagrees_with_its_header_is_refused(tmp_path, compression, lie):
    values = RAMP.astype(np.uint8) if compression == "jpeg" else (700 * RAMP).astype(np.uint16)
    tifffile.imwrite(tmp_path / "x.tif", values, metadata=None, compression=compression)
    opened(tmp_path / "x.tif", values, room=0.02)
    tagged(tmp_path / "x.tif", **(lie if values.itemsize == 2 or "ImageLength" in lie else {"BitsPerSample": 16}))
    with pytest.raises(Refusal):
        data.load(tmp_path / "x.tif")


@pytest.mark.parametrize("compression", [None, "lzw", "jpeg"])
def test_pages_that_break_off(tmp_path, compression):
    path, pages = tmp_path / "x.tif", np.stack([RAMP, RAMP + 9]).astype(np.uint8)
    tifffile.imwrite(path, pages, photometric="minisblack", metadata=None, compression=compression)
    content = path.read_bytes()
    with tifffile.TiffFile(path) as file:
        end = max(o + n for p in file.pages for o, n in zip(p.dataoffsets, p.databytecounts, strict=True))
    with pytest.raises(Refusal):
        data.load_bytes("x.tif", content[: end - 40], "[1]")


def test_a_chain_of_pages_that_bites_its_tail_has_an_end(tmp_path):
    """A page without tags that names itself as the next one: tifffile's series alone would run for ever."""
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, RAMP.astype(np.uint8), metadata=None)
    content = path.read_bytes()
    with tifffile.TiffFile(path) as file:
        end = file.pages[0].offset + 2 + 12 * len(file.pages[0].tags)
    place = len(content).to_bytes(4, "little")
    path.write_bytes(content[:end] + place + content[end + 4 :] + b"\0\0" + place)
    opened(path, RAMP)


def test_strips_of_which_the_last_is_padded(tmp_path):
    """Some writers fill the last strip up to its full height: the picture is whole, and more rows are not."""
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, RAMP.astype(np.uint8), rowsperstrip=16, compression="lzw", metadata=None)
    padded = imagecodecs.lzw_encode(np.vstack([RAMP[16:], np.zeros((12, 24))]).astype(np.uint8).tobytes())
    with tifffile.TiffFile(path, mode="r+") as file:
        page = file.pages[0]
        file.filehandle.seek(0, 2)
        end = file.filehandle.tell()
        file.filehandle.write(padded)
        page.tags["StripOffsets"].overwrite((page.dataoffsets[0], end))
        page.tags["StripByteCounts"].overwrite((page.databytecounts[0], len(padded)))
    opened(path, RAMP)


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        ("-3.4028234663852886e+38", "f4"),  # GDAL's usual one, of which tifffile says that it does not fit
        ("-1.7976931348623157e+308", "f8"),
        ("-3.4028234663852886e+38", "f8"),
        ("nan", "f4"),
        ("-9999", "f4"),
        ("-9999", "i2"),
        ("-9999.0", "i2"),
        ("255", "u1"),
        ("-32768", "i2"),
        ("4294967295", "u4"),
        ("0", "u2"),
    ],
)
def test_what_gdal_calls_no_data_is_never_data(tmp_path, text, dtype):
    values, gaps = (RAMP + 5).astype(dtype), np.zeros(RAMP.shape, bool)
    gaps[3:5, 4:9] = True
    values[gaps] = np.float64(text).astype(dtype) if dtype[0] == "f" else int(float(text))
    for compression in (None, "lzw"):
        path = tmp_path / "x.tif"
        tifffile.imwrite(path, values, compression=compression, metadata=None, extratags=[(42113, "s", 0, text, True)])
        loaded = data.load_described(path)
        assert f"10 of 480 values are missing (GDAL_NODATA {text}" in "; ".join(loaded.notes)
        assert np.array_equal(loaded.gaps[0, 0].numpy(), gaps)
        np.testing.assert_allclose(in_units(loaded)[0], np.where(gaps, 5, RAMP + 5), atol=1e-3)


def test_a_library_says_nothing_on_the_side(tmp_path, capsys, monkeypatch):
    """tifffile logs that it cannot read the usual value of GDAL, which is read here all the same."""
    for name in (None, "tifffile"):
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
    tags = [(42113, "s", 0, "-3.4028234663852886e+38", True)]
    tifffile.imwrite(tmp_path / "x.tif", RAMP.astype(np.float32), metadata=None, extratags=tags)
    opened(tmp_path / "x.tif", RAMP)
    assert capsys.readouterr().err == ""


def test_no_data_that_cannot_occur_or_is_no_number(tmp_path, said):
    for text, word in (("-9999", ""), ("n/a", "its no-data value 'n/a' is no number")):
        tifffile.imwrite(
            tmp_path / "x.tif", RAMP.astype(np.uint8), metadata=None, extratags=[(42113, "s", 0, text, True)]
        )
        assert opened(tmp_path / "x.tif", RAMP).gaps is None
        assert word in said(tmp_path / "x.tif") and ("no-data" in said(tmp_path / "x.tif")) == bool(word)


@pytest.mark.parametrize("text", ["-7", None])
def test_tiles_that_are_not_in_the_file(tmp_path, text):
    path = tmp_path / "x.tif"
    tags = [(42113, "s", 0, text, True)] if text else []
    tifffile.imwrite(path, RAMP.astype(np.int16) + 1, tile=(16, 16), metadata=None, extratags=tags)
    with tifffile.TiffFile(path, mode="r+") as file:
        page = file.pages[0]
        page.tags["TileByteCounts"].overwrite((*page.databytecounts[:3], 0))
        page.tags["TileOffsets"].overwrite((*page.dataoffsets[:3], 0))
    loaded = data.load_described(path)
    rest = np.s_[16:, 16:]
    assert in_units(loaded)[0][rest] == pytest.approx(1 if text else 0)
    assert (loaded.gaps is not None and loaded.gaps[0, 0][rest].all()) == bool(text)
    assert any(("missing" if text else "not in the file") in note for note in loaded.notes)


def test_the_mask_beside_a_picture(tmp_path):
    with tifffile.TiffWriter(tmp_path / "x.tif") as file:
        file.write(RGB, photometric="rgb", metadata=None)
        file.write(RAMP > 30, subfiletype=4, photometric=4, metadata=None)
    loaded = data.load_described(tmp_path / "x.tif")
    assert "a mask in the file" in loaded.notes[0]
    assert np.array_equal(loaded.gaps[0].numpy(), np.broadcast_to(RAMP <= 30, (3, 20, 24)))


def test_scales_of_gdal_are_said(tmp_path, said):
    text = '<GDALMetadata><Item name="SCALE" sample="0" role="scale">0.1</Item></GDALMetadata>'
    tifffile.imwrite(tmp_path / "x.tif", RAMP.astype(np.uint8), metadata=None, extratags=[(42112, "s", 0, text, True)])
    assert "its GDAL scale are not applied" in said(tmp_path / "x.tif")


@pytest.mark.parametrize("kind", ["cielab", "logl"])
def test_colours_that_are_not_read_are_refused_in_words(tmp_path, kind):
    pixels = RGB if kind == "cielab" else RAMP.astype(np.uint16)
    tifffile.imwrite(tmp_path / "x.tif", pixels, photometric=kind, metadata=None)
    with pytest.raises(Refusal, match="save it as RGB"):
        data.load(tmp_path / "x.tif")
