#!/usr/bin/env bash
# One expects: torch.linalg.vector_norm of a float32 vector is right to a few roundings, 1e-6, as torch.sum is, which adds
#   in blocks, and as numpy.linalg.norm nearly is.
# What happens: on the CPU norms add the squares one after another into a few float32 numbers per lane. The relative error
#   grows with the length: about 1e-5 at 2^20 entries along the last axis and 5e-4 at 2^24; along the first axis of a
#   contiguous tensor, where nothing is split into lanes, 2e-4 at 2^20 and 1e-2 at 2^24. `x.square().sum().sqrt()`, the
#   same formula, keeps 1e-7.
# Whom it hurts: iterative reconstruction in single precision. A 4096 x 4096 image has 2^24 entries: stopping rules,
#   step lengths by power iteration, normalised Lanczos vectors and discrepancy principles are wrong in the third or
#   fourth digit, and intervals around eigenvalues that are called certain miss them.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'torch==2.13.0' 'numpy==2.4.6'
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import torch

torch.set_num_threads(1)
print("torch", torch.__version__, "numpy", np.__version__, "one thread")
print("entries   norm(x)   norm(x, dim=0)   sqrt(sum(x^2))   numpy.linalg.norm      relative errors in float32")
rows = {}
for power in (16, 20, 24):
    x = torch.rand(2, 2**power, generator=torch.Generator().manual_seed(0))
    true = x.double().square().sum(1).sqrt()

    def error(found: torch.Tensor) -> float:
        return float(((found.double() - true[: len(found)]) / true[: len(found)]).abs().max())

    rows[power] = [
        error(torch.linalg.vector_norm(x, dim=1)),
        error(torch.linalg.vector_norm(x.T.contiguous(), dim=0)),
        error(x.square().sum(1).sqrt()),
        error(torch.tensor([float(np.linalg.norm(x[0].numpy()))])),
    ]
    print(f"2^{power}     " + "        ".join(f"{e:.1e}" for e in rows[power]))
last = rows[24]
assert last[0] > 1e-4 and last[1] > 2e-3 and last[2] < 1e-6 and rows[16][0] < 1e-5, "the behaviour has changed"
PYTHON
