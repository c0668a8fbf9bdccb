"""Block Gram-Schmidt. Its kernel is the library's matrix product, which no kernel of ours beats on CPU or GPU."""

import torch
from torch import Tensor

from workbench.refusal import Refusal
from workbench.tensors import shown


def orthogonalise(rows: Tensor, basis: Tensor, passes: int = 2) -> tuple[Tensor, Tensor]:
    """Real rows (..., b, n) less their parts along an orthonormal basis (..., m, n), and those parts, (..., b, m).

    Two passes leave no more than rounding ("twice is enough": Giraud et al. 2005, 10.1007/s00211-005-0615-4).
    """
    if min(rows.ndim, basis.ndim) < 2 or rows.shape[-1] != basis.shape[-1] or rows.numel() == 0 or rows.is_complex():
        came = f"{shown(tuple(rows.shape))} and {shown(tuple(basis.shape))}"
        raise Refusal("real rows (..., b, n) and a basis (..., m, n)", came, "pass vectors of one length, as rows")
    inside = torch.zeros((*rows.shape[:-1], basis.shape[-2]), dtype=torch.float64, device=rows.device)
    for _ in range(passes):
        part = rows @ basis.mT
        rows = rows - part @ basis
        inside += part.double()
    return rows, inside
