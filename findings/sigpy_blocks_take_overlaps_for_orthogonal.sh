#!/usr/bin/env bash
# One expects: the .N of an operator of SigPy is A^H A, as documented; the solvers of LinearLeastSquares use it in the place
#   of the two.
# What happens: ArrayToBlocks and BlocksToArray give the identity for .N, which is right for blocks side by side that fill the
#   array, and for nothing else. Where blocks overlap, A^H A counts in how many blocks a pixel lies; where strides leave a
#   rest, it is 0 there. The method of conjugate gradients, the gradient method and ADMM then agree on an answer that is off
#   by a third, the primal-dual method, which does not ask for .N, gives the right one. The other operators of the package
#   that define .N themselves (FFT, Transpose, Circshift, Reshape) are right; so is A.H * A, written out.
# Whom it hurts: patches that overlap are what the pair is for: dictionaries of patches, locally low-rank MRI, averages of
#   sliding windows. Three solvers agree, so the fourth is suspected.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    'sigpy==0.1.27' 'numpy==2.4.6' 'scipy==1.17.1' 'numba==0.68.1' 'PyWavelets==1.9.0'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
import sigpy
from sigpy.linop import FFT, ArrayToBlocks, Circshift, Transpose

print("SigPy", sigpy.__version__)
rng = np.random.default_rng(0)


def off(operator):
    """How far .N is from A^H A, over the size of the latter."""
    x = rng.normal(size=operator.ishape)
    right = operator.H(operator(x))
    return float(np.abs(operator.N(x) - right).max() / np.abs(right).max())


cases = {
    "side by side": ArrayToBlocks((8, 8), (4, 4), (4, 4)),
    "overlapping": ArrayToBlocks((8, 8), (4, 4), (2, 2)),
    "with a rest": ArrayToBlocks((10, 8), (4, 4), (4, 4)),
}
for name, blocks in cases.items():
    print(f"blocks {name}: .N of ArrayToBlocks {off(blocks):.2f} off, of BlocksToArray {off(blocks.H):.2f} off")
    assert (off(blocks) > 0.1) == (name != "side by side") and (off(blocks.H) > 0.1) == (name == "overlapping"), "changed"
assert max(off(FFT((8, 8))), off(Circshift((8, 8), (1, 2))), off(Transpose((2, 3), (1, 0)))) < 1e-5, "others have changed"

# A signal as a sum of overlapping patches: the patches by ridge regression, for which there is a closed form.
synthesis = ArrayToBlocks((16,), (4,), (2,)).H
count = int(np.prod(synthesis.ishape))
A = np.stack([synthesis(e.reshape(synthesis.ishape)) for e in np.eye(count)], axis=1)
y, ridge = rng.normal(size=16), 0.1
right = np.linalg.solve(A.T @ A + ridge * np.eye(count), A.T @ y)
for solver in ("ConjugateGradient", "GradientMethod", "ADMM", "PrimalDualHybridGradient"):
    app = sigpy.app.LinearLeastSquares(synthesis, y, lamda=ridge, solver=solver, max_iter=1000, show_pbar=False)
    found = app.run().ravel()
    error, cost = np.linalg.norm(found - right) / np.linalg.norm(right), lambda z: 0.5 * np.sum((A @ z - y) ** 2) + 0.5 * ridge * np.sum(z**2)
    print(f"{solver}: {error:.1e} off the closed form, objective {cost(found):.4f}, least {cost(right):.4f}")
    assert (error > 0.3) == (solver != "PrimalDualHybridGradient"), "the behaviour has changed"
PYTHON
