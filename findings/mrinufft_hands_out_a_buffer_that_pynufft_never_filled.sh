#!/usr/bin/env bash
# One expects: `mrinufft.get_operator(name)` gives one and the same transform whatever library computes it, which is what the
#   package is for; the libraries differ in speed and in the fourth digit.
# What happens: the operator hands a fresh array to its library and returns that array, whatever the library gave back. The
#   wrapper of PyNUFFT gives its result back instead of writing it there, so `op` and `adj_op` with "pynufft-cpu" return
#   an array that nobody has written to: values of no meaning, of the right shape and type, without a word, and others at the next
#   call. What PyNUFFT computed, and threw away, is right (it is still there in `raw_op`). "finufft", and the sum by NumPy, are right.
# Whom it hurts: MR reconstruction on machines where PyNUFFT is what installs; comparisons of libraries in which PyNUFFT
#   looks fast and useless; and a solver on it that stops at once, since it sees data that no picture explains.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'mri-nufft==1.5.1' 'pynufft==2025.2.1' 'finufft==2.5.1' 'numpy==2.4.6' 'scipy==1.17.1' 'setuptools<81'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from importlib.metadata import version

import mrinufft
import numpy as np

print("MRI-NUFFT", version("mri-nufft"), "PyNUFFT", version("pynufft"), "FINUFFT", version("finufft"))
draws = np.random.default_rng(0)
side, points = 16, 60
samples = (draws.random((points, 2)) - 0.5).astype(np.float32)
picture = (draws.standard_normal((side, side)) + 1j * draws.standard_normal((side, side))).astype(np.complex64)
axis = np.arange(side) - side // 2
right = np.exp(-2j * np.pi * (samples[:, 0, None, None] * axis[:, None] + samples[:, 1, None, None] * axis)) * picture
right = right.sum((1, 2))


def error(given):
    """Relative, whatever the scale."""
    given = np.nan_to_num(np.asarray(given).ravel().astype(complex))
    scale = np.vdot(right, given) / np.vdot(right, right)
    return np.linalg.norm(given - scale * right) / max(np.linalg.norm(given), 1e-30)


errors, operators = {}, {}
for name in ("numpy", "finufft", "pynufft-cpu"):
    operators[name] = mrinufft.get_operator(name)(samples, (side, side), n_coils=1)
    errors[name] = error(operators[name].op(picture))
    print(f"{name}: relative error of op {errors[name]:.1e}")
inner = error(operators["pynufft-cpu"].raw_op.op(None, picture))
print(f"what PyNUFFT computed inside: {inner:.1e}")
assert errors["numpy"] < 1e-4 and errors["finufft"] < 1e-4 and inner < 1e-3
assert errors["pynufft-cpu"] > 0.3, "pynufft-cpu fills its array now"
PYTHON
