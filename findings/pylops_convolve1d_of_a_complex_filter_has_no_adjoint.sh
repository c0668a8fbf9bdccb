#!/usr/bin/env bash
# One expects: the .H of an operator of PyLops is its adjoint, for complex operators the conjugated transpose; PyLops takes
#   complex filters, wants a dtype for it, and its least-squares solvers rest on .H.
# What happens: .H of Convolve1D with a complex filter, short or long, is the transpose without conjugation; the same holds
#   for NonStationaryConvolve1D, NonStationaryConvolve2D and NonStationaryFilters1D. Convolve2D and ConvolveND conjugate. On a
#   well-conditioned problem (condition 1.3, no noise) cgls and lsqr end without a word beside the data, by more than the data
#   themselves; with the matrix of the same operator they are done in a few steps.
# Whom it hurts: deconvolution of analytic signals, of I/Q data of radar, ultrasound and MRI, of spectra with phase. It looks
#   like bad data or bad conditioning; with a real filter nothing is seen.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pylops==2.8.0' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
import pylops
from pylops.optimization.basic import cgls, lsqr
from pylops.signalprocessing import (
    Convolve1D,
    Convolve2D,
    ConvolveND,
    NonStationaryConvolve1D,
    NonStationaryConvolve2D,
    NonStationaryFilters1D,
)

print("PyLops", pylops.__version__)
rng = np.random.default_rng(0)


def normal(*shape):
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def columns(operator):
    return np.stack([operator.matvec(e).ravel() for e in np.eye(operator.shape[1], dtype=complex)], axis=1)


operators = {
    "Convolve1D": Convolve1D(10, normal(4), offset=1, dtype="complex128"),
    "Convolve1D, long filter": Convolve1D(10, normal(14), offset=1, dtype="complex128"),
    "Convolve2D": Convolve2D((4, 5), normal(2, 2), offset=(0, 1), dtype="complex128"),
    "ConvolveND": ConvolveND((4, 5), normal(2, 2), offset=(0, 1), dtype="complex128"),
    "NonStationaryFilters1D": NonStationaryFilters1D(normal(12), 5, ih=(2, 5, 8), dtype="complex128"),
    "NonStationaryConvolve1D": NonStationaryConvolve1D(12, normal(3, 5), ih=(2, 5, 8), dtype="complex128"),
    "NonStationaryConvolve2D": NonStationaryConvolve2D(
        (12, 12), normal(3, 3, 5, 5), ihx=(2, 5, 8), ihz=(2, 5, 8), dtype="complex128"
    ),
}
wrong = set()
for name, operator in operators.items():
    dense = columns(operator)
    adjoint = columns(operator.H)
    off = np.abs(adjoint - dense.conj().T).max() / np.abs(dense).max()
    print(f"{name}: .H is {off:.1e} off the conjugated transpose, {np.abs(adjoint - dense.T).max() / np.abs(dense).max():.1e} off the transpose")
    if off > 1e-6:
        wrong.add(name)
assert wrong == set(operators) - {"Convolve2D", "ConvolveND"}, "the behaviour has changed"

h, x = np.array([0.4j, 1, 0.4j]), normal(40)
blur = Convolve1D(40, h, offset=1, dtype="complex128")
dense = columns(blur)
data = dense @ x
for solver in (cgls, lsqr):
    misfits = []
    for operator in (blur, pylops.MatrixMult(dense, dtype="complex128")):
        found = solver(operator, data, niter=20, tol=1e-9)[0] if solver is cgls else solver(operator, data, niter=20)[0]
        misfits.append(np.linalg.norm(dense @ found - data) / np.linalg.norm(data))
    print(f"deconvolution, condition {np.linalg.cond(dense):.2f}, no noise, 20 iterations of {solver.__name__}: "
          f"misfit {misfits[0]:.2f} with Convolve1D, {misfits[1]:.1e} with its matrix")
    assert misfits[0] > 0.5 and misfits[1] < 1e-5, "the behaviour has changed"
PYTHON
