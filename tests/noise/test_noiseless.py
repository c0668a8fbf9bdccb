"""What the data are without noise, and the residual that counts from there, by loops over the entries."""

import math

import pytest
import torch

from workbench.algorithms import State
from workbench.analysis import standard
from workbench.analysis.data_fit import residual
from workbench.noise import CensoredGaussian, Gaussian, MultiplicativeGamma, Noise, Poisson, Rician
from workbench.operators import Identity
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.run import observe

CLEAN = torch.linspace(0.1, 0.9, 400, dtype=torch.float64).reshape(1, 1, 20, 20)
MAP = torch.linspace(0.2, 0.6, 400, dtype=torch.float64).reshape(1, 20, 20)
QUIET = (
    (Poisson(1e8, 0.4), lambda c, i: c + 0.4),
    (Poisson(1e8, MAP), lambda c, i: c + float(MAP.flatten()[i])),
    (MultiplicativeGamma(1000, 0.3), lambda c, i: c + 0.3),
    (Rician(1e-5), lambda c, i: abs(c)),
    (CensoredGaussian(1e-5, 0.5), lambda c, i: min(c, 0.5)),
    (Gaussian(1e-5), lambda c, i: c),
)


@pytest.mark.parametrize(("noise", "expected"), QUIET, ids=lambda n: type(n).__name__)
def test_data_of_hardly_any_noise_are_noiseless_ones(noise: Noise, expected):
    by_hand = torch.tensor([expected(float(c), i) for i, c in enumerate(CLEAN.flatten())], dtype=torch.float64)
    drawn = noise.sample(CLEAN, torch.Generator().manual_seed(1))
    assert torch.allclose(noise.noiseless(CLEAN).flatten(), by_hand, rtol=1e-12)
    assert float((drawn.flatten() / by_hand - 1).abs().mean()) < (0.04 if type(noise) is MultiplicativeGamma else 1e-3)


@pytest.mark.parametrize("background", [0.4, MAP], ids=["number", "map"])
def test_the_residual_of_counts_holds_the_background(background):
    """|Ax - y| / |y| was 0.4 where the counts were explained to 2 %, and never fell below."""
    problem = Problem.simulate(Identity((1, 20, 20)), Poisson(1000.0, background), Zero(), CLEAN)
    b = torch.as_tensor(background, dtype=torch.float64).expand(1, 20, 20).flatten()
    off = [
        float(c) + float(each) - float(y) for c, each, y in zip(CLEAN.flatten(), b, problem.y.flatten(), strict=True)
    ]
    by_hand = math.sqrt(sum(v * v for v in off) / sum(float(y) ** 2 for y in problem.y.flatten()))
    assert float(residual(problem, State(CLEAN))["residual"]) == pytest.approx(by_hand, rel=1e-12) and by_hand < 0.05
    row = next(iter(observe(problem, [State(CLEAN)], *standard(problem))))
    assert float(row.values["residual"]) == pytest.approx(by_hand, rel=1e-12)
