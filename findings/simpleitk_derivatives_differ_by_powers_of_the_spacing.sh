#!/usr/bin/env bash
# One expects: the derivative filters of SimpleITK answer in physical units, per millimetre and per square millimetre, as
#   `useImageSpacing` says ("compute the derivatives in physical space", on by default) and as Gradient and Laplacian do.
# What happens: of the parabola x^2, whose second derivative is 2 everywhere, Derivative(order=2) gives 4 at a spacing of 2 mm and
#   1 at half a millimetre: it divides by the spacing once, for order 2 as for order 1. RecursiveGaussian, whose sigma
#   is in millimetres, answers per voxel: 8 and 0.5. DiscreteGaussianDerivative does the same, and its first derivative has the
#   other sign. At a spacing of 1 mm all sizes agree. Gradient, GradientRecursiveGaussian, Laplacian and
#   LaplacianRecursiveGaussian are right at every spacing. Nothing is said.
# Whom it hurts: scans are seldom of 1 mm, and seldom alike along their axes. Curvatures, Hessians (ridges, vessels), gradients of a
#   regulariser and edge thresholds made of these filters are off by the spacing or its square, differently along each axis,
#   so that a ball gets the Hessian of an ellipsoid; and the sum of second derivatives is not the Laplacian of the same library.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'SimpleITK==2.5.7' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import SimpleITK as sitk

print("SimpleITK", sitk.Version.VersionString())
n, at = 61, 38
first, second = sitk.RecursiveGaussianImageFilter.FirstOrder, sitk.RecursiveGaussianImageFilter.SecondOrder
still = True
for h in (1.0, 2.0, 0.5):
    x = h * (np.arange(n) - n // 2)
    image = sitk.GetImageFromArray(np.tile(x**2, (n, 1)))
    image.SetSpacing((h, h))
    slope = 2 * x[at]

    def value(result):
        return float(np.ravel(sitk.GetArrayFromImage(result)[n // 2, at])[0])

    def gaussian(order):
        return value(sitk.DiscreteGaussianDerivative(image, (h * h, h * h), (order, 0), maximumError=1e-4))

    rows = {  # measured, and the factor that it has at spacing h
        "Gradient": (value(sitk.Gradient(image)) / slope, 1),
        "GradientRecursiveGaussian": (value(sitk.GradientRecursiveGaussian(image, h)) / slope, 1),
        "Derivative, order 1": (value(sitk.Derivative(image, 0, 1)) / slope, 1),
        "RecursiveGaussian, order 1": (value(sitk.RecursiveGaussian(image, h, False, first, 0)) / slope, h),
        "DiscreteGaussianDerivative, order 1": (gaussian(1) / slope, -h),
        "Laplacian": (value(sitk.Laplacian(image)) / 2, 1),
        "LaplacianRecursiveGaussian": (value(sitk.LaplacianRecursiveGaussian(image, h)) / 2, 1),
        "Derivative, order 2": (value(sitk.Derivative(image, 0, 2)) / 2, h),
        "RecursiveGaussian, order 2": (value(sitk.RecursiveGaussian(image, h, False, second, 0)) / 2, h * h),
        "DiscreteGaussianDerivative, order 2": (gaussian(2) / 2, h * h),
    }
    print(f"spacing {h} mm; found, as a multiple of the derivative in mm:")
    for name, (found, factor) in rows.items():
        print(f"  {name:36} {found:8.4f}")
        still &= abs(found / factor - 1) < 0.02
sys.exit(0 if still else 1)
PYTHON
