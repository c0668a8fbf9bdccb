"""Total generalised variation on the CPU: arrays in and out, the loop of a plane compiled.

Planes are real arrays (N, parts, fields, H, W), a complex one in two parts; a signal is an image of one row. Supports
and proofs are in double precision, the steps of a prox in that of its signal.
"""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import share, workers
from workbench.kernels.tgv import planes, rows
from workbench.kernels.tgv.reference import ROUNDINGS, bounds
from workbench.kernels.tgv.strains import squared
from workbench.tensors import in_double, real_of

_OF_SIGNAL = [0, 2, 4, 6]  # the fields of a plane that a signal has


def solve(x: Tensor, radii: Tensor, fields: Tensor, numbers: Tensor, tolerance: float, iterations: int) -> tuple:
    data, states, counts = _planes(x[:, :, None])[:, :, 0], _guarded(fields), _numbers(numbers)
    answers = np.empty((*states.shape[:2], 4, *data.shape[2:]), data.dtype)
    found, rules = np.empty((len(data), 3)), (tolerance, iterations, float(squared(x)))
    limits = _limits(radii, ROUNDINGS * _rounding(x) * radii[..., 0])
    args = data, limits, rules, states, counts, answers, found
    share(planes.solve, len(data), workers(data.size), *args)
    u, q = _tensor(answers[:, :, :1], x[:, :, None])[:, :, 0], _tensor(answers[:, :, 1:], x[:, :, None])
    return u, q, *torch.from_numpy(found).reshape(*radii.shape[:2], 3).unbind(-1)


def advance(x: Tensor, radii: Tensor, fields: Tensor, numbers: Tensor, count: int) -> tuple[Tensor, Tensor]:
    data, states, counts = _planes(x[:, :, None])[:, :, 0], _guarded(fields), _numbers(numbers)
    limits = _limits(radii, torch.zeros_like(radii[..., 0]))
    share(planes.advance, len(data), workers(data.size), data, limits, count, float(squared(x)), states, counts)
    made = states[:, :, _OF_SIGNAL] if x.ndim == 3 else states
    return _tensor(made[..., :-1], x[:, :, None]), torch.from_numpy(counts).reshape(numbers.shape)


def support(v: Tensor, radii: Tensor, damping: float, tolerance: float, iterations: int) -> tuple:
    data = _planes(in_double(v))
    if data.shape[2] < 3:
        data = np.pad(data, ((0, 0), (0, 0), (1, 1), (0, 0), (0, 0)))
    states, found = np.empty((*data.shape[:2], 8, *data.shape[3:])), np.empty((len(data), 3))
    limits = _limits(radii, _rounding(v) * radii[..., 1])
    rules = tolerance, iterations, bounds(v[:, :, 0])[0], damping
    share(rows.support, len(data), workers(data.size), data, limits, *rules, states, found)
    return _tensor(states[:, :, 5:], v), *torch.from_numpy(found).reshape(*radii.shape[:2], 3).unbind(-1)


def _rounding(x: Tensor) -> Tensor:
    return torch.finfo(x.dtype).eps * x.abs().flatten(2).sum(2)


def _limits(radii: Tensor, floor: Tensor) -> np.ndarray:
    return torch.cat([radii, floor[..., None]], -1).double().reshape(-1, 3).numpy()


def _numbers(numbers: Tensor) -> np.ndarray:
    return numbers.reshape(-1, numbers.shape[-1]).numpy().copy()


def _planes(v: Tensor) -> np.ndarray:
    """(B, C, m, *space) as (B C, parts, m, H, W)."""
    v = v.detach()
    parts = torch.view_as_real(v) if v.is_complex() else v[..., None]
    height = 1 if v.ndim == 4 else v.shape[3]
    found = parts.reshape(-1, v.shape[2], height, v.shape[-1], parts.shape[-1]).permute(0, 4, 1, 2, 3)
    return found.contiguous().numpy()


def _guarded(fields: Tensor) -> np.ndarray:
    """A copy of a state as (B C, parts, 8, H, W + 1)."""
    made = _planes(fields)
    found = np.zeros((*made.shape[:2], 8, made.shape[3], made.shape[4] + 1), made.dtype)
    found[:, :, _OF_SIGNAL if made.shape[2] < 8 else slice(None), :, :-1] = made
    return found


def _tensor(fields: np.ndarray, like: Tensor) -> Tensor:
    """(B C, parts, fields, H, W) as (B, C, m, *space)."""
    found = torch.from_numpy(fields).to(real_of(like.dtype))
    if like.ndim == 4 and found.shape[2] == 3:
        found = found[:, :, 1:2]
    found = found.permute(0, 2, 3, 4, 1).contiguous()
    found = torch.view_as_complex(found) if like.is_complex() else found[..., 0]
    return found.reshape(*like.shape[:2], found.shape[1], *like.shape[3:])
