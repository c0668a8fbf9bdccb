"""Priors of blocks: beside CVXPY, a search, and the definition of an envelope."""

import itertools

import cvxpy as cp
import numpy as np
import pytest
import torch

from workbench.algorithms import ProximalGradient
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.priors import BlockEnvelope, BlockL1
from workbench.problem import Problem
from workbench.run import after, iterate, until
from workbench.tensors import generator, normal_like


def signal(*shape: int) -> torch.Tensor:
    return normal_like(torch.empty(shape).double(), generator(0, 0))


def test_the_blocks_of_a_row_that_does_not_divide_are_narrower_at_its_end():
    x = signal(1, 2, 5, 3)
    blocks = [x[..., i : i + 2, j : j + 2] for i in (0, 2, 4) for j in (0, 2)]
    assert float(BlockL1(1.5, 2)(x)) == pytest.approx(1.5 * sum(float(b.norm()) for b in blocks))
    u = BlockL1(1.5, 2).prox(x, 0.4)
    for block, found in zip(blocks, [u[..., i : i + 2, j : j + 2] for i in (0, 2, 4) for j in (0, 2)], strict=True):
        torch.testing.assert_close(found, block * (1 - 0.6 / block.norm()).clamp_min(0))


def support(s: np.ndarray, k: int) -> float:
    """Half the square of the k-support norm, as the conjugate of half the k largest squares."""
    z = cp.Variable(len(s))
    found = cp.Problem(cp.Maximize(s @ z - cp.sum_largest(cp.square(z), k) / 2)).solve(solver="CLARABEL")
    return float(found)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_envelope_is_that_of_the_k_support_norm(k):
    for seed in range(3):
        s = normal_like(torch.empty(1, 1, 6).double(), generator(seed, 0))
        wanted = 2.0 * (2 * support(s.abs().numpy().ravel(), k) - float(s.square().sum())) / 2
        assert float(BlockEnvelope(2.0, k, 1)(s)) == pytest.approx(wanted, abs=1e-5)
    sparse = torch.zeros(1, 1, 6).double()
    sparse[..., :k] = torch.arange(1.0, k + 1)
    assert float(BlockEnvelope(2.0, k, 1)(sparse)) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("step", [0.1, 0.3, 0.45])
@pytest.mark.parametrize("k", [1, 3])
def test_its_prox_is_the_least_that_cvxpy_finds(k, step):
    """|u - x|^2 / 2 + step g(u) is convex below step = 1 / weight: by sums of largest squares of the dual."""
    prior, x = BlockEnvelope(2.0, k, 1), signal(1, 1, 7)
    found = prior.prox(x, step)
    value = float((found - x).square().sum() / 2 + step * prior(found))
    a, y = 2 * step, x.numpy().ravel()
    z = cp.Variable(7)  # u = argmin (1 - a) / 2 |u|^2 - <u, x> + a / 2 |u|_k^2, and its dual in z
    dual = cp.sum_squares(y - a * z) / (2 * (1 - a)) + a / 2 * cp.sum_largest(cp.square(z), k)
    cp.Problem(cp.Minimize(dual)).solve(solver="CLARABEL")
    assert z.value is not None
    np.testing.assert_allclose(found.numpy().ravel(), (y - a * z.value) / (1 - a), atol=1e-4)
    for seed in range(50):
        other = found + 0.1 * normal_like(found, generator(seed, 1))
        assert value <= float((other - x).square().sum() / 2 + step * prior(other)) + 1e-9


def test_from_one_over_its_weight_on_the_largest_blocks_are_kept():
    x = signal(1, 1, 4, 6)
    u = BlockEnvelope(2.0, 2, 2).prox(x, 0.5)
    blocks = {(i, j): x[..., i : i + 2, j : j + 2].norm() for i in (0, 2) for j in (0, 2, 4)}
    largest = sorted(blocks, key=lambda place: -float(blocks[place]))[:2]
    for i, j in itertools.product((0, 2), (0, 2, 4)):
        wanted = x[..., i : i + 2, j : j + 2] if (i, j) in largest else torch.zeros(1, 1, 2, 2)
        assert torch.equal(u[..., i : i + 2, j : j + 2], wanted.to(u))


def test_blocks_that_are_kept_are_not_shrunk():
    """Three blocks of light in noise: the envelope keeps their heights, the l1 norm of blocks lowers them."""
    truth = torch.zeros(1, 1, 16, 16).double()
    for i, j in ((0, 4), (8, 8), (12, 0)):
        truth[..., i : i + 4, j : j + 4] = 1.0
    errors = {}
    for prior in (BlockL1(40.0), BlockEnvelope(100.0, 3)):
        problem = Problem.simulate(Identity((1, 16, 16)), Gaussian(0.1), prior, truth, seed=0)
        *_, last = until(iterate(problem, ProximalGradient()), after(50))
        errors[type(prior).__name__] = float((last.x - truth).square().mean())
    best = 0.1**2 * 48 / 256  # the noise of three blocks
    assert errors["BlockEnvelope"] < 1.3 * best and errors["BlockL1"] > 2 * best
