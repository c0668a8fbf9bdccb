#!/usr/bin/env bash
# One expects: norm="ortho" of torchkbnufft is the one of torch.fft, NumPy and SigPy: a non-uniform transform that, with all
#   frequencies of the Cartesian grid, is unitary. The oversampled grid inside is a matter of accuracy.
# What happens: the result is divided by the root of the number of points of that grid, not of the image. With the default, twice
#   as many points along each axis, the transform of all Cartesian frequencies keeps half of the norm in two dimensions,
#   0.35 of it in three; and grid_size, which trades speed for accuracy, changes the scale of the data: from 1.25 to 3 times the
#   image by 2.4. Forward, adjoint and Toeplitz operator agree with each other, and so each dot test passes. Without norm, it
#   is the plain sum at every grid.
# Whom it hurts: MR reconstruction that mixes libraries: coil data simulated or normalised with another orthonormal transform
#   are met by an operator that is half as strong: the picture comes out twice as bright, the misfit has a quarter of its
#   curvature, and a prior of the same weight outweighs it. Networks trained with one grid_size do not fit data of another.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'torchkbnufft==1.5.2' 'torch==2.13.0' 'sigpy==0.1.27' 'numpy==2.4.6' 'scipy==1.17.1'
CUDA_VISIBLE_DEVICES='' "$folder/venv/bin/python" -W ignore - <<'PYTHON'
import math
import sys
from importlib.metadata import version

import sigpy
import torch
import torchkbnufft as tkbn

print("torchkbnufft", version("torchkbnufft"), "torch", torch.__version__, "SigPy", sigpy.__version__)
rng = torch.Generator().manual_seed(0)
still = True


def operators(shape, factor):
    sizes = {"im_size": shape, "grid_size": tuple(int(factor * n) for n in shape), "dtype": torch.complex128}
    return tkbn.KbNufft(**sizes), tkbn.KbNufftAdjoint(**sizes)


def picture(shape):
    return torch.randn(1, 1, *shape, dtype=torch.complex128, generator=rng)


for shape in ((16,), (16, 16), (8, 8, 8)):
    axes = [torch.arange(-(n // 2), n - n // 2, dtype=torch.float64) for n in shape]
    cycles = torch.stack(torch.meshgrid(*axes, indexing="ij")).reshape(len(shape), -1)  # every frequency of the grid, once
    omega = cycles * (2 * math.pi / shape[0])
    x = picture(shape)
    forward, _ = operators(shape, 2)
    kept = (forward(x, omega, norm="ortho").norm() / x.norm()).item()
    fft = (torch.fft.fftn(x, dim=tuple(range(2, 2 + len(shape))), norm="ortho").norm() / x.norm()).item()
    other = sigpy.nufft(x[0, 0].numpy(), cycles.T.numpy(), oversamp=2, width=6)
    other = float((abs(other) ** 2).sum() ** 0.5 / x.norm())
    print(f"{len(shape)}-D, all Cartesian frequencies: norm kept by torchkbnufft {kept:.4f}, by SigPy {other:.4f}, by torch.fft {fft:.4f}")
    still &= abs(kept - 2 ** (-len(shape) / 2)) < 1e-3 and abs(other - 1) < 1e-2

shape = (16, 16)
x, omega = picture(shape), (2 * torch.rand(2, 300, dtype=torch.float64, generator=rng) - 1) * math.pi
sizes = {}
for factor in (1.25, 1.5, 2, 3):
    forward, adjoint = operators(shape, factor)
    plain, ortho = forward(x, omega), forward(x, omega, norm="ortho")
    dot = torch.vdot(ortho.flatten(), ortho.flatten()) / torch.vdot(x.flatten(), adjoint(ortho, omega, norm="ortho").flatten())
    sizes[factor] = ortho.norm().item()
    print(f"grid {factor} times the image: |A x| = {plain.norm():.2f}, with ortho {ortho.norm():.3f}; <A x, A x> / <x, A* A x> = {dot.real:.6f}")
    still &= abs(dot - 1) < 1e-9 and abs(plain.norm() / ortho.norm() / (16 * factor) - 1) < 1e-6
sys.exit(0 if still and 2.3 < sizes[1.25] / sizes[3] < 2.5 else 1)
PYTHON
