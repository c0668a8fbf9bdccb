#!/usr/bin/env bash
# One expects: a non-uniform Fourier transform of n samples puts its origin on sample n // 2, as fftshift, FINUFFT, SigPy,
#   torchkbnufft and BART do, for odd n as for even; and what is called adjoint fulfils <A x, y> = <x, A* y>.
# What happens: in PyNUFFT the origin is at n / 2. For even n that is the same; for odd n it lies between two samples, so each
#   value has a phase of half a pixel too much, exp(i omega / 2): at the edge of k-space a quarter of a turn, and
#   a transform of 15 x 17 is off by as much as its largest value, although its width, oversampling and grid are all valid.
#   And `adjoint` is the adjoint divided by the number of points of the oversampled grid (1,024 for 16 x 16 at twice): the
#   composition is near the identity for full sampling, but a step from the norm of A, or <A x, y>, is off by that number.
# Whom it hurts: MR reconstruction of slices with odd sides (frequent after cropping, and in slice direction) where data were
#   simulated or checked by another library: a picture shifted by half a pixel along those axes; own gradient or Krylov
#   methods that are given `forward` and `adjoint`: they crawl by a factor of a thousand, or fail the dot test.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pynufft==2025.2.1' 'numpy==2.4.6' 'scipy==1.17.1' 'setuptools<81'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from importlib.metadata import version

import numpy as np
import pynufft

print("PyNUFFT", version("pynufft"))
draws = np.random.default_rng(0)


def summed(picture, omega, origin):
    """The transform by its sum, each axis counted from its origin."""
    rows, columns = (np.arange(n) - o for n, o in zip(picture.shape, origin))
    phases = omega[:, 0, None, None] * rows[:, None] + omega[:, 1, None, None] * columns
    return (np.exp(-1j * phases) * picture).sum((1, 2))


for shape in ((16, 16), (15, 16), (15, 17)):
    omega = (2 * draws.random((60, 2)) - 1) * np.pi
    picture, data = (draws.standard_normal(s) + 1j * draws.standard_normal(s) for s in (shape, 60))
    grid = tuple(2 * n for n in shape)
    transform = pynufft.NUFFT()
    transform.plan(omega, shape, grid, (6, 6))
    given = transform.forward(picture)
    errors = {}
    for name, origin in (("n // 2", [n // 2 for n in shape]), ("n / 2", [n / 2 for n in shape])):
        right = summed(picture, omega, origin)
        errors[name] = np.abs(given - right).max() / np.abs(right).max()
    ratio = np.vdot(given, data) / np.vdot(picture, transform.adjoint(data))
    told = ", ".join(f"origin at {name} {error:.1e}" for name, error in errors.items())
    print(f"{shape}: relative error with {told}; <A x, y> / <x, adjoint y> = {ratio.real:.2f}, the grid has {np.prod(grid)} points")
    assert errors["n / 2"] < 1e-3, "the origin has moved"
    assert (errors["n // 2"] > 0.5) == any(n % 2 for n in shape), "the origin of odd sizes has moved"
    assert np.isclose(ratio, np.prod(grid), rtol=1e-4), "the scale of the adjoint has changed"
PYTHON
