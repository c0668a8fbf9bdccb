#!/usr/bin/env bash
# One expects: `bandwidth` of the kernel estimators of infomeasure is the h of the equation in their docstring, the density
#   sum over i of K((x - x_i) / h) / (N h^d), for the kernels "box" and "gaussian" alike: a length in the units of the data.
# What happens: it is one for "box". For "gaussian" it is the factor by which the whole covariance of the data is multiplied,
#   as in scipy.stats.gaussian_kde: h is 0.3 times the standard deviation for a bandwidth of 0.3, and in several dimensions the
#   kernel is stretched and turned as the data are. So the entropy of a constant bandwidth goes exactly with the logarithm of
#   the scale, mutual information does not change when one side is measured in other units, and for two narrow
#   clusters far apart the kernel is a third as wide as their distance: 2.2 nats too much, where h itself is right to 0.02.
# Whom it hurts: information planes and bottlenecks, where the bandwidth *is* the noise that is added to a layer
#   (Gaussian of a given standard deviation): with this one the noise grows with the layer, and compression that comes
#   from small activations is not seen. Comparing the kernels at one bandwidth compares two different smoothings.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'infomeasure==0.6.3' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import sys
from importlib.metadata import version

import infomeasure as im
import numpy as np
from scipy.special import logsumexp

print("infomeasure", version("infomeasure"))
rng = np.random.default_rng(0)
h = 0.3


def entropy(x, kernel):
    return float(im.entropy(x, approach="kernel", bandwidth=h, kernel=kernel))


def written(x, kernel):
    """The equation of the docstring: K a Gaussian of unit variance, or a box of unit width."""
    u = (x[:, None] - x[None]) / h
    if kernel == "gaussian":
        logs = logsumexp(-(u**2) / 2, axis=1) - np.log(len(x) * h * np.sqrt(2 * np.pi))
    else:
        logs = np.log((np.abs(u) <= 0.5).sum(1) / (len(x) * h))
    return float(-logs.mean())


def factor(x):
    """The same with h times the standard deviation in the place of h."""
    u = (x[:, None] - x[None]) / (h * x.std(ddof=1))
    return float(-(logsumexp(-(u**2) / 2, axis=1) - np.log(len(x) * h * x.std(ddof=1) * np.sqrt(2 * np.pi))).mean())


x = rng.normal(size=1000)
clusters = np.concatenate([rng.normal(-50, 1, 500), rng.normal(50, 1, 500)])
exact = 0.5 * np.log(2 * np.pi * np.e) + np.log(2)
still, seen = True, {}
for name, data in (("0.1 x", 0.1 * x), ("x", x), ("10 x", 10 * x), ("two clusters", clusters)):
    given = {kernel: entropy(data, kernel) for kernel in ("gaussian", "box")}
    by_equation = {kernel: written(data, kernel) for kernel in given}
    print(f"{name:12} gaussian {given['gaussian']:7.4f}, by the equation {by_equation['gaussian']:7.4f}, with h times the deviation {factor(data):7.4f};"
          f" box {given['box']:7.4f}, by the equation {by_equation['box']:7.4f}")
    seen[name] = given["gaussian"], by_equation["gaussian"]
    still &= abs(given["gaussian"] - factor(data)) < 1e-6 and abs(given["box"] - by_equation["box"]) < 0.05
print(f"two clusters: exact {exact:.4f}")
same = seen["10 x"][0] - seen["0.1 x"][0] - np.log(100)
print(f"entropy of 10 x less that of 0.1 x: ln 100 {same:+.1e} by infomeasure, {seen['10 x'][1] - seen['0.1 x'][1] - np.log(100):+.3f} by the equation")
still &= abs(same) < 1e-6 and seen["two clusters"][0] - exact > 1 and abs(seen["two clusters"][1] - exact) < 0.15
y = 0.8 * x + 0.6 * rng.normal(size=1000)
for kernel in ("gaussian", "box"):
    both = [float(im.mutual_information(s * x, y, approach="kernel", bandwidth=h, kernel=kernel)) for s in (1, 0.01)]
    print(f"mutual information, {kernel:8}: {both[0]:.4f}, with one side 100 times smaller {both[1]:.4f}")
    still &= (abs(both[0] - both[1]) < 1e-6) == (kernel == "gaussian")
sys.exit(0 if still else 1)
PYTHON
