"""Shrinkage of singular values: against brute force in forty digits, on drawn matrices, and where it does not fit."""

import math
from functools import partial

import pytest
import torch
from mpmath import mp, mpf

from workbench.algorithms import SingularValueShrinkage
from workbench.algorithms.direct.singular_value_shrinkage import shrunk
from workbench.noise import Gaussian, Laplace
from workbench.operators import GaussianBlur, Identity, Operator
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.run import iterate
from workbench.tensors import normal_like, stream

LOSSES = ("frobenius", "operator", "nuclear")


def turned(signal, ratio):
    """What noise makes of a singular value, and the cosines of its vectors with the true ones."""
    b = mpf(ratio)
    y = mp.sqrt((signal + 1 / signal) * (signal + b / signal))
    return (
        y,
        mp.sqrt((signal**4 - b) / (signal**4 + b * signal**2)),
        mp.sqrt((signal**4 - b) / (signal**4 + signal**2)),
    )


def loss_of(signal, ratio, loss, eta):
    """|l u v' - eta u~ v~'| in the plane of the true vectors and what noise adds to them."""
    _, c, d = turned(signal, ratio)
    s, t = mp.sqrt(1 - c**2), mp.sqrt(1 - d**2)
    a = [[signal - eta * c * d, -eta * c * t], [-eta * s * d, -eta * s * t]]
    square, volume = sum(v**2 for row in a for v in row), abs(a[0][0] * a[1][1] - a[0][1] * a[1][0])
    if loss == "frobenius":
        return square
    return mp.sqrt(square + 2 * volume) if loss == "nuclear" else square + mp.sqrt(abs(square**2 - 4 * volume**2))


def least(function, low, high):
    """By golden sections, in the digits of mpmath."""
    golden = (mp.sqrt(5) - 1) / 2
    for _ in range(90):
        one, two = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, two) if function(one) < function(two) else (one, high)
    return (low + high) / 2


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("ratio", [0.25, 1.0])
def test_no_other_value_has_a_smaller_loss(loss, ratio):
    with mp.workdps(40):
        for size in (1.05, 1.6, 4.0):
            signal = mpf(size)
            y, *_ = turned(signal, ratio)
            found = float(least(partial(loss_of, signal, ratio, loss), mpf(0), 2 * signal))
            formula = shrunk(torch.tensor([float(y)], dtype=torch.float64), ratio, loss)
            assert float(formula) == pytest.approx(found, abs=1e-8)


def solved(y: torch.Tensor, algorithm: SingularValueShrinkage, sigma: float) -> torch.Tensor:
    *_, last = iterate(Problem(Identity(tuple(y.shape[1:])), Gaussian(sigma), Zero(), y), algorithm)
    assert last.k == 1
    return last.x


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128], ids=str)
@pytest.mark.parametrize("channels", [60, 600], ids=["wide", "tall"])
def test_the_error_on_a_drawn_matrix_is_the_one_foretold(dtype, channels):
    """Rank one, of size l sigma sqrt(n), in noise: l^2 (1 - (c d)^2) sigma^2 n is left of it."""
    rows, sigma, size = 240, 0.05, 1.5
    blank = torch.zeros(1, rows, dtype=dtype)
    u, v = (
        z / z.norm()
        for z in (
            normal_like(blank, stream(0, "shrinkage", 1)).T,
            normal_like(torch.zeros(1, channels, dtype=dtype), stream(0, "shrinkage", 2)),
        )
    )
    m, n = sorted((rows, channels))
    scale = sigma * math.sqrt(n * (2 if dtype.is_complex else 1))
    true = (size * scale * u @ v).T.reshape(1, channels, rows)
    y = true + sigma * normal_like(true, stream(0, "shrinkage", 3))
    x = solved(y, SingularValueShrinkage(patch=1), sigma)
    _, c, d = turned(mpf(size), m / n)
    wanted = size**2 * (1 - float(c * d) ** 2)
    assert float((x - true).abs().square().sum()) / scale**2 == pytest.approx(wanted, rel=0.08)


def test_noise_alone_is_nothing():
    y = 0.1 * normal_like(torch.zeros(2, 1, 64, 64), stream(1, "shrinkage"))
    assert float(solved(y, SingularValueShrinkage(), 0.11).abs().max()) == 0


def lacking(operator: Operator, noise, patch: int = 8) -> str:
    y = operator(torch.ones(1, *operator.in_shape))
    return SingularValueShrinkage(patch=patch).unmet(Problem(operator, noise, Zero(), y))


def test_what_does_not_fit_is_said():
    assert "GaussianBlur stands before it" in lacking(GaussianBlur((1, 16, 16)), Gaussian())
    assert "white Gaussian noise" in lacking(Identity((1, 16, 16)), Laplace())
    assert "take patch=10" in lacking(Identity((1, 20, 20)), Gaussian())
    assert "one channel has no rank" in lacking(Identity((1, 20, 20)), Gaussian(), 1)
    assert not lacking(Identity((3, 20, 20)), Gaussian(), 1)
