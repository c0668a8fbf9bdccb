#!/usr/bin/env bash
# One expects: a TIFF holds the same numbers whether its pixels are compressed or not; Pillow reads a big-endian file of
#   16-bit or 32-bit signed integers or of 32-bit floats rightly, so it reads its compressed twin rightly, too.
# What happens: compressed pages go through libtiff, which hands them over in the byte order of the machine, and Pillow
#   swaps them once more where mode and byte order of the file ask for it. LZW, Deflate, ZSTD and PackBits alike: -20
#   becomes -4865, floats become numbers near 1e-41. Nothing is raised or warned of. Unsigned 16 bits are read rightly.
# Whom it hurts: whoever opens measured images with Pillow or with what stands on it (torchvision, many
#   scripts): microscopes, beam lines and GIS write big-endian LZW TIFF of int16 and float32.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  'pillow==13.0.0' 'tifffile==2026.3.3' 'imagecodecs==2026.3.6' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PYTHON'
import io
import sys

import numpy as np
import PIL
import tifffile
from PIL import Image

print("pillow", PIL.__version__, "tifffile", tifffile.__version__, "on a", sys.byteorder, "endian machine")
truth = np.arange(64).reshape(8, 8) * 3 - 20


def read(dtype: str, order: str, codec: str | None) -> tuple[bool, list[float]]:
    """Whether Pillow reads what tifffile wrote, and its first pixels; tifffile itself reads its own file rightly."""
    array, stream = truth.astype(dtype), io.BytesIO()
    tifffile.imwrite(stream, array, byteorder=order, compression=codec, photometric="minisblack")
    stream.seek(0)
    assert np.array_equal(tifffile.imread(stream), array)
    stream.seek(0)
    found = np.asarray(Image.open(stream))
    return np.array_equal(found, array), found.ravel()[:3].tolist()


wrong = []
for dtype in ("uint16", "int16", "int32", "float32"):
    for order in "<>":
        for codec in (None, "lzw", "zlib", "zstd", "packbits"):
            if dtype == "uint16" and codec is None:
                continue
            values = truth.astype(dtype)
            right, first = read(dtype, order, codec)
            if not right:
                wrong.append((dtype, order, codec))
                print(f"{dtype:8} {'big' if order == '>' else 'little':7} {codec!s:9} wrote {values.ravel()[:3]} read {first}")
print(len(wrong), "of 38 files are read wrongly; uncompressed ones, little-endian ones and uint16 are read rightly")
expected = [(d, ">", c) for d in ("int16", "int32", "float32") for c in ("lzw", "zlib", "zstd", "packbits")]
assert wrong == expected, "the behaviour has changed"
PYTHON
