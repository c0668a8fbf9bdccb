#!/usr/bin/env bash
# One expects: physics.prox_l2(z, y, gamma) is the least point of gamma / 2 |A x - y|^2 + |x - z|^2 / 2, as documented: what A
#   does not see stays as it is in z, and for gamma towards 0 the answer is z itself.
# What happens: for Decolorize (grey pictures of colour, with a closed form by a singular value decomposition) the answer
#   lies in the range of A^T: all that A does not see, two of three colour channels' worth, is set to 0, whatever gamma is.
#   At gamma = 1e-6 it is 80 % off z. The formula is that of a square V; here V has one column a pixel. Operators of the
#   same base class that keep all pixels (Inpainting, single-pixel camera, MRI) are right, and so is Decolorize's pseudo-inverse,
#   where nothing is to be kept.
# Whom it hurts: colourisation, and who tests plug-and-play there: half-quadratic splitting, ADMM and DPIR call prox_l2 in
#   every step, so the denoiser's colours are thrown away each time and the result is grey, with no word of it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'deepinv==0.5.0' 'torch==2.14.1' 'torchvision==0.29.1'
"$folder/venv/bin/python" - <<'PYTHON'
import deepinv
import torch

print("deepinv", deepinv.__version__, "torch", torch.__version__)
rng = torch.Generator().manual_seed(0)


def distances(physics, shape, gamma):
    """|prox - dense solution| and |prox - z|, both over |z|, and the former of the pseudo-inverse."""
    count = 1
    for side in shape:
        count *= side
    basis = torch.eye(count).reshape(count, *shape)
    A = physics.A(basis).flatten(1).T.double()
    z, y = torch.randn(1, *shape, generator=rng), physics.A(torch.rand(1, *shape, generator=rng))
    b = z.flatten().double() + gamma * A.T @ y.flatten().double()
    right = torch.linalg.solve(torch.eye(count, dtype=torch.float64) + gamma * A.T @ A, b)
    found, flat = physics.prox_l2(z, y, gamma).flatten().double(), z.flatten().double()
    inverse = (torch.linalg.pinv(A) @ y.flatten().double() - physics.A_dagger(y).flatten().double()).norm()
    return [float(d / flat.norm()) for d in ((found - right).norm(), (found - flat).norm(), inverse)]


shape = (3, 4, 4)
mask = (torch.rand(1, *shape, generator=rng) > 0.5).float()
cases = {
    "Decolorize": deepinv.physics.Decolorize(),
    "Inpainting": deepinv.physics.Inpainting(shape, mask=mask),
    "Demosaicing": deepinv.physics.Demosaicing(shape),
}
for name, physics in cases.items():
    for gamma in (1.0, 1e-6):
        off, moved, inverse = distances(physics, shape, gamma)
        print(f"{name}, gamma {gamma:g}: {off:.1e} from the least point, {moved:.1e} from z; pseudo-inverse {inverse:.1e} off")
        assert inverse < 1e-5, "the pseudo-inverse has changed"
        assert (off > 0.5) == (name == "Decolorize"), "the behaviour has changed"
        assert name != "Decolorize" or moved > 0.5, "the behaviour has changed"
PYTHON
