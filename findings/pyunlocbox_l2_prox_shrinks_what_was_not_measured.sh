#!/usr/bin/env bash
# One expects: norm_l2(A=A, y=y) of PyUNLocBoX has the prox that its docstring writes down, the least point over z of
#   |x - z|^2 / 2 + gamma |A z - y|^2, at least for `tight=True`, "a tight frame (semi-orthogonal linear transform)", which is the
#   default: rows of a unitary matrix, such as a mask or an undersampled Fourier transform. norm_l1 with the same A has its prox.
# What happens: the formula is that of A^T A = nu I, an isometry with at least as many data as unknowns, while that of
#   norm_l1 is the one of A A^T = nu I. One word, two conditions, which meet for square matrices only. With fewer data than
#   unknowns what A does not see is divided by 1 + 2 gamma nu, where it should stay as it is. What A sees is right, so that
#   the data are fitted. The gradient is right, too.
# Whom it hurts: inpainting and compressed sensing, where A has fewer rows than columns: Douglas-Rachford and every method
#   that calls this prox pull the gaps towards 0 in each step and settle at four times the objective that forward-backward
#   reaches with the same objects. It looks like a prior that is too weak in the gaps.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyunlocbox==0.6.1' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from pyunlocbox import functions, solvers

print("PyUNLocBoX", version("pyunlocbox"))
rng = np.random.default_rng(0)
n, gamma = 64, 0.8
cases = {
    "32 rows of a unitary matrix": np.linalg.qr(rng.normal(size=(n, n)))[0][:32],
    "a mask of 32 samples": np.eye(n)[np.sort(rng.permutation(n)[:32])],
    "a unitary matrix": np.linalg.qr(rng.normal(size=(n, n)))[0],
    "80 rows with A^T A = 1": np.linalg.qr(rng.normal(size=(80, n)))[0],
}
still = True
for name, A in cases.items():
    x, y = rng.normal(size=n), rng.normal(size=len(A))
    f = functions.norm_l2(A=A, y=y, tight=True, nu=1)
    found = f.prox(x.copy(), gamma)
    right = np.linalg.solve(np.eye(n) + 2 * gamma * A.T @ A, x + 2 * gamma * A.T @ y)
    off = np.linalg.norm(found - right) / np.linalg.norm(right)
    unseen = np.eye(n) - A.T @ A
    kept = np.linalg.norm(unseen @ found) / np.linalg.norm(unseen @ x) if len(A) < n else 1.0
    seen = np.linalg.norm(A @ (found - right))
    print(f"{name:28} prox off by {off:.1e}; of what A does not see it keeps {kept:.4f}; what A sees is off by {seen:.0e}")
    still &= (off > 0.2 and abs(kept - 1 / (1 + 2 * gamma)) < 1e-9 and seen < 1e-9) if len(A) < n else off < 1e-9
    if len(A) < n:  # the l1 norm of the same A: the exact prox moves x by A^T of what soft thresholding takes away
        gap = A @ x - y
        exact = x - A.T @ np.clip(gap, -gamma, gamma)
        still &= np.linalg.norm(functions.norm_l1(A=A, y=y, tight=True, nu=1).prox(x.copy(), gamma) - exact) < 1e-9

picture = np.ones((24, 24))
picture[6:18, 6:18] = 2
mask = rng.random(picture.shape) < 0.5
data = mask * (picture + 0.05 * rng.normal(size=picture.shape))
misfit = functions.norm_l2(A=lambda z: mask * z, y=data)
prior = functions.norm_tv(lambda_=0.05, maxit=500, tol=1e-10, verbosity="NONE")
reached = {}
for solver in (solvers.douglas_rachford(step=0.5), solvers.forward_backward(step=0.5)):
    name, options = type(solver).__name__, {"maxit": 300, "rtol": 1e-12, "verbosity": "NONE"}
    result = solvers.solve([prior, misfit], data.copy(), solver, **options)["sol"]
    reached[name] = float(misfit.eval(result) + prior.eval(result))
    print(f"inpainting by {name:16}: objective {reached[name]:.2f}, mean in the gaps {result[~mask].mean():.3f}, of the truth {picture[~mask].mean():.3f}")
sys.exit(0 if still and reached["douglas_rachford"] > 3 * reached["forward_backward"] else 1)
PYTHON
