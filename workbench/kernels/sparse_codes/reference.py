"""Number after number of a code in plain torch: any device, any precision, differentiable."""

import torch
from torch import Tensor


def swept(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, price: float, sweeps: int) -> Tensor:
    sizes = seen @ atoms.square().mT
    ready = torch.where(sizes > 0, sizes, 1)
    rest, columns = target - seen * (code @ atoms), list(code.unbind(-1))
    for _ in range(sweeps):
        for k, atom in enumerate(atoms.unbind(-2)):
            pull = (rest @ atom[..., None])[..., 0] + sizes[..., k] * columns[k]
            new = torch.sign(pull) * (pull.abs() - price).clamp_min(0) / ready[..., k]
            new = torch.where(sizes[..., k] > 0, new, 0)
            rest = rest - seen * ((new - columns[k])[..., None] * atom[..., None, :])
            columns[k] = new
    return torch.stack(columns, -1)
