#!/usr/bin/env bash
# One expects: L1 of PyProximal, whose prox shrinks complex numbers in modulus and keeps their phase, has the proxdual that
#   belongs to it: the projection of each complex number onto the disc of radius sigma, as Moreau's identity asks. PrimalDual
#   calls nothing else.
# What happens: proxdual is a box of reals, numpy.maximum and minimum, which compare complex numbers by their real parts and
#   look at the imaginary ones in ties only. 0.5 + 100i stays as it is at sigma = 1, 1.2 + 0.3i becomes 1. Nothing is raised
#   or warned of. Real data are right, and so are L2, Euclidean and L21, whose proxdual comes from their prox. One more of the
#   same release: the value of Nuclear and SingularValuePenalty takes X^T X for X^H X, and for complex matrices is half of the
#   sum of the singular values, or less; their prox is right.
# Whom it hurts: complex images with total variation or wavelets by PrimalDual: MRI, phase imaging, radar. To turn the phase
#   of the data, which no modulus sees, changes the result: turned by 90 degrees, denoising by total variation makes a
#   constant of everything, at six times the objective of its minimum. LinearizedADMM, which calls prox, solves the same
#   problem rightly.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyproximal==0.13.0' 'pylops==2.8.0' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import pylops
import pyproximal
from pyproximal.optimization.primal import LinearizedADMM
from pyproximal.optimization.primaldual import PrimalDual

print("PyProximal", pyproximal.__version__, "PyLops", pylops.__version__)
rng = np.random.default_rng(0)
numbers = np.array([0.5 + 100j, 1.2 + 0.3j, 1 + 5j, -3 + 2j])
disc = numbers * np.minimum(1, 1 / np.abs(numbers))
found = pyproximal.L1(sigma=1.0).proxdual(numbers, 1.0)
print("proxdual at sigma 1 of", numbers.tolist(), "\n  is", found.tolist(), "\n  the projection onto the disc is", np.round(disc, 3).tolist())
assert found[0] == numbers[0] and found[1] == 1, "the projection has changed"


def moreau(f, x, tau):
    """How far proxdual is from what the prox says of it."""
    return float(np.abs(f.proxdual(x.copy(), tau) - (x - tau * f.prox(x / tau, 1 / tau))).max())


x = rng.normal(size=12) + 1j * rng.normal(size=12)
peers = {"L1": pyproximal.L1(0.7), "L2": pyproximal.L2(sigma=0.7), "Euclidean": pyproximal.Euclidean(0.7), "L21": pyproximal.L21(2, sigma=0.7)}
for name, f in peers.items():
    real, complex_ = moreau(f, x.real.copy(), 0.6), moreau(f, x, 0.6)
    print(f"{name}: off Moreau's identity by {real:.1e} for real, {complex_:.1e} for complex numbers")
    assert real < 1e-9 and (complex_ > 0.1) == (name == "L1"), "the behaviour has changed"

for kind, X in (("real", rng.normal(size=(4, 4))), ("complex", rng.normal(size=(4, 4)) + 1j * rng.normal(size=(4, 4)))):
    value, singular = pyproximal.Nuclear((4, 4))(X.ravel()), np.linalg.svd(X, compute_uv=False)
    penalty = pyproximal.SingularValuePenalty((4, 4), pyproximal.L1())(X.ravel())
    print(f"{kind} matrix: Nuclear {value:.3f}, SingularValuePenalty {penalty:.3f}, sum of its singular values {singular.sum():.3f}")
    assert (abs(value / singular.sum() - 1) > 0.3) == (kind == "complex") and np.isclose(value, penalty), "it has changed"

length, weight = 64, 0.3
D = pylops.FirstDerivative(length, kind="forward", dtype="complex128")
steps = np.repeat([0, 1, 0.3, 0.8], 16) + 0.1 * rng.normal(size=length)
excess, start = {}, np.zeros(length, dtype=complex)
for degrees in (0, 45, 90, 180, 270):
    y = steps * np.exp(1j * np.radians(degrees))
    fit, variation = pyproximal.L2(b=y), pyproximal.L1(sigma=weight)

    def objective(z):
        return 0.5 * np.sum(np.abs(z - y) ** 2) + weight * np.sum(np.abs(D @ z))

    dual = PrimalDual(fit, variation, D, tau=0.5, mu=0.45, x0=start, niter=3000)
    primal = LinearizedADMM(fit, variation, D, tau=0.2, mu=0.05, x0=start, niter=10000)[0]
    excess[degrees] = objective(dual) / objective(primal)
    print(f"data turned by {degrees} degrees: objective by LinearizedADMM {objective(primal):.4f}, by PrimalDual {objective(dual):.4f}; "
          f"moduli of the latter from {np.abs(dual).min():.3f} to {np.abs(dual).max():.3f}")
assert abs(excess[0] - 1) < 1e-3 and abs(excess[180] - 1) < 1e-3 and excess[45] > 1.01, "the behaviour has changed"
assert excess[90] > 5 and excess[270] > 5, "the behaviour has changed"
PYTHON
