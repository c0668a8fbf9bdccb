#!/usr/bin/env bash
# One expects: a NIfTI file whose two orientation codes are 0 (none is known) is placed alike by the two readers that most
#   of the field stands on, or is refused, or is marked as unplaced.
# What happens: nibabel makes an affine whose first axis points to the left and whose origin is the middle of the volume
#   (the convention of Analyze); SimpleITK takes direction cosines of the identity in its LPS world and the origin at the
#   first voxel. In one world (RAS) the second axis then points forwards in nibabel and backwards in SimpleITK, and the
#   origins are half a volume apart. Neither warns.
# Whom it hurts: who reconstructs with one and registers, segments or scores with the other: images from converters,
#   from simulation and from `Nifti1Image(array, None)` come mirrored front to back, and Dice or PSNR drops for no
#   reason that a header shows.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'nibabel==5.4.2' 'SimpleITK==2.5.7' 'numpy==2.4.6'
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys
from pathlib import Path

import nibabel
import numpy as np
import SimpleITK as sitk

print("nibabel", nibabel.__version__, "SimpleITK", sitk.Version.VersionString())
path = str(Path(sys.argv[1]) / "unplaced.nii")
image = nibabel.Nifti1Image(np.zeros((8, 10, 12), np.int16), None)
image.header.set_zooms((2.0, 2.0, 2.0))
nibabel.save(image, path)
header = nibabel.load(path).header
print("qform_code", int(header["qform_code"]), "sform_code", int(header["sform_code"]))

ours = nibabel.load(path).affine
read = sitk.ReadImage(path)
lps = np.diag([-1.0, -1.0, 1.0])
corner = lps @ np.array(read.TransformIndexToPhysicalPoint((0, 0, 0)))
steps = np.array([lps @ np.array(read.TransformIndexToPhysicalPoint(tuple(int(i == k) for i in range(3)))) - corner for k in range(3)]).T
print("a step along each axis in RAS, mm: nibabel", np.diag(ours[:3, :3]), " SimpleITK", np.diag(steps))
print("first voxel in RAS, mm:            nibabel", ours[:3, 3], " SimpleITK", corner + 0.0)
assert np.array_equal(np.diag(ours[:3, :3]), [-2, 2, 2]) and np.array_equal(np.diag(steps), [-2, -2, 2]), "the behaviour has changed"
assert np.array_equal(ours[:3, 3], [7, -9, -11]) and np.allclose(corner, 0), "the behaviour has changed"
PYTHON
