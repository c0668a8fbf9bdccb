"""Number after number of a code, then atom after atom, in plain torch: any device, any precision, differentiable."""

import torch
from torch import Tensor


def swept(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, price: float, sweeps: int) -> Tensor:
    sizes = seen @ atoms.square().mT
    ready = torch.where(sizes > 0, sizes, 1)
    rest, columns = target - seen * (code @ atoms), list(code.unbind(-1))
    held = list(((code != 0) | ((rest @ atoms.mT).abs() > price)).unbind(-1))
    for _ in range(sweeps):
        for k, atom in enumerate(atoms.unbind(-2)):
            pull = (rest @ atom[..., None])[..., 0] + sizes[..., k] * columns[k]
            new = torch.sign(pull) * (pull.abs() - price).clamp_min(0) / ready[..., k]
            new = torch.where(held[k] & (sizes[..., k] > 0), new, 0)
            rest = rest - seen * ((new - columns[k])[..., None] * atom[..., None, :])
            columns[k], held[k] = new, new != 0
    return torch.stack(columns, -1)


def stepped(code: Tensor, atoms: Tensor, seen: Tensor, target: Tensor, longest: float) -> Tensor:
    bends = (code.square().mT @ seen).amax(-1)
    rest, found = target - seen * (code @ atoms), list(atoms.unbind(-2))
    for k, old in enumerate(found):
        held, bend = code[..., k, None], bends[..., k, None]
        ahead = old + (held.mT @ rest)[..., 0, :] / torch.where(bend > 0, bend, 1)
        size = torch.linalg.vector_norm(ahead, dim=-1, keepdim=True)
        inside = ahead * (longest / torch.where(size > longest, size, longest))
        found[k] = torch.where(bend > 0, inside, old)
        rest = rest - seen * (held * (found[k] - old)[..., None, :])
    return torch.stack(found, -2)
