"""Signals that are products of factors."""

import math

import torch
from torch import Tensor

from workbench.data.example_signals.made import Made, made_by
from workbench.data.shipped import truth
from workbench.parametrisations import LowRank, NonNegativeFactors, TubalProduct
from workbench.tensors import stream

MATRIX, RANK = (1, 80, 60), 3
PARTS, PART_RANK = (1, 96, 72), 4
FILM, TUBAL_RANK = (1, 24, 20, 8), 2
SENSED, SENSED_RANK = (1, 24, 20), 2
SPARSE, SPIKES = (1, 128), 8
GROSS = 0.3  # of the entries
_AWAY = 5.0  # of a gross error, in standard deviations of the matrix


def _drawn(shape: tuple[int, ...], name: str, number: int = 0) -> Tensor:
    return torch.randn(shape, generator=stream(0, name, number), dtype=torch.float64)


def matrix() -> Made:
    """A matrix of rank 3 of normal numbers, of unit variance."""
    phi = LowRank(MATRIX, RANK)
    each = RANK**-0.25
    return made_by(phi, {n: each * _drawn((1, *s), n) for n, s in phi.layout.shapes.items()})


def sensed() -> Made:
    """A matrix of rank 2 of normal numbers."""
    phi = LowRank(SENSED, SENSED_RANK)
    each = SENSED_RANK**-0.25
    return made_by(phi, {n: each * _drawn((1, *s), f"sensed {n}") for n, s in phi.layout.shapes.items()})


def gross_errors() -> Made:
    """The same, but three entries of ten in its data are another number."""
    found = matrix()
    wrong = torch.rand(found.picture.shape, generator=stream(0, "gross errors"), dtype=torch.float64) < GROSS
    clean = torch.where(wrong, _AWAY * _drawn(tuple(found.picture.shape), "gross errors", 1), found.picture)
    return Made(found.picture, found.blocks, clean)


def parts() -> Made:
    """Four parts, each a few bumps along both axes: nothing is below 0."""
    phi = NonNegativeFactors(PARTS, PART_RANK)
    rows, columns = (_bumps(n, PART_RANK, name) for n, name in zip(PARTS[1:], ("rows", "columns"), strict=True))
    return made_by(phi, {"w": rows.sqrt()[None, None], "h": columns.sqrt()[None, None]})


def film() -> Made:
    """A short film of tubal rank 2: two patterns whose rows and columns wander from frame to frame."""
    phi = TubalProduct(FILM, TUBAL_RANK)
    return made_by(phi, {n: 0.5 * _drawn((1, *s), n) for n, s in phi.layout.shapes.items()})


def spikes() -> Made:
    """128 numbers, eight of which are not 0."""
    x = torch.zeros(1, *SPARSE, dtype=torch.float64)
    places = torch.randperm(SPARSE[1], generator=stream(0, "places of spikes"))[:SPIKES]
    sizes = _drawn((SPIKES,), "spikes")
    x[0, 0, places] = sizes.sign() * (0.5 + sizes.abs())
    return Made(x)


def texture() -> Made:
    """A wall of bricks, 96 px."""
    return Made(truth("brick", 96))


def _bumps(count: int, rank: int, name: str) -> Tensor:
    """Columns of three bumps each, (count, rank)."""
    at = torch.arange(count, dtype=torch.float64)[:, None, None] / count
    centres = torch.rand(rank, 3, generator=stream(0, name), dtype=torch.float64)
    return torch.exp(-(((at - centres) / 0.05) ** 2) / 2).sum(-1) * math.sqrt(0.5)
