#!/usr/bin/env bash
# One expects: mutual_info_regression of scikit-learn, the estimator of Kraskov, Stoegbauer and Grassberger, is
#   nonparametric: of 2000 pairs one bad reading changes what it says by a two-thousandth, and pairs that are drawn again
#   (a bootstrap, to know its error) read as they did.
# What happens: both sides are divided by their standard deviation, which one value of 1e6 sets; beside it all other values
#   coincide, and 0.51 nats of a correlation of 0.8 read as 0. A bootstrap of *independent* pairs reads 0.8 nats, and
#   four copies of each 7.7: the noise that is added against ties is 1e-10 of the scale, so that copies are each other's
#   neighbours on both sides at once. Nothing is said.
# Whom it hurts: whoever selects features, ranks dependences or puts layers in the information plane from data with
#   outliers or sentinels, and whoever gives such numbers error bars by resampling, or augments data by copies.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'scikit-learn==1.9.0' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PYTHON'
import math

import numpy as np
import sklearn
from sklearn.feature_selection import mutual_info_regression

print("scikit-learn", sklearn.__version__, "numpy", np.__version__)
rng, n, rho = np.random.default_rng(0), 2000, 0.8
u, w = rng.normal(size=n), rng.normal(size=n)
v, truth = rho * u + math.sqrt(1 - rho**2) * w, -math.log(1 - rho**2) / 2


def read(a: np.ndarray, b: np.ndarray) -> float:
    return float(mutual_info_regression(a[:, None], b, random_state=0)[0])


plain = read(u, v)
print(f"correlation {rho}, {n} pairs: {plain:.3f} nats, truth {truth:.3f}")
far = {}
for value in (1e2, 1e4, 1e6, 1e9):
    bad = u.copy()
    bad[3] = value
    far[value] = read(bad, v)
    print(f"one of {n} values is {value:g}: {far[value]:.3f} nats; as ranks {read(bad.argsort().argsort() / n, v):.3f}")
again = rng.integers(n, size=n)
independent, boot, four = read(u, w), read(u[again], w[again]), read(np.tile(u, 4), np.tile(w, 4))
print(f"independent pairs: {independent:.3f} nats; drawn again with repetition: {boot:.3f}; each four times: {four:.3f}")
assert abs(plain - truth) < 0.05 and abs(far[1e2] - truth) < 0.05 and independent < 0.05, "the setting is another"
assert far[1e6] < 0.01 and far[1e9] < 0.01 and boot > 0.5 and four > 5, "the behaviour has changed"
PYTHON
