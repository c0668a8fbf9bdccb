"""The blocks of an unknown as pictures, beside those that are known."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from workbench.parametrisations import Parametrisation
from workbench.tensors import parts

_MOST = 36  # pictures in one mosaic


class BlockPicture(NamedTuple):
    """A block, (N,) or (H, W), the true one where it is known, and |block - true| / |true| up to what is taken out."""

    name: str
    values: np.ndarray
    known: np.ndarray | None = None
    error: float | None = None


def pictured_blocks(
    phi: Parametrisation, u: Tensor, known: Mapping[str, Tensor] | None = None
) -> tuple[BlockPicture, ...]:
    """What is drawn of an unknown, (1, ...): scale and what else no picture tells is taken out, `phi.freedom`.

    `known` are the true blocks by name, batch first; where they do not fit they are left out.
    """
    with torch.no_grad():
        true = _fitting(phi, known)
        if true is None:
            return tuple(BlockPicture(name, drawn(each)) for name, each in phi.pictured(phi.balanced(u)).items())
        true = phi.balanced(true.to(u))
        there = phi.pictured(true)
        found = []
        for name, each in phi.pictured(phi.nearest(u, true)).items():
            size = float(torch.linalg.vector_norm(there[name]))
            error = float(torch.linalg.vector_norm(each - there[name])) / size if size else None
            found.append(BlockPicture(name, drawn(each), drawn(there[name]), error))
        return tuple(found)


def drawn(block: Tensor) -> np.ndarray:
    """The first of a batch: a row of numbers, a picture, or a mosaic of the first pictures; complex by modulus."""
    values = block[0].detach()
    values = (torch.linalg.vector_norm(parts(values), dim=-1) if values.is_complex() else values).double().squeeze()
    if values.ndim < 2:
        return values.reshape(-1).float().cpu().numpy()
    if values.ndim > 2:
        values = _mosaic(values.reshape(-1, *values.shape[-2:])[:_MOST])
    return values.float().cpu().numpy()


def _mosaic(pictures: Tensor) -> Tensor:
    """Pictures (K, H, W) in rows and columns, those that are missing at the last row's end as its least value."""
    count, height, width = pictures.shape
    columns = round(count**0.5 + 0.499)
    rows = -(-count // columns)
    blank = pictures.new_full((rows * columns - count, height, width), float(pictures.min()))
    tiles = torch.cat([pictures, blank]).reshape(rows, columns, height, width)
    return tiles.permute(0, 2, 1, 3).reshape(rows * height, columns * width)


def _fitting(phi: Parametrisation, known: Mapping[str, Tensor] | None) -> Tensor | None:
    if known is None or {n: tuple(v.shape[1:]) for n, v in known.items()} != dict(phi.layout.shapes):
        return None
    return phi.joined(known)
