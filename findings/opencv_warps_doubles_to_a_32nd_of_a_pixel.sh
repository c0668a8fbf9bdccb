#!/usr/bin/env bash
# One expects: cv2.warpAffine, warpPerspective and remap of an image in double precision are at least as exact as of one in
#   single precision, and an image of two channels is moved as its two channels are, each by itself.
# What happens: with bilinear interpolation, positions are rounded to the next 1/32 of a pixel for float64, and for two channels of
#   any type; only float32 (and some integers) of one, three or four channels go through kernels that are exact. A ramp
#   moved by 0.01 pixel stays where it is in float64, and is moved by 0.03125 if 0.02 is asked for. Between no shift and one
#   pixel there are 33 different results. Bicubic interpolation is the same for both types. Nothing is said.
# Whom it hurts: registration, motion correction and optical flow to a hundredth of a pixel: the misfit of a float64 image is a
#   staircase in the shift, its slope 0 almost everywhere, and finite differences read nothing or too much from it.
#   Fields of displacements and complex images have two channels and are rounded in float32, too. Converting to
#   double, the usual check of whether rounding matters, is what brings the rounding in.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'opencv-python-headless==5.0.0.93' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import cv2
import numpy as np

print("OpenCV", cv2.__version__)
n = 32
ramp = np.tile(np.arange(n, dtype=np.float64), (n, 1))  # bilinear interpolation of a ramp is exact at every shift
rows, columns = (np.float32(a) for a in np.mgrid[:n, :n])


def warps(image, shift, flag=cv2.INTER_LINEAR):
    """What the three functions make of the shift, read in the middle of the image."""
    affine = np.array([[1, 0, shift], [0, 1, 0]])
    results = (
        cv2.warpAffine(image, affine, (n, n), flags=flag | cv2.WARP_INVERSE_MAP),
        cv2.warpPerspective(image, np.vstack([affine, [0, 0, 1]]), (n, n), flags=flag | cv2.WARP_INVERSE_MAP),
        cv2.remap(image, columns + np.float32(shift), rows, flag),
    )
    return [float(r[n // 2, n // 2].flat[0]) - n // 2 for r in results]


two = np.repeat(ramp[..., None], 2, 2)
kinds = {
    "float32": ramp.astype(np.float32),
    "float64": ramp,
    "float32, two channels": two.astype(np.float32),
    "float32, three channels": np.repeat(ramp[..., None], 3, 2).astype(np.float32),
}
errors = {kind: 0.0 for kind in kinds}
for shift in (0.01, 0.02, 0.3):
    for kind, image in kinds.items():
        found = warps(image, shift)
        errors[kind] = max(errors[kind], *(abs(f - shift) for f in found))
        print(f"asked for {shift:.2f}: {kind:24} moved by " + ", ".join(f"{f:.5f}" for f in found))
many = np.linspace(0, 1, 400, endpoint=False)
different = {kind: len({round(warps(image, s)[0], 4) for s in many}) for kind, image in kinds.items()}
print("different results of 400 shifts below one pixel:", different)
cubic = max(abs(a - b) for s in (0.01, 0.02, 0.3) for a, b in zip(warps(ramp, s, cv2.INTER_CUBIC), warps(kinds["float32"], s, cv2.INTER_CUBIC)))
print(f"bicubic, float64 against float32: {cubic:.1e}")
exact = ("float32", "float32, three channels")
still = all((errors[k] < 1e-4) == (k in exact) and (different[k] > 300) == (k in exact) for k in kinds)
sys.exit(0 if still and cubic < 1e-4 and different["float64"] == 33 else 1)
PYTHON
