#!/usr/bin/env bash
# One expects: DWTForward and DWTInverse of pytorch_wavelets, whose purpose is the wavelet transform with gradients, have the
#   gradient of what they compute, in each of their modes; their values agree with PyWavelets to rounding in all of them.
# What happens: the backward pass is written by hand: it is the synthesis with the filters turned round, and knows nothing of
#   what the forward pass added at the edges. For "zero" and "periodization" that is the transpose. For "symmetric" and "reflect", the
#   usual ones for pictures, the part of the gradient that comes from mirrored pixels is left out: of a 16 x 16
#   picture in two levels it is 60 to 90 % off, of 48 x 48 it is wrong in a frame of 4 to 17 pixels.
#   DWTInverse is off as well. Nothing is said; the interior of large pictures is right, and so is Haar at even sizes.
# Whom it hurts: unrolled and learned reconstruction, and minimisation of wavelet terms by gradients: a dot test of transform and
#   gradient fails, the minimum of a least squares term is missed for data that no picture explains, and a frame of the picture
#   is trained by a wrong signal. torch.autograd.gradcheck finds it at once, if one thinks of a library to be asked.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pytorch-wavelets==1.3.0' 'torch==2.13.0' 'PyWavelets==1.9.0' 'numpy==2.4.6' 'setuptools<81'
CUDA_VISIBLE_DEVICES='' "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import sys
from importlib.metadata import version

import pywt
import torch
from pytorch_wavelets import DWTForward, DWTInverse

print("pytorch_wavelets", version("pytorch_wavelets"), "torch", torch.__version__, "PyWavelets", version("PyWavelets"))
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)


def flat(coefficients):
    low, high = coefficients
    return torch.cat([low.flatten(1), *(h.flatten(1) for h in high)], 1)


def gradient_error(function, x):
    """How far the gradient of <w, f(x)>, f linear, lies from the transpose of the matrix of f times w."""
    y = function(x)
    w = torch.randn_like(y)
    (given,) = torch.autograd.grad((y * w).sum(), x)
    units = torch.eye(x.numel()).reshape(-1, *x.shape[1:])
    right = (function(units).detach().flatten(1) @ w.flatten()).reshape(x.shape)
    return ((given - right).norm() / right.norm()).item()


off, values = {}, 0.0
for mode in ("zero", "periodization", "symmetric", "reflect"):
    for wave in ("haar", "db2", "db4"):
        forward, inverse = DWTForward(J=2, wave=wave, mode=mode).double(), DWTInverse(wave=wave, mode=mode).double()
        x = torch.randn(1, 1, 16, 16, requires_grad=True)
        low, high = forward(x)
        known = pywt.wavedec2(x[0, 0].detach().numpy(), wave, mode=mode, level=2)[0]
        values = max(values, abs(known - low[0, 0].detach().numpy()).max())
        back = low.detach().requires_grad_()
        fixed = [torch.zeros_like(h) for h in high]
        each = gradient_error(lambda z: flat(forward(z)), x), gradient_error(lambda z: inverse((z, [h.expand(len(z), *h.shape[1:]) for h in fixed])), back)
        off[mode, wave] = each
        print(f"{mode:14} {wave:5} gradient of the transform off by {each[0]:7.1e}, of the inverse by {each[1]:7.1e}")
print(f"values of the coarsest band against PyWavelets: {values:.1e}")

forward = DWTForward(J=2, wave="db2", mode="symmetric").double()
data = torch.randn_like(flat(forward(torch.zeros(1, 1, 16, 16))))
matrix = flat(forward(torch.eye(256).reshape(-1, 1, 16, 16))).T
least = (matrix @ torch.linalg.lstsq(matrix, data[0]).solution - data[0]).square().sum().item()
u, step = torch.zeros(1, 1, 16, 16, requires_grad=True), 1 / torch.linalg.matrix_norm(matrix, 2) ** 2
for _ in range(2000):
    misfit = (flat(forward(u)) - data).square().sum()
    (slope,) = torch.autograd.grad(misfit / 2, u)
    u = (u - step * slope).detach().requires_grad_()
print(f"|W x - y|^2: {misfit.item():.3f} by 2000 steps of gradient descent (slope {slope.norm():.1e}), least {least:.3f}")
bad = {key: each for key, each in off.items() if key[0] in ("symmetric", "reflect") and key[1] != "haar"}
good = {key: each for key, each in off.items() if key not in bad}
still = all(max(e) < 1e-10 for e in good.values()) and all(e[0] > 0.3 and e[1] > 0.05 for e in bad.values())
sys.exit(0 if still and values < 1e-10 and slope.norm() < 1e-6 and misfit.item() > 1.05 * least else 1)
PYTHON
