#!/usr/bin/env bash
# One expects: CompressiveSpectralImaging of DeepInverse (CASSI: bands are sheared, masked, summed) does as its equation says
#   for pictures of every size, and A_adjoint is its adjoint, as is promised of each LinearPhysics.
# What happens: the shear is a convolution with a kernel as large as the picture, whose middle is taken one pixel too early
#   where a side is even, after padding. Each shear then moves all bands by a pixel along that side, and the one of A_adjoint
#   moves them the same way again instead of back: a point lands two pixels off in mode "ss" and one in "sd", rows are lost at
#   the border, and the adjoint has little to do with the transpose. The spectral norm by compute_norm comes out as 0 or as
#   NaN, and gradient descent of |A x - y|^2 rises. With odd sides all is right to rounding, and so a test of odd sides
#   passes.
# Whom it hurts: snapshot spectral imaging: the pictures of its data sets have 256 x 256 pixels, the docstring's example 32 x
#   32. Measurements made here fit no other code and no camera, and reconstruction blames the prior.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'deepinv==0.5.0' 'torch==2.14.1' 'torchvision==0.29.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import deepinv
import torch

print("deepinv", deepinv.__version__, "torch", torch.__version__)
torch.manual_seed(0)
rng = torch.Generator().manual_seed(0)


def by_definition(x, mask, mode):
    """One picture: a band c is sheared down by c rows; "ss" masks the sheared bands and shears back, "sd" masks before."""
    bands, rows, columns = x.shape
    y = torch.zeros(rows + (bands - 1 if mode == "sd" else 0), columns)
    for c in range(bands):
        if mode == "sd":
            y[c : c + rows] += mask[c] * x[c] / bands
        else:
            y[: rows - c] += mask[c, c:] * x[c, : rows - c] / bands
    return y


for mode in ("ss", "sd"):
    for shape in ((5, 15, 15), (5, 16, 16)):
        mask = (torch.rand(1, *shape, generator=rng) > 0.5).float()
        physics = deepinv.physics.CompressiveSpectralImaging(shape, mask=mask, mode=mode)
        count = shape[0] * shape[1] * shape[2]
        A = physics.A(torch.eye(count).reshape(count, *shape)).flatten(1).T.double()
        At = physics.A_adjoint(torch.eye(len(A)).reshape(len(A), 1, -1, shape[2])).flatten(1).T.double()
        x = torch.rand(1, *shape, generator=rng)
        right = by_definition(x[0], mask[0], mode)
        off = float((physics.A(x)[0, 0] - right).norm() / right.norm())
        transpose = float((At - A.T).norm() / A.norm())
        norm, true = float(physics.compute_norm(x, verbose=False)), float(torch.linalg.matrix_norm(A, 2) ** 2)
        y, found = physics.A(x).flatten().double(), torch.zeros(count, dtype=torch.float64)
        for _ in range(200):
            found = found - At @ (A @ found - y) / true
        misfit = float((A @ found - y).norm() / y.norm())
        print(f"{mode}, {shape}: A x is {off:.1e} off its definition, the adjoint {transpose:.1e} off the transpose; norm by "
              f"compute_norm {norm:.3f}, by SVD {true:.3f}; misfit after 200 steps {misfit:.2g}")
        even = shape[1] % 2 == 0
        assert (off > 0.2) == even and (transpose > 0.2) == even, "the behaviour has changed"
        assert (abs(norm / true - 1) < 0.1) != even, "the norm has changed"
        assert (misfit > 1) == even, "the behaviour has changed"
        point = torch.zeros(1, *shape)
        point[0, 0, 8, 8] = 1
        free = deepinv.physics.CompressiveSpectralImaging(shape, mask=torch.ones(1, *shape), mode=mode)
        print(f"    a point of band 0 at (8, 8), mask of ones: measured at {(free.A(point)[0, 0] > 1e-3).nonzero().tolist()}")
PYTHON
