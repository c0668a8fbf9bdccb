"""PNG, JPEG and WebP: every kind of channel and depth, and the tags that say how a camera was turned."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.data.conftest import RAMP, opened
from workbench import data

imagecodecs = pytest.importorskip("imagecodecs")

RGB = np.stack([RAMP, RAMP + 40, 200 - RAMP], -1).astype(np.uint8)
DEEP = np.stack([RAMP * 700 + 100 * c for c in (1, 5, 9, 13)], -1).astype(np.uint16)
TURN = Image.Exif()
TURN[0x0112] = 6


def first(pixels: np.ndarray, channels: int) -> np.ndarray:
    return np.moveaxis(pixels[..., :channels], -1, 0)


@pytest.mark.parametrize(("channels", "kept"), [(1, 1), (2, 1), (3, 3), (4, 3)])
def test_deep_png_keeps_all_its_bits(tmp_path, channels, kept, said):
    pixels = np.ascontiguousarray(DEEP[..., :channels]).squeeze()
    (tmp_path / "x.png").write_bytes(imagecodecs.png_encode(pixels))
    opened(tmp_path / "x.png", first(DEEP, kept))
    assert ("alpha" in said(tmp_path / "x.png")) == (channels in (2, 4))


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("kind", ["grey", "palette"])
def test_narrow_png(tmp_path, depth, kind):
    """Grey of few bits is in the numbers of its file, not in those times 85 or 17; indices are looked up."""
    indices = (RAMP % 2**depth).astype(np.uint8)
    lines = [np.packbits(np.unpackbits(line[:, None], axis=1)[:, 8 - depth :].ravel()).tobytes() for line in indices]
    head = struct.pack(">IIBBBBB", 24, 20, depth, 3 if kind == "palette" else 0, 0, 0, 0)
    colours = (np.arange(2**depth)[:, None] * [3, 5, 7]).astype(np.uint8)
    parts = [b"IHDR" + head, *([b"PLTE" + colours.tobytes()] if kind == "palette" else [])]
    parts += [b"IDAT" + zlib.compress(b"".join(b"\0" + line for line in lines)), b"IEND"]
    chunks = (struct.pack(">I", len(p) - 4) + p + struct.pack(">I", zlib.crc32(p)) for p in parts)
    (tmp_path / "x.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    wanted = first(colours[indices], 3) if kind == "palette" else indices
    opened(tmp_path / "x.png", wanted)
    if kind == "grey":
        assert np.array_equal(data.Measured(str(tmp_path / "x.png")).loaded().tensor.numpy(), indices)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_of_grey_colours_and_inks(tmp_path, mode):
    if mode == "CMYK":
        inks = np.dstack([RGB, RAMP // 2]).astype(np.uint8)
        Image.fromarray(inks, "CMYK").save(tmp_path / "x.jpg", quality=98)
        wanted = (255.0 - inks[..., :3]) * (255.0 - inks[..., 3:]) / 255
        loaded = opened(tmp_path / "x.jpg", first(wanted, 3), room=0.03)
        assert "CMYK colours are converted to RGB" in loaded.notes
        return
    Image.fromarray(RGB if mode == "RGB" else RGB[..., 0]).save(tmp_path / "x.jpg", quality=98, subsampling=0)
    opened(tmp_path / "x.jpg", first(RGB, 3) if mode == "RGB" else RAMP, room=0.03)


@pytest.mark.parametrize("alpha", [False, True])
def test_webp_without_loss(tmp_path, alpha, said):
    picture = Image.fromarray(np.dstack([RGB, np.full(RAMP.shape, 200)]).astype(np.uint8) if alpha else RGB)
    picture.save(tmp_path / "x.webp", lossless=True, exact=True)
    opened(tmp_path / "x.webp", first(RGB, 3))
    assert ("the alpha channel is dropped" in said(tmp_path / "x.webp")) == alpha


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_how_a_camera_was_turned_is_said(tmp_path, ending, said):
    path = tmp_path / f"x.{ending}"
    Image.fromarray(RGB).save(path, exif=TURN)
    assert data.load(path).shape == (1, 3, 20, 24)
    assert "its EXIF orientation is ignored" in said(path) and "turned to the left by 90 degrees" in said(path)
    Image.fromarray(RGB).save(path)
    assert "orientation" not in said(path)


def test_tags_behind_the_pixels_and_of_deep_pictures(tmp_path, said):
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    for pixels in (RGB, DEEP[..., :3].copy()):
        content = imagecodecs.png_encode(pixels)
        turned = content[:-12] + chunk(b"eXIf", TURN.tobytes().removeprefix(b"Exif\0\0")) + content[-12:]
        (tmp_path / "x.png").write_bytes(turned)
        assert "its EXIF orientation is ignored" in said(tmp_path / "x.png")


def test_moving_pictures_and_transparent_colours_are_said(tmp_path, said):
    frames = [Image.fromarray(RGB), Image.fromarray(RGB[::-1].copy())]
    for ending, options in (("png", {}), ("webp", {"lossless": True})):
        frames[0].save(tmp_path / f"x.{ending}", save_all=True, append_images=frames[1:], **options)
        opened(tmp_path / f"x.{ending}", first(RGB, 3))
        assert "the first of its 2 pictures is taken" in said(tmp_path / f"x.{ending}")
    Image.fromarray(RAMP.astype(np.uint8)).save(tmp_path / "t.png", transparency=7)
    opened(tmp_path / "t.png", RAMP)
    assert "its transparency is dropped" in said(tmp_path / "t.png")
