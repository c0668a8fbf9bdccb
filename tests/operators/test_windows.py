"""Frequencies under windows beside their sums, term by term."""

import math

import pytest
import torch

from workbench.operators import WindowedCosines, WindowedFourier
from workbench.refusal import Refusal
from workbench.tensors import generator, normal_like

LENGTH, HOP, SIDE = 8, 4, 24


def drawn(*shape: int) -> torch.Tensor:
    return normal_like(torch.zeros(shape).double(), generator(len(shape), 0))


def frames(x: torch.Tensor) -> torch.Tensor:
    """Each window's samples, going round, times sin(pi (i + 1/2) / length)."""
    at = torch.arange(LENGTH).double()
    places = (HOP * torch.arange(SIDE // HOP)[:, None] + torch.arange(LENGTH)) % SIDE
    return (math.pi * (at + 0.5) / LENGTH).sin() * x[..., places]


def test_cosine_and_minus_sine_are_the_parts_of_the_fourier_sum():
    x, i, k = drawn(2, 1, SIDE), torch.arange(LENGTH).double(), torch.arange(HOP).double()
    turn = 2 * math.pi * (k[:, None] + 0.5) * i / LENGTH
    found = WindowedFourier((1, SIDE), LENGTH)(x)
    scale = math.sqrt(2 / LENGTH)
    torch.testing.assert_close(found[:, :, 0], scale * frames(x) @ turn.cos().T)
    torch.testing.assert_close(found[:, :, 1], -scale * frames(x) @ turn.sin().T)


def test_cosines_are_the_sum():
    x, i, k = drawn(2, 1, SIDE), torch.arange(LENGTH).double(), torch.arange(LENGTH).double()
    basis = math.sqrt(2 / LENGTH) * (math.pi * k[:, None] * (2 * i + 1) / (2 * LENGTH)).cos()
    basis[0] /= math.sqrt(2)
    torch.testing.assert_close(WindowedCosines((1, SIDE), LENGTH)(x), frames(x) @ basis.T)


def test_how_loud_a_frequency_is_does_not_depend_on_its_phase():
    """Of a wave in the middle of the band, at every phase: by moduli to 1 %, by cosines alone not to a fifth."""
    at, length = torch.arange(512).double(), 64
    loud = {}
    for K in (WindowedFourier((1, 512), length), WindowedCosines((1, 512), length)):
        waves = [(2 * math.pi * 16.5 * at / length + phase).cos() for phase in torch.linspace(0, 3, 7).tolist()]
        codes = K(torch.stack(waves)[:, None])
        sizes = codes.square().sum(2).sqrt() if isinstance(K, WindowedFourier) else codes.abs()
        most = sizes[:, 0, 2].amax(-1)  # of a window that holds the wave whole
        loud[type(K)] = float(1 - most.min() / most.max())
    assert loud[WindowedFourier] < 0.01 and loud[WindowedCosines] > 0.2


@pytest.mark.parametrize("kind", [WindowedFourier, WindowedCosines])
def test_windows_that_do_not_go_round_are_refused(kind):
    for shape, length in (((1, 18), 8), ((1, 24), 7), ((1, 4, 4), 4), ((1, 4), 8)):
        with pytest.raises(Refusal, match="signals of one axis"):
            kind(shape, length)
