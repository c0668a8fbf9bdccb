#!/usr/bin/env bash
# One expects: in MRpro the adjoint of a linear operator is its adjoint, <W x, y> = <x, W* y>, for every wavelet that WaveletOp names
#   in its type, the biorthogonal ones among them (bior4.4 is that of JPEG 2000, and a usual choice for images).
# What happens: the adjoint is the reconstruction. For orthogonal filters the two are one. For the biorthogonal ones they are not:
#   W* W x = x to rounding, but <x, W* y> is off by 6 % to several times, in sign too, and the gradient of a misfit through the
#   adjoint is 24 to 65 % off the one that torch finds by differentiating the same operator. Nothing is said, and the product W* W
#   that people look at first (the identity) speaks for it.
# Whom it hurts: wavelet-regularised reconstruction of MR data by PDHG, FISTA or conjugate gradients with these filters: it settles
#   beside the minimum, or its steps, sized for a norm of 1, do not settle (the norm is above 1).
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'torch==2.14.1' 'torchvision==0.29.1' 'mrpro==0.261015' 'ptwt==0.1.9' 'PyWavelets==1.8.0'
CUDA_VISIBLE_DEVICES='' "$folder/venv/bin/python" - <<'PYTHON'
import sys
import warnings
from importlib.metadata import version

import torch

warnings.simplefilter("ignore")
from mrpro.operators import WaveletOp  # noqa: E402

print("mrpro", version("mrpro"), "ptwt", version("ptwt"))
torch.manual_seed(0)
off = {}
for name in ("db4", "coif1", "bior2.2", "bior4.4", "rbio2.2"):
    W = WaveletOp(domain_shape=(32, 32), dim=(-2, -1), wavelet_name=name, level=1)
    x = torch.randn(1, 32, 32, dtype=torch.float64, requires_grad=True)
    y = torch.randn_like(W(x.detach())[0])
    (0.5 * (W(x)[0] - y).square().sum()).backward()
    with torch.no_grad():
        back = (W.adjoint(W(x)[0])[0] - x).norm() / x.norm()
        gradient = W.adjoint(W(x)[0] - y)[0]
        a, b = (W(x)[0] * y).sum().item(), (x * W.adjoint(y)[0]).sum().item()
        off[name] = ((gradient - x.grad).norm() / x.grad.norm()).item()
        print(f"{name:8} <W x, y> = {a:8.3f}  <x, W* y> = {b:8.3f}  W* W x = x to {back:.0e}  gradient off by {off[name]:.0e}")
still = all(off[n] < 1e-10 for n in ("db4", "coif1")) and all(off[n] > 0.1 for n in ("bior2.2", "bior4.4", "rbio2.2"))
sys.exit(0 if still else 1)
PYTHON
