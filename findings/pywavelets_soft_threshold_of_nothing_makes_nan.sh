#!/usr/bin/env bash
# One expects: a soft threshold of 0 leaves its input as it is, max(|x| - 0, 0) sign(x) = x: the weight 0 at the end of a
#   sweep, or the level 0 of data without noise, is the case in which nothing is done.
# What happens: PyWavelets computes x (1 - value / |x|), clipped at 0, and 0 / 0 is NaN, which the clip keeps: at a value
#   of 0 each entry that is exactly 0 becomes NaN; so do "garrote" and complex input. At any value above 0 soft is right. By
#   it scikit-image's denoise_wavelet, in its defaults, makes a picture of NaN from one that is piecewise constant: it
#   finds no noise in the empty fine details, takes the level 0, and one NaN spreads through the inverse transform to
#   every pixel. All that is said is two warnings about empty slices.
# Whom it hurts: phantoms, masks and padded scans are piecewise constant and full of exact zeros. A sweep over weights that
#   begins at 0, a test with data without noise, a wavelet step in a plug-and-play loop whose level falls to 0: NaN from
#   there on. "hard" is right.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'PyWavelets==1.9.0' 'scikit-image==0.26.0' 'numpy==2.4.6'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from importlib.metadata import version

import numpy as np
import pywt
from skimage.restoration import denoise_wavelet

print("PyWavelets", version("PyWavelets"), "scikit-image", version("scikit-image"))
x = np.array([0.0, 1.0, -2.0])
for mode in ("soft", "garrote", "hard"):
    print(f"threshold({x}, 0, {mode!r}): {pywt.threshold(x, 0, mode)}; at 1e-300: {pywt.threshold(x, 1e-300, mode)}")
assert np.isnan(pywt.threshold(x, 0, "soft")[0]) and np.isnan(pywt.threshold(x, 0, "garrote")[0]), "0 stays 0 now"
assert np.isnan(pywt.threshold(x + 0j, 0, "soft")[0]), "complex zeros stay now"
assert np.array_equal(pywt.threshold(x, 0, "hard"), x) and np.array_equal(pywt.threshold(x, 1e-300, "soft"), x)

square = np.zeros((64, 64))
square[20:40, 20:40] = 1
for method in ("BayesShrink", "VisuShrink"):
    for mode in ("soft", "hard"):
        share = np.isnan(denoise_wavelet(square, method=method, mode=mode)).mean()
        print(f"denoise_wavelet of a white square on black, {method}, {mode}: {share:.0%} of the pixels are NaN")
        assert share == (1.0 if mode == "soft" else 0.0), "the picture is another one now"
PYTHON
