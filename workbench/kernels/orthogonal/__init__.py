"""Orthogonal rows: products of long rows, Gram-Schmidt by blocks, orthonormal bases.

The kernel is the library's matrix product, which no kernel of ours beats on CPU or GPU. In single precision it loses
digits of long rows (1e-5 at a million numbers, 5e-4 at sixteen), and so do its QR and its norms. Here rows are
multiplied in pieces, and what the pieces give is added in double: as fast, and without a copy in double.
"""

import torch
from torch import Tensor

from workbench.refusal import Refusal
from workbench.tensors import shown

PIECE = 1 << 8  # numbers of a row that are multiplied and added in single precision
_SMALL = 0.03  # of the largest: a part this small would magnify the rounding of the rows by more than thirty


def products(a: Tensor, b: Tensor) -> Tensor:
    """a b^T of real rows (..., b, n) and (..., m, n): (..., b, m) float64."""
    _require(a, b)
    if a.ndim == 2 and b.ndim == 2:
        return _products(a, b)
    batch = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    ones, others = (v.expand(*batch, -1, -1).flatten(0, -3) for v in (a, b))
    found = torch.stack([_products(one, other) for one, other in zip(ones, others, strict=True)])
    return found.unflatten(0, batch)


def _products(a: Tensor, b: Tensor) -> Tensor:
    whole = a.shape[1] // PIECE * PIECE
    if a.dtype == torch.float64 or whole <= PIECE:
        return (a @ b.mT).double()
    pieces = (v[:, :whole].unflatten(1, (-1, PIECE)).transpose(0, 1) for v in (a, b))
    first, second = pieces
    return torch.bmm(first, second.mT).sum(0, dtype=torch.float64) + a[:, whole:] @ b[:, whole:].mT


def orthogonalise(rows: Tensor, basis: Tensor, passes: int = 2) -> tuple[Tensor, Tensor]:
    """Real rows (..., b, n) less their parts along an orthonormal basis (..., m, n), and those parts, (..., b, m).

    Two passes leave no more than rounding ("twice is enough": Giraud et al. 2005, 10.1007/s00211-005-0615-4).
    """
    _require(rows, basis)
    inside = torch.zeros((*rows.shape[:-1], basis.shape[-2]), dtype=torch.float64, device=rows.device)
    for _ in range(passes):
        part = products(rows, basis)
        rows = rows - part.to(rows.dtype) @ basis
        inside += part
    return rows, inside


def factored(rows: Tensor, tiny: float) -> tuple[Tensor, Tensor]:
    """Orthonormal rows q, (r, n), and c, (b, r) float64, with rows = c q but for parts smaller than `tiny` >= 0.

    By the eigenvectors of the rows' products, the small ones once more without what they share with the large: a QR
    in single precision leaves the span of long rows by a hundred times their rounding.
    """
    found, rest = rows[:0], rows
    while len(rest):
        squares, mix = torch.linalg.eigh(products(rest, rest))
        sizes = squares.clamp_min(0).sqrt()
        large = sizes > max(tiny, _SMALL * float(sizes[-1]))
        if not bool(large.any()):
            break
        found = torch.cat([found, normalised((mix[:, large] / sizes[large]).mT.to(rest) @ rest)])
        rest = mix[:, ~large].mT.to(rest) @ rest
        rest = orthogonalise(rest, found)[0] if len(rest) else rest
    return found, products(rows, found)


def normalised(rows: Tensor) -> Tensor:
    """Rows (b, n) that are nearly orthonormal made so to their last digit, each moved as little as that needs."""
    values, axes = torch.linalg.eigh(products(rows, rows))
    return (axes / values.sqrt() @ axes.mT).to(rows) @ rows


def _require(a: Tensor, b: Tensor) -> None:
    if min(a.ndim, b.ndim) < 2 or a.shape[-1] != b.shape[-1] or a.numel() == 0 or a.is_complex():
        came = f"{shown(tuple(a.shape))} and {shown(tuple(b.shape))}"
        raise Refusal("real rows (..., b, n) and a basis (..., m, n)", came, "pass vectors of one length, as rows")
