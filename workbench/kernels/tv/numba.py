"""Total variation on the CPU: arrays in and out, and the loop over blocks of dual steps (rows are in `rows`).

Planes are real arrays (N, H, W * parts): a complex plane is its own storage, where `parts` = 2 neighbours in memory
make a pixel, so that all linear pieces are the same. A signal is an image of one row: its row differences are 0.
"""

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import share, workers
from workbench.kernels.tv import rows as by_rows
from workbench.kernels.tv.reference import BLOCK, dual_steps
from workbench.kernels.tv.verdicts import Verdicts

_BAND = 1 << 19  # bytes of a plane's band: a block of steps on it and on its duals, ten times that, stays in the cache


def gradient(x: Tensor) -> Tensor:
    planes, parts = as_planes(x)
    out = np.empty((len(planes), x.ndim - 2, *planes.shape[1:]), planes.dtype)
    share(by_rows.gradient, len(planes) * planes.shape[1], workers(planes.size), planes, out, parts)
    return as_tensor(out, x, (*x.shape[:2], x.ndim - 2, *x.shape[2:]))


def divergence(p: Tensor) -> Tensor:
    fields, parts = as_fields(p)
    out = np.empty((len(fields), *fields.shape[2:]), fields.dtype)
    share(by_rows.divergence, len(fields) * fields.shape[2], workers(out.size), fields, out, parts)
    return as_tensor(out, p, (*p.shape[:2], *p.shape[3:]))


def tv(x: Tensor, isotropic: bool) -> Tensor:
    planes, parts = as_planes(x)
    rows = np.empty(planes.shape[:2])
    share(by_rows.variation, rows.size, workers(planes.size), planes, rows, parts, isotropic)
    return torch.from_numpy(rows).view(len(x), -1).sum(1).to(x.real.dtype)


def solve(x: Tensor, t: Tensor, isotropic: bool, tolerance: float, iterations: int, dual: Tensor | None) -> tuple:
    planes, parts = as_planes(x)
    count, height = planes.shape[:2]
    steps, t = dual_steps(x, t).flatten().numpy(), t[:, None].expand(x.shape[:2]).flatten()
    weights = t.numpy()
    verdicts = Verdicts(planes, weights, tolerance, iterations)
    threads = workers(planes.size)
    each = -(-threads // count)
    bands = max(1, min(each * -(-planes[0].nbytes // (each * _BAND)), height // (2 * BLOCK)))
    # Before and after a block each plane's dual and the one before it, (H, 2, W) so that rows lie together; for each
    # thread three duals of a band with margins. One allocation, or fresh memory costs as much as the arithmetic.
    rows, margins = count * 2 * height, min(height, height // bands + 1 + 2 * (BLOCK + 1))
    scratch = np.empty((2 * rows + threads * 3 * margins, 2, planes.shape[2]), planes.dtype)
    old, new = scratch[: 2 * rows].reshape(2, count, 2, height, 2, -1)
    work = scratch[2 * rows :].reshape(threads, 3, margins, 2, -1)
    old[:] = 0
    if dual is not None:
        share(by_rows.feasible, count, threads, as_fields(dual)[0], old, parts, isotropic)
    u, final = np.empty_like(planes), np.empty((count, 2, *planes.shape[1:]), planes.dtype)
    sums, uphill = np.empty((count, height, 3)), np.zeros((count, height))
    betas = np.empty((count, 0), planes.dtype)
    while True:
        active = verdicts.active
        places = planes, weights, steps, betas, active, old, new, work, u, uphill, sums
        share(by_rows.advance, len(active) * bands, threads, *places, bands, parts, isotropic)
        if betas.shape[1]:
            old, new = new, old
        stopping = verdicts.judge(sums, uphill)
        final[stopping] = old[stopping, 0].swapaxes(1, 2)
        if not len(verdicts.active):
            break
        betas = verdicts.betas(BLOCK, planes.dtype)
    shape = (*x.shape[:2], x.ndim - 2, *x.shape[2:])
    total = [torch.from_numpy(v.reshape(x.shape[:2]).sum(1)).to(t.dtype) for v in (verdicts.value, verdicts.gap)]
    longest = torch.from_numpy(verdicts.done.reshape(x.shape[:2]).max(1))
    return as_tensor(u, x, x.shape), as_tensor(final[:, 4 - x.ndim :], x, shape), *total, longest


def real_parts(x: Tensor) -> tuple[Tensor, int]:
    """The storage as real numbers, and how many of them make one of x."""
    x = x.detach().contiguous()
    return (torch.view_as_real(x).flatten(-2), 2) if x.is_complex() else (x, 1)


def as_planes(x: Tensor) -> tuple[np.ndarray, int]:
    """(B, C, *space) as real planes (B C, H, W parts)."""
    real, parts = real_parts(x)
    return real.reshape(-1, 1 if x.ndim == 3 else x.shape[2], real.shape[-1]).numpy(), parts


def as_fields(p: Tensor) -> tuple[np.ndarray, int]:
    """(B, C, d, *space) as real fields (B C, d, H, W parts)."""
    real, parts = real_parts(p)
    return real.reshape(-1, p.shape[2], 1 if p.ndim == 4 else p.shape[3], real.shape[-1]).numpy(), parts


def as_tensor(planes: np.ndarray, like: Tensor, shape: tuple[int, ...]) -> Tensor:
    real = torch.from_numpy(planes)
    return torch.view_as_complex(real.reshape(*shape, 2)) if like.is_complex() else real.reshape(shape)
