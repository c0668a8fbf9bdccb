#!/usr/bin/env bash
# One expects: of 100 values of variance 4 the sum has the variance 400 and the mean 0.04, in astropy's NDData whether the
#   uncertainty is kept as a deviation, a variance or an inverse variance: it is one statement in three forms.
# What happens: deviations are right. Variances are added as deviations are, by the root of the sum of their squares: the sum is told the
#   variance 40, the mean 0.4. Inverse variances go the same way: the sum of more values is told to be known better, 2.5
#   instead of 0.0025, and the mean worse than one value of it, 0.025 instead of 25. No warning. Plus, minus, times and divide
#   are right for all three. With a unit, variances raise an error instead.
# Whom it hurts: spectra, light curves and maps taken from cubes that carry variances or inverse variances, as many surveys store
#   them: the error of a summed spectrum is too small by the fourth root of the number of pixels, that of a mean too
#   large by it, 3 for a hundred; with inverse variances by far more, and the other way round.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'astropy==8.0.2' 'numpy==2.4.6'
"$folder/venv/bin/python" -W error - <<'PYTHON'
import sys

import astropy
import numpy as np
from astropy.nddata import InverseVariance, NDDataRef, StdDevUncertainty, VarianceUncertainty

print("astropy", astropy.__version__)
stored = {StdDevUncertainty: lambda v: v**0.5, VarianceUncertainty: lambda v: v, InverseVariance: lambda v: 1 / v}
back = {StdDevUncertainty: lambda a: a**2, VarianceUncertainty: lambda a: a, InverseVariance: lambda a: 1 / a}
still, variance = True, 4.0
for n in (100, 10000):
    exact = {"sum": n * variance, "mean": variance / n}
    for kind in stored:
        values = NDDataRef(np.full(n, 10.0), uncertainty=kind(np.full(n, stored[kind](variance))))
        for operation, right in exact.items():
            told = float(back[kind](getattr(values, operation)().uncertainty.array))
            print(f"{operation:4} of {n:5} values of variance 4 as {kind.__name__:19}: variance {told:12.6g}, right {right:g}")
            inverse = 1 / (np.sqrt(n) / variance * (1 if operation == "sum" else 1 / n))
            wrong = {StdDevUncertainty: right, VarianceUncertainty: right * (n**-0.5 if operation == "sum" else n**0.5), InverseVariance: inverse}
            still &= abs(told / wrong[kind] - 1) < 1e-9
        pair = values.add(values, uncertainty_correlation=0)
        still &= abs(back[kind](pair.uncertainty.array[0]) / (2 * variance) - 1) < 1e-9
sys.exit(0 if still else 1)
PYTHON
