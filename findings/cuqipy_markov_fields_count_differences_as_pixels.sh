#!/usr/bin/env bash
# One expects: LMRF, the prior exp(-|Dx|_1 / scale) of CUQIpy, is a density for every scale, so that its logd may be used
#   to find the scale, too: by Gibbs sampling with a hyperprior, or by the evidence. Of n pixels the constant has to go as
#   scale^-n, since |D(s z)|_1 = s |Dz|_1, whatever D is.
# What happens: each difference has the factor 1 / (2 scale) of a Laplace variable of its own, as if differences were free
#   of each other. A picture has twice as many differences as pixels, so the constant goes as scale^-(2n): the scale that
#   makes a given picture most likely is |Dx|_1 / (2n) instead of |Dx|_1 / n, half of what it is. CMRF, the same with
#   Cauchy differences, multiplies as many free factors. GMRF knows its rank, and is right.
# Whom it hurts: those who let the data choose the strength of total variation in tomography or deblurring, which is what
#   the sampler ConjugateApprox is there for: edges come out too weak by two. In one axis there are n + 1 differences for
#   n pixels, and nothing is seen.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'cuqipy==1.3.0' 'numpy==1.26.4' 'scipy==1.12.0'
"$folder/venv/bin/python" - <<'PYTHON'
import cuqi
import numpy as np
from cuqi.distribution import CMRF, GMRF, LMRF

print("CUQIpy", cuqi.__version__)


def logd(prior, x):
    return float(np.ravel(prior.logd(x))[0])


# Two pixels in a line: the integral over the plane, of which a density leaves 1.
line = np.linspace(-30, 30, 601)
area = (line[1] - line[0]) ** 2
for scale in (0.5, 1.0, 2.0):
    prior = LMRF(0, scale, bc_type="zero", geometry=2)
    whole = area * sum(np.exp(logd(prior, np.array([a, b]))) for a in line for b in line)
    print(f"LMRF of two pixels, scale {scale}: its integral is {whole:.3f}, times the scale {whole * scale:.3f}")
    assert abs(whole * scale - 0.1875) < 0.004, "the constant of LMRF has changed"

# A picture: at x = 0 only the constant is left, and its power of the scale can be read off.
side = 16
geometry = cuqi.geometry.Image2D((side, side))
for boundary in ("zero", "neumann", "periodic"):
    one, two = (logd(LMRF(0, s, bc_type=boundary, geometry=geometry), np.zeros(side**2)) for s in (1.0, 2.0))
    power = (one - two) / np.log(2)
    print(f"LMRF, {side} x {side}, {boundary}: the constant goes as scale^-{power:.0f}, pixels: {side**2}")
    assert power > 1.85 * side**2, "the constant of LMRF has changed"

x = np.cumsum(np.random.default_rng(0).laplace(size=(side, side)), axis=1).ravel()
scales = np.geomspace(0.05, 50, 2000)
likely = scales[np.argmax([logd(LMRF(0, s, bc_type="neumann", geometry=geometry), x) for s in scales])]
picture = x.reshape(side, side)
length = np.abs(np.diff(picture, axis=0)).sum() + np.abs(np.diff(picture, axis=1)).sum()
print(f"most likely scale of a picture by logd {likely:.3f}; |Dx|_1 / (pixels - 1), by the power it has to have, {length / (side**2 - 1):.3f}")
assert 0.45 < likely / (length / (side**2 - 1)) < 0.6, "the scale is another one now"

one, two = (logd(CMRF(0, s, bc_type="neumann", geometry=geometry), np.zeros(side**2)) for s in (1.0, 2.0))
print(f"CMRF, neumann, at 0: scale^-{(one - two) / np.log(2):.0f}")
assert (one - two) / np.log(2) > 1.85 * side**2, "the constant of CMRF has changed"
one, four = (logd(GMRF(np.zeros(side**2), s, bc_type="zero", geometry=geometry), np.zeros(side**2)) for s in (1.0, 4.0))
print(f"GMRF, zero: precision^({(four - one) / np.log(4):.1f}) = precision^(pixels / 2)")
assert abs((four - one) / np.log(4) - side**2 / 2) < 1e-6, "GMRF has changed"
PYTHON
