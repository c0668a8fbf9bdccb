"""Penalties that stop growing: their proxes against a search over a grid, and by hand."""

import pytest
import torch

from workbench.parameters import as_code
from workbench.priors import L0, L1, MCP, SCAD

PRIORS = [L0(0.4), MCP(0.8, 0.6), SCAD(0.8, 0.3), SCAD(2.0, 0.2, 1.5)]
GRID = torch.arange(-16_000, 16_001, dtype=torch.float64) / 4000


@pytest.mark.parametrize("step", [0.05, 0.4, 0.75, 3.0])  # the last two bend more than the parabola
@pytest.mark.parametrize("prior", PRIORS, ids=as_code)
def test_prox_is_the_best_of_a_grid(prior, step):
    x = torch.linspace(-3, 3, 241, dtype=torch.float64)[:, None, None]
    cost = prior(GRID[:, None, None])
    best = ((GRID - x.flatten()[:, None]).square() / 2 + step * cost).amin(1)
    u = prior.prox(x, step)
    found = (u - x).square().flatten() / 2 + step * prior(u)
    assert (found <= best + 1e-12).all()
    assert (found >= best - 1e-3).all()  # the grid is coarse


def test_large_entries_are_not_biased_and_small_ones_are_dropped():
    x = torch.tensor([[[-3.0, 0.01, 2.0, 0.0]]], dtype=torch.float64)
    for prior in PRIORS:
        assert prior.prox(x, 0.1).tolist() == [[[-3.0, 0.0, 2.0, 0.0]]]


def test_wide_penalties_are_the_l1_norm():
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)[None, None]
    for prior in (MCP(0.7, 1e9), SCAD(0.7, 1e8)):
        assert torch.allclose(prior(x), L1(0.7)(x))
        assert torch.allclose(prior.prox(x, 0.5), L1(0.7).prox(x, 0.5))


def test_fan_and_lis_thresholds():
    # Their rule (2.8) for lambda = 0.3 and a = 3.7.
    rule = SCAD(0.3, 0.3, 3.7)
    x = torch.tensor([[[0.2, 0.5, 0.8, 1.2]]], dtype=torch.float64)
    middle = (2.7 * 0.8 - 3.7 * 0.3) / 1.7
    assert torch.allclose(rule.prox(x, 1.0), torch.tensor([[[0.0, 0.2, middle, 1.2]]], dtype=torch.float64))
