"""Total generalised variation on the CPU: arrays in and out, in double precision; the loop of a plane is compiled.

Planes are real arrays (N, parts, fields, H, W), a complex one in two parts; a signal is an image of one row.
"""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import share, workers
from workbench.kernels.tgv import rows
from workbench.kernels.tgv.reference import bounds
from workbench.tensors import real_of


def solve(x: Tensor, radii: Tensor, tolerance: float, iterations: int) -> tuple:
    planes = _planes(x[:, :, None], 1)
    state, *rest = _iterate(planes, radii, (tolerance, _rounding(x) * radii[..., 0], iterations), (bounds(x)[1], -1.0))
    return _tensor(state[:, :, :1], x[:, :, None])[:, :, 0], _tensor(state[:, :, 5:], x[:, :, None]), *rest


def support(v: Tensor, radii: Tensor, damping: float, tolerance: float, iterations: int) -> tuple:
    planes = _planes(v, 3)
    rules = tolerance, _rounding(v) * radii[..., 1], iterations
    state, *rest = _iterate(planes, radii, rules, (bounds(v[:, :, 0])[0], damping))
    return _tensor(state[:, :, 5:], v), *rest


def _rounding(x: Tensor) -> Tensor:
    return torch.finfo(x.dtype).eps * x.abs().flatten(2).sum(2)


def _iterate(planes: np.ndarray, radii: Tensor, rules: tuple, kind: tuple[float, float]) -> tuple:
    """States (N, parts, 8, H, W); value, gap and steps, (B, C) each."""
    tolerance, floor, iterations = rules
    states, found = np.empty((*planes.shape[:2], 8, *planes.shape[3:])), np.empty((len(planes), 3))
    limits = torch.cat([radii, floor[..., None]], -1).double().reshape(-1, 3).numpy()
    share(rows.solve, len(planes), workers(planes.size), planes, limits, tolerance, iterations, *kind, states, found)
    return states, *torch.from_numpy(found).reshape(*radii.shape[:2], 3).unbind(-1)


def _planes(v: Tensor, fields: int) -> np.ndarray:
    """(B, C, m, *space) as (B C, parts, fields, H, W); the one second difference of a signal is that along its row."""
    v = v.detach()
    parts = torch.view_as_real(v) if v.is_complex() else v[..., None]
    height = 1 if v.ndim == 4 else v.shape[3]
    found = parts.double().reshape(-1, v.shape[2], height, v.shape[-1], parts.shape[-1]).permute(0, 4, 1, 2, 3)
    if found.shape[2] < fields:
        found = torch.nn.functional.pad(found, (0, 0) * 2 + (1, 1))
    return found.contiguous().numpy()


def _tensor(fields: np.ndarray, like: Tensor) -> Tensor:
    """(B C, parts, fields, H, W) as (B, C, m, *space)."""
    found = torch.from_numpy(fields).to(real_of(like.dtype))
    if like.ndim == 4 and found.shape[2] == 3:
        found = found[:, :, 1:2]
    found = found.permute(0, 2, 3, 4, 1).contiguous()
    found = torch.view_as_complex(found) if like.is_complex() else found[..., 0]
    return found.reshape(*like.shape[:2], found.shape[1], *like.shape[3:])
