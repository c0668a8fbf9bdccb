"""The density by the probability flow against densities in closed form."""

import pytest
import torch

from workbench.algorithms.diffusion import log_density
from workbench.priors import GaussianMixture, GaussianProcess, TotalVariation
from workbench.refusal import Refusal
from workbench.tensors import generator

PROCESS = GaussianProcess(0.4, 0.7, 1.0, 1.0)


@pytest.mark.parametrize(
    ("prior", "shape"),
    [(PROCESS, (1, 4, 4)), (GaussianMixture(PROCESS, 3, 3.0), (1, 8)), (GaussianMixture(PROCESS, 2, 6.0), (2, 3, 3))],
)
def test_the_flow_finds_the_density(prior, shape):
    x = prior.sample(torch.zeros(3, *shape, dtype=torch.float64), generator(0, 0))
    found = log_density(prior, x, least=0.05, most=200.0, steps=60)
    torch.testing.assert_close(found, prior.log_density(x, 0.05), rtol=0, atol=2e-3)


def test_it_converges_with_the_fourth_power_of_the_steps():
    x = PROCESS.sample(torch.zeros(2, 1, 8, dtype=torch.float64), generator(0, 0))
    fine = log_density(PROCESS, x, 0.05, 20.0, 160)
    off = [float((log_density(PROCESS, x, 0.05, 20.0, steps) - fine).abs().max()) for steps in (10, 20)]
    assert off[0] / off[1] > 10


def test_what_it_cannot_do_is_a_sentence():
    x = torch.zeros(1, 1, 4, 4, dtype=torch.float64)
    with pytest.raises(Refusal, match="score"):
        log_density(TotalVariation(), x)
    with pytest.raises(Refusal, match="complex"):
        log_density(PROCESS, x + 0j)
    with pytest.raises(Refusal, match="1024"):
        log_density(PROCESS, torch.zeros(1, 1, 64, 64))
