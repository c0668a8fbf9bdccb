#!/usr/bin/env bash
# One expects: pixels of an integer FITS image that hold the value of the keyword BLANK, undefined ones, become NaN when
#   astropy reads them, as it does for signed images, or are masked, or are told of. The standard compares BLANK with the stored
#   numbers, before BZERO and BSCALE.
# What happens: for unsigned integers, which FITS stores with BZERO = 32768 and which astropy recognises by default, BLANK is
#   not looked at: with the usual BLANK = -32768 an undefined pixel is read as 0, an ordinary dark count. No warning, for
#   plain and compressed images and with ignore_blank=False alike. uint=False, which only asks for another data type, brings the
#   NaN back; so does a BZERO of 32768.5. Signed images are right.
# Whom it hurts: CCD and X-ray detectors give unsigned 16 bits. Dead pixels, gaps between modules and saturated
#   regions are then zeros: dark, not missing. In tomography -log of a flat-fielded 0 is infinite or clipped into a
#   ring, in photon counting a likelihood takes them for exact zeros, and a median or a noise level is pulled down.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'astropy==8.0.2' 'numpy==2.4.6'
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys
import warnings
from pathlib import Path

import astropy
import numpy as np
from astropy.io import fits

print("astropy", astropy.__version__)
folder = Path(sys.argv[1])
blank = -32768
counts = np.tile(np.array([0, 1, 1000, 65535], np.uint16), (4, 4))  # the first of four is undefined: stored as -32768
signed = np.tile(np.array([blank, 1, 1000, 32767], np.int16), (4, 4))


def write(name, image):
    image.header["BLANK"] = blank
    image.writeto(folder / name)
    return folder / name


files = {
    "unsigned": (write("unsigned.fits", fits.PrimaryHDU(counts)), 0),
    "unsigned, compressed": (write("compressed.fits", fits.CompImageHDU(counts, compression_type="RICE_1")), 1),
    "signed": (write("signed.fits", fits.PrimaryHDU(signed)), 0),
}
halves = bytearray(files["unsigned"][0].read_bytes())
at = halves.index(b"BZERO   =")
halves[at : at + 30] = b"BZERO   =              32768.5"
(folder / "half.fits").write_bytes(halves)
files["unsigned, BZERO 32768.5"] = (folder / "half.fits", 0)
gaps, said = {}, []
for name, (path, part) in files.items():
    stored = fits.getdata(path, part, do_not_scale_image_data=True)[0, 0]
    for options in ({}, {"ignore_blank": False}, {"uint": False}):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            values = fits.getdata(path, part, **options)
        said += [str(w.message) for w in heard]
        gaps[name, str(options)] = float(values[0, 0])
        print(f"{name:24} {options!s:24} stored {stored}, BLANK {blank}: read as {values[0, 0]} ({values.dtype})")
print("warnings:", said)
zero = {key for key, value in gaps.items() if value == 0}
expected = {(n, str(o)) for n in ("unsigned", "unsigned, compressed") for o in ({}, {"ignore_blank": False})}
sys.exit(0 if zero == expected and all(np.isnan(v) for k, v in gaps.items() if k not in zero) and not said else 1)
PYTHON
