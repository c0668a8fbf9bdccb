"""Decoded frames of DICOM: by pydicom and its plugins, to which the codecs of imagecodecs are added."""

import functools
import importlib
import importlib.util
from typing import Any

import numpy as np

from workbench.data.field import need
from workbench.refusal import Refusal

_LABEL = "inverse-workbench"
# Transfer syntaxes that pydicom cannot decode by itself, and the codec of imagecodecs for each.
_CODECS = {
    "1.2.840.10008.1.2.4.51": "jpeg8_decode",
    "1.2.840.10008.1.2.4.57": "ljpeg_decode",
    "1.2.840.10008.1.2.4.70": "ljpeg_decode",
    "1.2.840.10008.1.2.4.80": "jpegls_decode",
    "1.2.840.10008.1.2.4.81": "jpegls_decode",
    "1.2.840.10008.1.2.4.201": "htj2k_decode",
    "1.2.840.10008.1.2.4.202": "htj2k_decode",
    "1.2.840.10008.1.2.4.203": "htj2k_decode",
}
DECODER_DEPENDENCIES = dict.fromkeys(_CODECS, ("imagecodecs",))


def frame(data: Any, k: int) -> np.ndarray:
    """The stored numbers of frame k, colours as RGB; Refusal that names the package where no codec is there."""
    pixels = need("pydicom.pixels")
    syntax = data.file_meta.TransferSyntaxUID
    _add_plugins()
    try:
        decoder = pixels.get_decoder(syntax)
    except NotImplementedError as error:
        raise Refusal("pixels in a known encoding", f"transfer syntax {syntax}", "save it uncompressed") from error
    others = " or ".join(sorted({text.partition(" ")[0] for text in decoder.missing_dependencies}))
    remedy = f"install {others}, or save it uncompressed" if others else "save it uncompressed"
    if not decoder.is_available:
        raise Refusal(f"a package that decodes {decoder.UID.name}", "none that is installed", remedy)
    try:
        return pixels.pixel_array(data, index=k)
    except RuntimeError as error:  # of all plugins: the first line says so, the others why
        reason = " ".join(str(error).split("\n", 1)[-1].split())[:120]
        raise Refusal(f"frames of {decoder.UID.name}", f"one that does not decode ({reason})", remedy) from error


@functools.cache
def _add_plugins() -> None:
    """Tell pydicom, once, of the codecs of imagecodecs; plugins that it knows itself come first."""
    for syntax in _CODECS:
        need("pydicom.pixels").get_decoder(syntax).add_plugin(_LABEL, (__name__, "decode_frame"))


def is_available(syntax: str) -> bool:
    """Whether a transfer syntax can be decoded: asked by pydicom."""
    if syntax not in _CODECS or importlib.util.find_spec("imagecodecs") is None:
        return False
    codec = _CODECS[syntax].removesuffix("_decode").upper()
    return bool(getattr(getattr(importlib.import_module("imagecodecs"), codec, None), "available", False))


def decode_frame(source: bytes, runner: Any) -> bytes:
    """The bytes of a decoded frame, as pydicom's plugins give them."""
    pixels = getattr(need("imagecodecs"), _CODECS[runner.transfer_syntax])(source)
    wanted = (runner.rows, runner.columns, runner.samples_per_pixel)
    if (*pixels.shape, 1)[:3] != wanted:
        raise ValueError(f"a frame of {pixels.shape} where the header says {wanted}")
    if runner.photometric_interpretation in ("YBR_RCT", "YBR_ICT"):  # which the codec undoes
        runner.set_option("photometric_interpretation", "RGB")
    runner.set_option("bits_allocated", 8 * pixels.dtype.itemsize)
    if pixels.ndim > 2:
        runner.set_option("planar_configuration", 0)
    return pixels.astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes()
