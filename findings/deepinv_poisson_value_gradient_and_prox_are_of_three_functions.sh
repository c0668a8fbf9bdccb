#!/usr/bin/env bash
# One expects: PoissonLikelihood(gain, bkg) of DeepInverse is one function: grad is the derivative of its value, prox the
#   least point of gamma f(x) + |x - z|^2 / 2, and the value of an item of a batch is that of the item.
# What happens, in three ways. The value adds the logarithms of the whole batch to every item: an item's value changes when
#   another joins it. The gradient is multiplied by the gain where the derivative is divided by it: at gain 0.5 it is a
#   quarter of the derivative, 1 / gain^2 = 4 times too small. The prox multiplies by its root where the closed form adds
#   it: at gain 1 without background, where all conventions agree, it returns negative intensities for positive data.
# Whom it hurts: photon-limited imaging: gradient methods with a step from the Lipschitz constant of the value stop short or
#   diverge, line searches compare a value with another function's slope, splitting methods that call prox leave the domain
#   of the likelihood. At gain 1 and one item the gradient is right, which hides it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'deepinv==0.5.0' 'torch==2.14.1' 'torchvision==0.29.1'
"$folder/venv/bin/python" - <<'PYTHON'
import deepinv
import torch
from deepinv.optim.data_fidelity import PoissonLikelihood

print("deepinv", deepinv.__version__, "torch", torch.__version__)
torch.set_default_dtype(torch.float64)
rng = torch.Generator().manual_seed(0)
x = 0.5 + torch.rand(2, 1, 4, 4, generator=rng)
y = torch.poisson(3 * x, generator=rng)

together, alone = (PoissonLikelihood(gain=1.0, bkg=0.1).d.fn(x[:n], y[:n])[0] for n in (2, 1))
print(f"value of the first item alone {float(alone):.3f}, beside another {float(together):.3f}")
assert abs(together - alone) > 1, "values of a batch have changed"

for gain in (1.0, 0.5, 2.0):
    law = PoissonLikelihood(gain=gain, bkg=0.1, denormalize=False).d
    at = x[:1].clone().requires_grad_()
    slope = torch.autograd.grad(law.fn(at, y[:1]).sum(), at)[0]
    ratio = law.grad(x[:1], y[:1]) / slope
    print(f"gain {gain}: gradient over derivative {float(ratio.min()):.4f} to {float(ratio.max()):.4f}")
    assert torch.allclose(ratio, torch.full_like(ratio, gain**2)), "the gradient has changed"

law, gamma = PoissonLikelihood(gain=1.0, bkg=0.0).d, 0.3
z, data = torch.tensor([[0.2, 1.0, 3.0]]), torch.tensor([[1.0, 2.0, 4.0]])
found = law.prox(z, data, gamma=gamma)
grid = torch.linspace(1e-4, 8, 800_000)[:, None]
least = grid[(gamma * (grid - data * grid.log()) + (grid - z).square() / 2).argmin(0), 0]
closed = (z - gamma + ((z - gamma).square() + 4 * gamma * data).sqrt()) / 2
print(f"prox at {z[0].tolist()} of counts {data[0].tolist()}: {found[0].tolist()}, least points {least.tolist()}")
assert torch.allclose(closed[0], least, atol=1e-4)
assert bool((found < 0).any()) and not torch.allclose(found, closed, atol=0.1), "the prox has changed"
PYTHON
