#!/usr/bin/env bash
# One expects: x0 of scipy.sparse.linalg.lsmr is what its docstring calls it, an initial guess: it changes how many steps are
#   taken, and the answer stays the minimum of |A x - b|^2 + damp^2 |x|^2, the problem that the docstring writes down with a
#   zero below b.
# What happens: the damping is of x - x0, and another start gives another answer. A warm start repeated is iterated Tikhonov,
#   not Tikhonov: each call fits the noise a little more, though damp is the same. It stops with istop 2, the mark of a solved
#   problem. lsqr does the same and says so; damp = 0 and x0 = None are as expected.
# Whom it hurts: loops around lsmr: outer iterations that start from the last picture (Gauss-Newton, reweighting,
#   plug-and-play, frames of a film) lose the regularisation they think to have, a sweep over damp with warm starts depends on
#   its order, and a comparison of starts finds that Tikhonov is not unique.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'scipy==1.17.1' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import scipy
from scipy.sparse.linalg import lsmr

print("SciPy", scipy.__version__)
documented = " ".join(lsmr.__doc__.split())
assert "Initial guess of ``x``" in documented and "min ||(b) - ( A )x||" in documented and "x - x0" not in documented, "documented"

rng, n, damp = np.random.default_rng(0), 64, 0.05
t = np.linspace(0, 1, n)
A = np.exp(-((t[:, None] - t) ** 2) / (2 * 0.05**2))
A /= A.sum(1, keepdims=True)
truth = (np.abs(t - 0.4) < 0.15) + 0.5 * (np.abs(t - 0.8) < 0.05)
b = A @ truth + 0.02 * rng.normal(size=n)
normal = A.T @ A + damp**2 * np.eye(n)
least = np.linalg.solve(normal, A.T @ b)


def solve(start):
    found = lsmr(A, b, damp=damp, x0=start, atol=1e-12, btol=1e-12, maxiter=2000)
    return found[0], found[1]


def apart(x, y):
    return float(np.linalg.norm(x - y) / np.linalg.norm(y))


for name, start in (("none", None), ("zeros", np.zeros(n)), ("the truth", truth), ("noise", rng.normal(size=n))):
    x, reason = solve(start)
    moved = least if start is None else start + np.linalg.solve(normal, A.T @ (b - A @ start))
    print(f"start {name}: istop {reason}, {apart(x, least):.1e} off the documented minimum, {apart(x, moved):.1e} off that damped towards the start")
    assert reason == 2 and apart(x, moved) < 1e-6 and (apart(x, least) > 0.05) == (name in ("the truth", "noise")), "changed"

x, offs, errors = None, [], []
for _ in range(20):
    x, _ = solve(x)
    offs.append(apart(x, least))
    errors.append(apart(x, truth))
print("20 calls, each from the answer of the last: off the minimum by", np.round(offs[::4], 3).tolist())
print("    error of the picture", np.round(errors[::4], 3).tolist(), "then", round(errors[-1], 3))
assert offs[0] < 1e-6 and all(np.diff(offs) > 0) and offs[-1] > 0.3 and errors[-1] > 1.5 * errors[0], "the behaviour has changed"
PYTHON
