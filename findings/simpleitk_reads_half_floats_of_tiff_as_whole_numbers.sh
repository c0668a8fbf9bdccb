#!/usr/bin/env bash
# One expects: a TIFF of floats of 16 bits, which tifffile writes and the sample format in the file names, is read by SimpleITK
#   as floats, or is refused, as OpenCV and Pillow refuse it and as SimpleITK itself refuses floats of 64 bits.
# What happens: the pixels are taken for unsigned integers of 16 bits, whose bit patterns they are: 0.5 is read as 14336, 1.0 as
#   15360, -2.0 as 49152. Plain and compressed, of both byte orders; the image says "16-bit unsigned integer", and there is
#   no warning. Floats of 32 bits are read rightly.
# Whom it hurts: stacks of reconstructed slices and outputs of networks are stored as half floats to halve their size. Positive
#   values keep their order (nearly a logarithm of them is read), so that the picture looks right with its contrast
#   bent; below zero the order is reversed and the values lie above all others. Attenuation, histograms, thresholds and
#   registration metrics are of another quantity.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'SimpleITK==2.5.7' 'tifffile==2026.3.3' 'imagecodecs==2026.3.6' 'opencv-python-headless==5.0.0.93' 'pillow==13.0.0' 'numpy==2.4.6'
OPENCV_LOG_LEVEL=SILENT "$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys
from pathlib import Path

import cv2
import numpy as np
import SimpleITK as sitk
import tifffile
from PIL import Image

print("SimpleITK", sitk.Version.VersionString(), "tifffile", tifffile.__version__, "OpenCV", cv2.__version__, "Pillow", Image.__version__)
path = str(Path(sys.argv[1]) / "slice.tif")
values = np.tile(np.array([-2.0, -0.25, 0.0, 0.02, 0.5, 1.0, 1.5, 3.0]), (8, 1))


def read(reader):
    """What a reader gives of the first row, or that it refuses."""
    try:
        found = reader(path)
    except Exception as error:
        return type(error).__name__
    return "refused" if found is None else found[0].tolist()


def by_itk(p):
    return sitk.GetArrayFromImage(sitk.ReadImage(p))


still = True
for dtype in (np.float16, np.float32, np.float64):
    for order in "<>":
        for compression in (None, "zlib"):
            tifffile.imwrite(path, values.astype(dtype), byteorder=order, compression=compression, metadata=None)
            itk = read(by_itk)
            others = read(lambda p: cv2.imread(p, cv2.IMREAD_UNCHANGED)), read(lambda p: np.asarray(Image.open(p)))
            own = read(tifffile.imread)
            print(f"{np.dtype(dtype).name} {order} {compression or 'plain':5} SimpleITK {itk}")
            still &= np.array_equal(own, values[0].astype(dtype))
            if dtype is np.float16:
                still &= itk == values[0].astype(dtype).view(np.uint16).tolist()
                still &= not any(isinstance(o, list) for o in others)
            if dtype is np.float32:
                still &= itk == values[0].astype(dtype).tolist()
            if dtype is np.float64:
                still &= not isinstance(itk, list)
    if dtype is np.float16:
        print("float16 by OpenCV and by Pillow:", *others)
sys.exit(0 if still else 1)
PYTHON
