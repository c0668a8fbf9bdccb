#!/usr/bin/env bash
# One expects: the uncertainty that ccdproc's Combiner gives to a weighted mean or sum of frames is that of the weighted mean or
#   sum: for weights w and frames of variance v, sqrt(sum w^2 v) / sum w and sqrt(sum w^2 v). The documentation says that it comes
#   from the scatter of the frames; that the weights take part in the values and not in it is not said.
# What happens: the uncertainty is the plain scatter of the frames, divided by the root of their number, whatever the weights. Six
#   frames of noise 1 with weights 5, 1, 1, 1, 1, 1 sum to a noise of 5.5 and are told to have 2.1. With
#   inverse variances as weights, one frame of noise 1 and five of noise 10, the mean has a noise of 0.98, told 3.4: it is the
#   error of the plain mean, to which the values do not belong. The frames' own uncertainties do not take part. And the
#   scatter is that of the n frames themselves, not of n - 1: the mean of a pair has a noise of 0.71, told 0.50.
# Whom it hurts: stacks of exposures of different length or seeing, weighted because they differ: photometry gets errors that
#   are too small or too large by factors, likelihoods of what is reconstructed from the stack are wrong, and no weighting ever
#   looks better than none. Pairs of frames, as for darks and flats, claim more than they know even without weights.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'ccdproc==2.5.1' 'astropy==8.0.2' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from astropy.nddata import CCDData, StdDevUncertainty
from ccdproc import Combiner

print("ccdproc", version("ccdproc"))
rng, side = np.random.default_rng(0), 200


def combine(deviations, weights):
    frames = [
        CCDData(d * rng.normal(size=(side, side)), unit="adu", uncertainty=StdDevUncertainty(np.full((side, side), d)))
        for d in deviations
    ]
    combiner = Combiner(frames)
    combiner.weights = weights
    rows = {}
    total = np.sqrt(np.sum((1 if weights is None else weights**2) * np.square(deviations)))
    for method, right in (("average_combine", total / (len(frames) if weights is None else weights.sum())), ("sum_combine", total)):
        result = getattr(combiner, method)()
        rows[method] = (float(result.data.std()), right, float(np.sqrt(np.mean(result.uncertainty.array**2))))
    return rows


ones, unlike = np.ones(6), np.array([1.0, 10, 10, 10, 10, 10])
cases = {
    "six frames of noise 1, no weights": (ones, None),
    "six frames of noise 1, weights 5 1 1 1 1 1": (ones, np.array([5.0, 1, 1, 1, 1, 1])),
    "noise 1 10 10 10 10 10, inverse variances as weights": (unlike, unlike**-2),
    "two frames of noise 1, no weights": (np.ones(2), None),
}
ratios, still = {}, True
for name, (deviations, weights) in cases.items():
    print(name)
    for method, (measured, right, told) in combine(deviations, weights).items():
        print(f"  {method:15}: noise {measured:.3f} (closed form {right:.3f}), told {told:.3f}")
        still &= abs(measured / right - 1) < 0.05
        ratios[name, method] = told / measured
low, high, half = (list(cases)[k] for k in (1, 2, 3))
still &= 0.8 < ratios[next(iter(cases)), "average_combine"] < 1
still &= ratios[low, "sum_combine"] < 0.45 and ratios[low, "average_combine"] < 0.75
still &= ratios[high, "average_combine"] > 3
still &= abs(ratios[half, "average_combine"] - 1 / np.sqrt(2)) < 0.02
sys.exit(0 if still else 1)
PYTHON
