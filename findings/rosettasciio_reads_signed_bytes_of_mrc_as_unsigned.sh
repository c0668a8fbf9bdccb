#!/usr/bin/env bash
# One expects: mode 0 of MRC2014 is a signed byte: what mrcfile, the reference of the format's keepers, writes from int8 is read as int8 by
#   RosettaSciIO, the reader of HyperSpy, or is told to be in doubt.
# What happens: it is read as an unsigned byte: -1 is 255, -128 is 128. The mean value in the header, -0.6 below,
#   contradicts it. Positive values up to 127 are right, SimpleITK
#   reads all of them rightly, and no warning is given. Signed 16 bits and floats of mode 1 and 2 are right.
# Whom it hurts: cryo-electron tomograms and aligned stacks that are stored in bytes to save space, around a mean of 0: half of
#   the voxels, the dark ones, become the brightest. Averages, filters and thresholds made from it have nothing to do with the specimen;
#   a volume that was shifted to positive values first looks right, which hides it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'rosettasciio==0.15.0' 'mrcfile==1.5.4' 'SimpleITK==2.5.7' 'numpy==2.4.6'
"$folder/venv/bin/python" -W error::UserWarning - "$folder" <<'PYTHON'
import sys
from importlib.metadata import version

import mrcfile
import numpy as np
import SimpleITK as sitk
from rsciio.mrc import file_reader

print("RosettaSciIO", version("rosettasciio"), "mrcfile", version("mrcfile"), "SimpleITK", version("SimpleITK"))
rng, still = np.random.default_rng(0), True
for kind in (np.int8, np.int16, np.float32):
    values = np.clip(np.round(30 * rng.normal(size=(8, 9, 10))), -128, 127).astype(kind)
    path = f"{sys.argv[1]}/a.mrc"
    with mrcfile.new(path, overwrite=True) as file:
        file.set_data(values)
        mode, header = int(file.header.mode), float(file.header.dmean)
    with mrcfile.open(path) as file:
        again = np.array(file.data)
    read = file_reader(path)[0]["data"]
    third = sitk.GetArrayFromImage(sitk.ReadImage(path))
    print(
        f"mode {mode}: values {values.min():g} to {values.max():g}, mean {values.mean():.3f} (in the header {header:.3f}); RosettaSciIO "
        f"{read.dtype} {read.min():g} to {read.max():g}, mean {read.mean():.3f}; SimpleITK {third.dtype}, mean {third.mean():.3f}"
    )
    still &= np.array_equal(again, values) and np.array_equal(third, values)
    if kind is np.int8:
        still &= read.dtype == np.uint8 and np.array_equal(read.view(np.int8), values) and read.mean() > 100
    else:
        still &= np.array_equal(read, values)
sys.exit(0 if still else 1)
PYTHON
