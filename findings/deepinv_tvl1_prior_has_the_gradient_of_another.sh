#!/usr/bin/env bash
# One expects: a prior of DeepInverse is one function: its grad is the derivative of its value, its prox that of its value.
#   TVL1Prior is the anisotropic total variation |D x|_1, and says so in value and prox.
# What happens: its grad is inherited from TVPrior, and is that of the isotropic total variation. By gradient steps the
#   minimum of another function is found, by prox steps the right one; which of the two it is depends on the algorithm that
#   was picked, and the plotted value is that of TVL1 in both.
# Whom it hurts: who compares isotropic with anisotropic total variation by gradient descent or by Langevin sampling: both
#   priors give the same pictures, number by number, and who compares gradient with proximal algorithms on one problem finds
#   two "minima". The other priors of the package (TV, smoothed TV, L1, L12, Tikhonov, relative differences, wavelets) were
#   tried: their gradients are right.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'deepinv==0.5.0' 'torch==2.14.1' 'torchvision==0.29.1'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import deepinv
import torch
from deepinv.optim import TVL1Prior, TVPrior

print("deepinv", deepinv.__version__, "torch", torch.__version__)
torch.set_default_dtype(torch.float64)
rng = torch.Generator().manual_seed(0)
anisotropic, isotropic = TVL1Prior(), TVPrior()

place = torch.arange(24.0)
truth = ((place[:, None] - 12).abs() + (place - 12).abs() < 8).double()[None, None]
y = truth + 0.2 * torch.randn(truth.shape, generator=rng)
direction, step = torch.randn(truth.shape, generator=rng), 1e-6
for name, prior in (("TVPrior", isotropic), ("TVL1Prior", anisotropic)):
    slope = float((prior.fn(y + step * direction) - prior.fn(y - step * direction)) / (2 * step))
    inner = float((prior.grad(y) * direction).sum())
    print(f"{name}: slope by differences of the value {slope:.4f}, by grad {inner:.4f}")
    assert (abs(slope - inner) > 0.1) == (name == "TVL1Prior"), "the gradient has changed"
assert torch.equal(anisotropic.grad(y), isotropic.grad(y)), "the gradient has changed"

weight, minima = 0.15, {name: prior.prox(y, gamma=0.15) for name, prior in (("TVL1", anisotropic), ("TV", isotropic))}


def by_automatic_differentiation(x):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(anisotropic.fn(x).sum(), x)[0]


apart = {}
for name, gradient in (("TVL1Prior.grad", anisotropic.grad), ("autograd of its value", by_automatic_differentiation)):
    x = y.clone()
    for k in range(4000):
        x = x - 0.3 / (1 + k) ** 0.75 * (x - y + weight * gradient(x))
    apart[name] = {minimum: float((x - place).norm()) for minimum, place in minima.items()}
    print(f"denoising by 4000 steps along {name}: {apart[name]['TVL1']:.3f} from the minimum of TVL1, {apart[name]['TV']:.3f} from that of TV")
assert apart["TVL1Prior.grad"]["TV"] < 0.05 < 0.3 < apart["TVL1Prior.grad"]["TVL1"], "the behaviour has changed"
assert apart["autograd of its value"]["TVL1"] < 0.05, "the reference does not converge"
PYTHON
