#!/usr/bin/env bash
# One expects: SimpleITK.Shrink keeps every pixel in its place: it takes each second, fourth ... pixel, and sets origin and
#   spacing so that a value lies where it lay. The documentation says that the physical centres of input and output are the
#   same.
# What happens: that holds for the frame, not for the values. The origin is that of blocks of pixels, whose middle lies
#   between two pixels if the factor is even, and the value is that of the next pixel. All that is seen moves by half a pixel
#   of the input towards the origin, along each axis, by the factors 2, 4 and 8 alike. Odd factors are right; so are
#   BinShrink, which takes the mean of a block, and Resample onto the very same frame.
# Whom it hurts: who shrinks a mask or a scan by 2 to register, segment or reconstruct at low resolution and brings positions
#   back: landmarks, centroids and transforms are half a pixel off on each axis, more than sub-pixel registration promises,
#   and Shrink and BinShrink of one image cannot be laid over each other although origin, spacing and size agree.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'SimpleITK==2.5.7' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import SimpleITK as sitk

print("SimpleITK", sitk.Version().VersionString())
side, spacing, origin = 48, (0.5, 2.0), (10.0, -3.0)
rows, columns = np.mgrid[:side, :side].astype(float)


def image(values):
    found = sitk.GetImageFromArray(values)
    found.SetSpacing(spacing)
    found.SetOrigin(origin)
    return found


def places(frame):
    """The physical x and y of each pixel of an image."""
    width, height = frame.GetSize()
    points = [[frame.TransformIndexToPhysicalPoint((i, j)) for i in range(width)] for j in range(height)]
    return np.moveaxis(np.array(points), -1, 0)


def centroid(frame):
    values = sitk.GetArrayFromImage(frame)
    return np.array([(values * place).sum() / values.sum() for place in places(frame)])


# Two pictures whose value at a point of space is its x, its y: any image of them tells where its values come from.
x_image, y_image = image(origin[0] + spacing[0] * columns), image(origin[1] + spacing[1] * rows)
blob = image(np.exp(-((columns - 24.3) ** 2 + (rows - 22.1) ** 2) / (2 * 5.0**2)))
off = {}
for factor in (2, 3, 4, 8):
    for name, shrink in (
        ("Shrink", lambda picture: sitk.Shrink(picture, [factor] * 2)),
        ("BinShrink", lambda picture: sitk.BinShrink(picture, [factor] * 2)),
        ("Resample", lambda picture: sitk.Resample(picture, sitk.Shrink(picture, [factor] * 2), sitk.Transform(), sitk.sitkLinear)),
    ):
        small = [shrink(picture) for picture in (x_image, y_image)]
        x, y = places(small[0])
        apart = [float((sitk.GetArrayFromImage(s) - p).mean() / step) for s, p, step in zip(small, (x, y), spacing)]
        moved = (centroid(shrink(blob)) - centroid(blob)) / spacing
        off[name, factor] = apart
        print(f"factor {factor}, {name}: origin {np.round(small[0].GetOrigin(), 3)}, values come from {apart[0]:.2f}, {apart[1]:.2f} pixels "
              f"beside their place; a blob's centroid moves by {np.round(moved, 2)} pixels")
        expected = -0.5 if name == "Shrink" and factor % 2 == 0 else 0.0
        assert np.allclose(apart, -expected, atol=1e-6) and np.allclose(moved, expected, atol=0.05), "the behaviour has changed"
PYTHON
