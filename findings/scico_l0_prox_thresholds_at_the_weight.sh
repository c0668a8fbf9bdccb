#!/usr/bin/env bash
# One expects: a functional of SCICO is one function f: f(x) is its value, and prox(v, lam) the least point of
#   lam f(z) + |z - v|^2 / 2. For the number of entries that are not 0 that is the hard threshold at sqrt(2 lam): to keep v
#   costs lam, to drop it v^2 / 2.
# What happens: L0Norm keeps what is at least lam. Below lam = 2 that keeps entries whose dropping is the better choice (at
#   lam = 0.1 all between 0.1 and 0.447), above 2 it drops entries that are worth their price. It is right at lam = 2 alone.
#   The same was tried with the other norms of the package, L1, L2, its square, both kinds of Huber, L1 - L2, L21 and the
#   nuclear norm: their answers are least points.
# Whom it hurts: sparse deconvolution, spike sorting, wavelet compressed sensing by iterative hard thresholding: the weight
#   means another number than in the paper or in one's own notes (PyProximal 0.13 takes the same threshold, so that comparing
#   the two shows nothing), the step size changes how many entries stay in a way that no theory has, and proximal gradient may
#   raise the objective that it is said to lower.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'scico==0.0.7' 'jax==0.8.1' 'numpy==2.4.6' 'scipy==1.17.1'
JAX_PLATFORMS=cpu JAX_ENABLE_X64=1 "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import scico
import scico.numpy as snp
from scico.functional import L0Norm, L1Norm

print("SCICO", scico.__version__)
count, v = L0Norm(), np.linspace(0, 5, 5001)
for lam in (0.1, 0.5, 1.0, 2.0, 4.0):
    answer = np.asarray(count.prox(snp.array(v), lam))
    kept = v[answer != 0].min()
    cost = lam * (answer != 0) + (answer - v) ** 2 / 2
    excess = (cost - np.minimum(lam * (v != 0), v**2 / 2)).max()
    print(f"lam {lam}: kept from {kept:.3f}, by the definition from {np.sqrt(2 * lam):.3f}; the worst entry costs {excess:.3f} too much")
    assert np.isclose(kept, lam, atol=1e-3), "the threshold has changed"
    assert (excess < 1e-3) == (lam == 2.0), "the threshold has changed"
assert float(count(snp.array([0.0, 3.0, -1.0]))) == 2.0

# Proximal gradient for |x - y|^2 / 2 + lam |x|_0 with a step below 1 / L: each step may not raise it.
y, lam, step = np.full(5, 1.2), 1.0, 0.9
x = np.zeros(5)
values = []
for _ in range(6):
    values.append(((x - y) ** 2).sum() / 2 + lam * (x != 0).sum())
    x = np.asarray(count.prox(snp.array(x - step * (x - y)), step * lam))
print("objective by proximal gradient from 0:", np.round(values, 3))
assert values[1] > values[0] + 0.1, "the objective falls now"

grid = np.linspace(-4, 4, 80001)
least = [grid[np.argmin(0.7 * np.abs(grid) + (grid - w) ** 2 / 2)] for w in (0.5, 1.5)]
print("L1Norm beside a search:", np.asarray(L1Norm().prox(snp.array([0.5, 1.5]), 0.7)), np.round(least, 4))
PYTHON
