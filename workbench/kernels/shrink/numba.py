"""Thresholds on the CPU, in one pass.

Arrays are real, (B, groups' members, rest * parts): a complex entry is `parts` = 2 neighbours in memory.
"""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import compiled, share, workers
from workbench.kernels.shrink import reference
from workbench.tensors import real_of


def soft(v: Tensor, t: Tensor) -> Tensor:
    if not v.is_complex():
        return reference.soft(v, t)  # torch's clamp is one pass, too, and starts sooner
    return group(v[:, None], t, 1)[:, 0]


def group(v: Tensor, t: Tensor, axis: int) -> Tensor:
    flat, parts = _flat(v)
    members = v.shape[axis]
    outer, inner = v.shape[1:axis].numel(), parts * v.shape[axis + 1 :].numel()
    groups, out = flat.reshape(len(v) * outer, members, inner), np.empty_like(flat)
    limits = np.repeat(_numbers(t, v), outer)
    share(_group, len(groups), workers(v.numel()), groups, limits, out.reshape(groups.shape), parts)
    return _tensor(out, v)


def _flat(x: Tensor) -> tuple[np.ndarray, int]:
    """Each item as one row of real numbers, and the numbers of an entry."""
    x = x.detach().resolve_conj().resolve_neg().contiguous()
    real, parts = (torch.view_as_real(x), 2) if x.is_complex() else (x, 1)
    return real.view(len(x), -1).numpy(), parts


def _numbers(values: Tensor, like: Tensor) -> np.ndarray:
    return values.detach().to(real_of(like.dtype)).contiguous().numpy()


def _tensor(flat: np.ndarray, like: Tensor) -> Tensor:
    real = torch.from_numpy(flat)
    return torch.view_as_complex(real.view(*like.shape, 2)) if like.is_complex() else real.view(like.shape)


@compiled
def _group(first, last, v, t, out, parts):
    members, inner = v.shape[1:]
    one = v.dtype.type(1)
    size = np.empty(inner, v.dtype)
    for n in range(first, last):
        limit, source, target = t[n], v[n], out[n]
        size[:] = 0
        for m in range(members):
            row = source[m]
            for k in range(inner):
                size[k] += row[k] * row[k]
        if parts == 2:
            for k in range(inner // 2):
                size[2 * k] += size[2 * k + 1]
                size[2 * k + 1] = size[2 * k]
        for k in range(inner):
            # At t = 0 the larger of both is 0 where the group is: one, whatever it says.
            size[k] = one - limit / max(np.sqrt(size[k]), limit) if limit > 0 else one
        for m in range(members):
            row, shrunk = source[m], target[m]
            for k in range(inner):
                shrunk[k] = size[k] * row[k]
