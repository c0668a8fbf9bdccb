"""The 12-bit task of "Opening the black box" (Shwartz-Ziv & Tishby 2017), by its rule: no download."""

from itertools import product

import torch
from torch import Tensor

_PHI = (1 + 5**0.5) / 2
_THRESHOLD = (float("inf"),) * 5 + (6.5, 6.0, 7.5) + (-float("inf"),) * 5  # by the number of ones, 0..12


def twelve_bit() -> tuple[Tensor, Tensor]:
    """All 4096 words of 12 bits, most significant first, (4096, 12) float32, and their labels, (4096,) int64.

    The bits are the vertices of an icosahedron. With n ones, n1 adjacent and n3 antipodal pairs of ones, the label is
    [n1 - n3/2 >= theta(n)]: invariant under the rotations of the solid, with 2118 ones. Source: Shwartz-Ziv & Tishby,
    arXiv:1703.00810.
    """
    places = torch.arange(11, -1, -1)
    words = (torch.arange(4096)[:, None] >> places & 1).double()
    vertices = _icosahedron()
    cosines = vertices @ vertices.T / (1 + _PHI**2)
    adjacent, antipodal = (cosines - 5**-0.5).abs() < 1e-9, (cosines + 1).abs() < 1e-9
    pairs = adjacent.double() - antipodal.double() / 2
    score = ((words @ pairs) * words).sum(1) / 2  # each pair is met twice
    threshold = torch.tensor(_THRESHOLD, dtype=torch.float64)[words.sum(1).long()]
    return words.float(), (score >= threshold).long()


def _icosahedron() -> Tensor:
    corners = [((0, a, b), (a, b, 0), (b, 0, a)) for a, b in product((1, -1), (_PHI, -_PHI))]
    return torch.tensor([corner for three in corners for corner in three], dtype=torch.float64)
