#!/usr/bin/env bash
# One expects: an object of PyProximal is one function f: calling it gives f(x), and prox(x, tau) the least point of
#   f(z) + |z - x|^2 / (2 tau). Solvers rest on the second, stopping rules and plots on the first.
# What happens: Huber(alpha) chooses its branch by the size of the input, |x| <= alpha, where the branch of the minimum is
#   that of |x| <= alpha + tau. Between the two the answer is not the prox: x = 1.1, alpha = 1, tau = 0.4 gives 0.7, the
#   minimum is at 0.786, and the map jumps back from 0.714 to 0.6 as x goes through alpha, which no prox of a convex
#   function does. Two more of the same release: RelaxedMumfordShah shrinks entry by entry, min(a x_i^2, k) each, but its value is
#   min(a |x|^2, k) of the whole vector; Log1(sigma) thresholds by sigma, but its value has no sigma.
# Whom it hurts: robust misfits and smoothed total variation in seismics and tomography: a splitting with this Huber ends
#   beside the minimum or does not settle, and an objective that is plotted beside RelaxedMumfordShah or Log1 is another one
#   than the one minimised. HuberCircular, the same function of a whole vector's norm, is right.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pyproximal==0.13.0' 'pylops==2.8.0' 'numpy==2.4.6' 'scipy==1.17.1'
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import pyproximal

print("PyProximal", pyproximal.__version__)


def searched(f, x, tau):
    """The least point of f(z) + (z - x)^2 / (2 tau) on a fine grid, one entry."""
    grid = np.linspace(-3, 3, 600001)
    return grid[np.argmin(f(grid) + (grid - x) ** 2 / (2 * tau))]


def huber(z, alpha=1.0):
    return np.where(np.abs(z) <= alpha, z**2 / (2 * alpha), np.abs(z) - alpha / 2)


tau, both = 0.4, pyproximal.Huber(1.0)
assert all(np.isclose(both(np.array([z])), huber(z)) for z in (-2.0, 0.3, 1.1)), "the value has changed"
given, least = {}, {}
for x in (0.5, 0.999, 1.001, 1.1, 1.3, 1.5, 2.0):
    given[x], least[x] = float(both.prox(np.array([x]), tau)[0]), float(searched(huber, x, tau))
    print(f"Huber(1), tau 0.4, x = {x}: prox {given[x]:.4f}, minimum at {least[x]:.4f}")
wrong = {x for x in given if abs(given[x] - least[x]) > 1e-3}
assert wrong == {1.001, 1.1, 1.3}, "the behaviour of Huber has changed"
assert given[1.001] < given[0.999] - 0.1, "it is monotone now"

x = np.array([2.0, 0.5, -0.5])
mumford = pyproximal.RelaxedMumfordShah(1.0, 1.0)
entries = sum(min(z**2, 1.0) for z in x)
print(f"RelaxedMumfordShah of {x}: value {mumford(x):.2f}, the sum over entries that its prox belongs to {entries:.2f}")
assert mumford(x) == 1.0 and entries == 1.5, "the value of RelaxedMumfordShah has changed"
one, three = (pyproximal.Log1(sigma, 0.1)(x) for sigma in (1.0, 3.0))
moved = [pyproximal.Log1(sigma, 0.1).prox(x, 0.1) for sigma in (1.0, 3.0)]
print(f"Log1 of sigma 1 and 3: values {one:.4f} and {three:.4f}, proxes {moved[0]} and {moved[1]}")
assert one == three and not np.allclose(*moved), "the behaviour of Log1 has changed"
PYTHON
