#!/usr/bin/env bash
# One expects: Gaussian(mean, sqrtprec=R) of CUQIpy is one distribution, with the precision R^T R: its samples have the
#   covariance (R^T R)^-1, whatever kind of matrix R is, since its logd has that precision.
# What happens: a dense R that is lower triangular is handed to a solver of upper triangular systems, which reads the diagonal
#   and what is above it, and there is nothing above. The samples are independent of each other, with the deviations 1 / R_ii:
#   white noise. Upper triangular, full and diagonal matrices are sampled rightly, and logd is right for all of them.
# Whom it hurts: the root of a precision is lower triangular where it is written down by hand: differences to the sample
#   before (a random walk, an autoregressive process, correlated detector noise). Prior draws and simulated noise lose their
#   correlation, synthetic data fit another model than the one they are inverted with, and coverage tests fail or pass for no
#   reason. The transpose of a Cholesky factor is upper triangular, so the usual test passes.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'cuqipy==1.3.0' 'numpy==1.26.4' 'scipy==1.12.0'
"$folder/venv/bin/python" - <<'PYTHON'
import cuqi
import numpy as np
from cuqi.distribution import Gaussian

print("CUQIpy", cuqi.__version__)
np.random.seed(0)
count, n = 100_000, 30
walk = np.eye(n) - np.eye(n, k=-1)
roots = {
    "differences to the one before (lower)": walk,
    "differences to the next (upper)": walk.T,
    "full": walk + 0.2 * np.eye(n)[::-1],
    "diagonal": np.diag(np.linspace(1, 2, n)),
}
for name, root in roots.items():
    prior = Gaussian(np.zeros(n), sqrtprec=root)
    expected, x = np.linalg.inv(root.T @ root), np.sin(np.arange(n))
    exact = -0.5 * x @ root.T @ root @ x + np.linalg.slogdet(root)[1] - n / 2 * np.log(2 * np.pi)
    covariance = np.cov(prior.sample(count).samples)
    off = np.linalg.norm(covariance - expected) / np.linalg.norm(expected)
    print(f"{name}: logd {float(np.ravel(prior.logd(x))[0]):.6f}, by hand {exact:.6f}; variance of the last sample {covariance[-1, -1]:.2f}, "
          f"by hand {expected[-1, -1]:.2f}; covariance off by {off:.1e}")
    assert np.isclose(np.ravel(prior.logd(x))[0], exact), "the density has changed"
    assert (off > 0.5) == (root is walk) and (root is walk or off < 0.05), "the samples have changed"
draws = Gaussian(np.zeros(n), sqrtprec=walk).sample(count).samples
neighbours = np.abs(np.diag(np.corrcoef(draws), 1)).max()
print(f"lower: greatest correlation between neighbours {neighbours:.3f}, of a random walk {np.sqrt(1 - 1 / n):.3f}")
PYTHON
