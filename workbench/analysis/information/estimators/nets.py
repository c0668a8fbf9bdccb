"""The small networks of the estimators that learn."""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from torch import Tensor

from workbench.tensors import stream

Loss = Callable[[torch.Generator], Tensor]
_RATE = 2e-3


class Net:
    """A multilayer perceptron with ELU between the layers, made from a generator: (N, widths[0]) -> (N, widths[-1])."""

    def __init__(self, widths: tuple[int, ...], rng: torch.Generator) -> None:
        kind = {"device": rng.device, "dtype": torch.float32}
        self.layers = [
            (
                (torch.randn(n, m, generator=rng, **kind) / math.sqrt(n)).requires_grad_(),
                torch.zeros(m, **kind).requires_grad_(),
            )
            for n, m in pairwise(widths)
        ]

    def __call__(self, x: Tensor) -> Tensor:
        for k, (weight, offset) in enumerate(self.layers):
            x = torch.addmm(offset, x if k == 0 else torch.nn.functional.elu(x), weight)
        return x

    def parameters(self) -> Iterator[Tensor]:
        return (tensor for layer in self.layers for tensor in layer)


def train(nets: tuple[Net, ...], loss: Loss, steps: int, seed: int, purpose: str) -> None:
    """Minimise a loss that draws its own batch by Adam, its step size falling to 0 along a cosine."""
    weights = [tensor for net in nets for tensor in net.parameters()]
    optimiser = torch.optim.Adam(weights, _RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    with torch.enable_grad():
        for k in range(steps):
            optimiser.zero_grad()
            loss(stream(seed, purpose, k, weights[0].device)).backward()
            optimiser.step()
            schedule.step()


def standardised(x: Tensor) -> Tensor:
    """Single precision, about 0 and of size 1 in every coordinate that varies, long tails shortened one to one."""
    spread = x.std(0)
    middle = x.median(0).values
    size = (x - middle).abs().median(0).values
    scale = torch.where(size > 0, 1.5 * size, spread)
    return ((x - middle) / torch.where(scale > 0, scale, 1)).asinh().float()


def draw(n: int, count: int, rng: torch.Generator) -> Tensor:
    """The indices of a batch out of n, with repetition."""
    return torch.randint(n, (count,), generator=rng, device=rng.device)
