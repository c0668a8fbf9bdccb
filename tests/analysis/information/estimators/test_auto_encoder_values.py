"""Codes of an auto-encoder, held to a training of a few lines with torch's own layers."""

import math
from itertools import pairwise

import pytest
import torch

from tests.tables import column, rng
from workbench.analysis.information import KSG, AutoEncoder
from workbench.analysis.information.estimators.fronts.front import Front
from workbench.tensors import stream

WIDE = torch.randn(40, 5, generator=rng(), dtype=torch.float64) * column(3, 1, 0.5, 2, 0.1) + 7


def layers(widths: tuple[int, ...], rng: torch.Generator) -> torch.nn.Sequential:
    """Linear layers of standard normal weights over the root of their inputs, without offsets, and ELU between them."""
    made = torch.nn.Sequential()
    for n, m in pairwise(widths):
        linear = torch.nn.Linear(n, m)
        with torch.no_grad():
            linear.weight.copy_(torch.randn(n, m, generator=rng).T / n**0.5)
            linear.bias.zero_()
        made.extend([linear, torch.nn.ELU()])
    return made[:-1]


def by_hand(x: torch.Tensor, side: str, steps: int, seed: int, kept: int = 2) -> torch.Tensor:
    """Adam from 2e-3 down to 0 along a cosine, 128 rows a step, on the squares of what is lost."""
    x = ((x - x.mean(0)) / x.std(0).max()).float()
    start, wide = stream(seed, f"code of {side}"), x.shape[1]
    inside = layers((wide, 128, 64, kept), start)
    outside = layers((kept, 64, 128, wide), start)
    optimiser = torch.optim.Adam([*inside.parameters(), *outside.parameters()], 2e-3)
    for k in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 1e-3 * (1 + math.cos(math.pi * k / steps))
        optimiser.zero_grad()
        rows = x[torch.randint(len(x), (128,), generator=stream(seed, f"batches of {side}", k))]
        (outside(inside(rows)) - rows).square().mean().backward()
        optimiser.step()
    return inside(x).detach().double()


@pytest.mark.parametrize(("side", "seed"), [("u", 0), ("v", 3)], ids=["first", "second"])
def test_codes_are_those_of_a_training_by_hand(side, seed):
    front: Front = AutoEncoder(steps=4, seed=seed)
    code = front.change(WIDE, side)
    assert code.dtype == torch.float64 and not code.requires_grad
    torch.testing.assert_close(code, by_hand(WIDE, side, 4, seed), rtol=1e-4, atol=1e-5)


def test_narrow_sides_are_as_they_are_and_units_do_not_matter():
    front = AutoEncoder(dimensions=3, steps=2)
    assert front.change(WIDE[:, :3], "u") is not WIDE and torch.equal(front.change(WIDE[:, :3], "u"), WIDE[:, :3])
    assert front.change(WIDE[:, :4], "u").shape == (40, 3)
    torch.testing.assert_close(front.change(1e6 * WIDE - 5, "u"), front.change(WIDE, "u"), rtol=1e-3, atol=1e-4)
    v = WIDE[:, :1] + torch.randn(40, 1, generator=rng(1), dtype=torch.float64)
    assert front(WIDE, v) == KSG()(front.change(WIDE, "u"), v)
