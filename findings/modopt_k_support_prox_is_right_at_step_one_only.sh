#!/usr/bin/env bash
# One expects: a proximity operator of ModOpt takes the step of the algorithm as `extra_factor`, and op(x, extra_factor=t) of
#   weight b equals op(x) of weight b t, as it is for its soft threshold, group LASSO, ridge and nuclear norm.
# What happens: KSupportNorm solves for its multiplier with b t, and then makes the shares of the entries from it with b alone.
#   At t = 1 the result is the prox of b/2 times the squared k-support norm, to the last digit. At any other step it is the prox of
#   nothing: too many entries stay at a large step, too few at a small one, and the shares do not sum to k any more.
#   Its `cost` is b times the squared norm, twice what the prox belongs to.
# Whom it hurts: sparse MR reconstruction with ModOpt and PySAP: ForwardBackward, POGM and Condat multiply every prox by their
#   step, which is one over a Lipschitz constant and hardly ever 1, so they settle beside the minimum, and sparser or fuller
#   than the k that was asked for; the cost that they print is that of a third function.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'modopt==1.7.2' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from importlib.metadata import version

import numpy as np
from modopt.opt.proximity import KSupportNorm, SparseThreshold
from scipy.optimize import brentq

print("ModOpt", version("modopt"))


def least(x, weight, k):
    """argmin weight/2 |z|_k^2 + |z - x|^2/2 = x s/(s + weight), s = clip(a |x| - weight, 0, 1) with sum s = k."""

    def shares(a):
        return np.clip(a * np.abs(x) - weight, 0, 1)

    a = brentq(lambda a: shares(a).sum() - k, 0, 1e9, xtol=1e-14, rtol=1e-14)
    return x * shares(a) / (shares(a) + weight)


class Identity:
    op = adj_op = staticmethod(lambda x: x)


x, soft = np.array([2.0, -1.0, 0.4, 0.1, -0.2]), SparseThreshold(Identity(), np.full(5, 0.5))
for k in (1, 2):
    norm = KSupportNorm(0.5, k)
    for step in (0.5, 1.0, 2.0):
        given, right = norm.op(x.copy(), extra_factor=step), least(x, 0.5 * step, k)
        print(f"k = {k}, step {step}: ModOpt {np.round(given, 4) + 0}, the minimum {np.round(right, 4) + 0}")
        assert np.allclose(given, right, atol=1e-6) == (step == 1), "the behaviour of KSupportNorm has changed"
        assert np.allclose(KSupportNorm(0.5 * step, k).op(x.copy()), right, atol=1e-6), "not even at step 1"
        moved = np.sign(x) * np.maximum(np.abs(x) - 0.5 * step, 0)
        assert np.allclose(soft.op(x.copy(), extra_factor=step), moved), "the soft threshold has changed"
print(f"cost of weight 0.5, k = 1: {KSupportNorm(0.5, 1).cost(x)}, half the weight times the squared l1 norm: {0.25 * np.abs(x).sum() ** 2:.4f}")
assert np.isclose(KSupportNorm(0.5, 1).cost(x), 0.5 * np.abs(x).sum() ** 2), "the cost has changed"
PYTHON
