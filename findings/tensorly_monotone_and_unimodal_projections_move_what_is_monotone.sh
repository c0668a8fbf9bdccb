#!/usr/bin/env bash
# One expects: the projection on a closed set leaves the points of the set alone, and gives for any other point the nearest
#   one of the set. TensorLy uses such maps inside its constrained decompositions, where the proof of AO-ADMM rests on it.
# What happens: `monotonicity_prox` takes the largest mean over a triangular table whose other half holds zeros, and the zeros
#   take part: each negative mean becomes 0. The increasing pair (-2, -1) comes back as (-1, -1), and -1 -1 -1 2 as 0 0 0 2.
#   For columns without negative entries it is exact. `unimodality_prox` is not even that: it places the peak by the sums of
#   differences only where both fits lie below the entry, and moves (0, 0, 1), which has its one peak at its end, to
#   (0, 1/3, 1/3). Of the 256 vectors of four entries 0 to 3, a third comes back farther away than the nearest unimodal one.
#   `smoothness_prox` takes the signal for 0 beyond both ends: a constant column is pulled down there.
# Whom it hurts: chemometrics and spectral imaging, where elution profiles are to be unimodal and loadings, centred before,
#   are to rise: `constrained_parafac` settles on another factor than the constrained least squares one, without a sign.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'tensorly==0.10.0' 'numpy==2.4.6' 'scipy==1.17.1' 'scikit-learn==1.9.0'
"$folder/venv/bin/python" - <<'PYTHON'
from itertools import product

import numpy as np
import tensorly
from sklearn.isotonic import isotonic_regression
from tensorly.tenalg.proximal import monotonicity_prox, smoothness_prox, unimodality_prox

print("TensorLy", tensorly.__version__)


def column(prox, x, *more):
    return prox(np.array(x, float)[:, None], *more)[:, 0]


for x in ([-2, -1], [-1, -1, -1, 2], [0.5, -3, -2, -1], [1, 3, 2, 2]):
    given, nearest = column(monotonicity_prox, x), isotonic_regression(np.array(x, float))
    print(f"increasing, {x}: TensorLy {given}, nearest {nearest}")
    assert np.allclose(given, nearest) == (min(x) >= 0), "the behaviour of monotonicity_prox has changed"
assert np.allclose(column(monotonicity_prox, [-2, -1]), [-1, -1])


def nearest_unimodal(x):
    """The least squared distance over all places where the fall may begin: the two parts have no tie, or one that helps."""
    tries = []
    for peak in range(len(x) + 1):
        rise = isotonic_regression(x[:peak]) if peak else x[:0]
        fall = isotonic_regression(x[peak:], increasing=False) if peak < len(x) else x[:0]
        tries.append(np.sum((np.concatenate([rise, fall]) - x) ** 2))
    return min(tries)


given = column(unimodality_prox, [0, 0, 1])
print(f"unimodal, [0, 0, 1]: TensorLy {given}, nearest: itself")
assert np.allclose(given, [0, 1 / 3, 1 / 3]), "the behaviour of unimodality_prox has changed"
farther = 0
for entries in product(range(4), repeat=4):
    x = np.array(entries, float)
    farther += np.sum((column(unimodality_prox, x) - x) ** 2) > nearest_unimodal(x) + 1e-9
print(f"unimodal, all vectors of four entries 0 to 3: {farther} of 256 farther away than the nearest")
assert farther > 60, "the behaviour of unimodality_prox has changed"

constant = column(smoothness_prox, np.ones(5), 1.0)
print(f"smooth, a column of ones at strength 1: {np.round(constant, 3)}")
assert constant[0] < 0.7 and constant[2] < 0.9, "the behaviour of smoothness_prox has changed"
PYTHON
