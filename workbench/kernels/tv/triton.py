"""Total variation on a GPU: tensors in and out, and the loop over blocks of dual steps (tiles are in `tiles_triton`).

Planes are real arrays (N, H, W, parts), fields (N, 2, H, W, parts), parts = 2 for complex numbers: (re, im). A signal
is an image of one row. The host queues blocks of dual steps; which planes go on is decided on the device.
"""

import torch
from torch import Tensor

from workbench.kernels.base_triton import as_type_of, blocks, later, launch, real
from workbench.kernels.tv import tiles_triton as tiled
from workbench.kernels.tv.reference import BLOCK, dual_steps, feasible

TILE = 512  # pixels of a program
CHUNK = 256  # tiles whose sums are added at a time


def gradient(x: Tensor) -> Tensor:
    planes, (count, height, width), parts = _planes(x)
    out = planes.new_empty(count, x.ndim - 2, height, width, parts)
    tiles = blocks(height * width * parts, TILE)
    launch(tiled.gradient, count * tiles, x, planes, out, tiles, height, width * parts, parts, x.ndim - 2, TILE)
    return as_type_of(x, out, (*x.shape[:2], x.ndim - 2, *x.shape[2:]))


def divergence(p: Tensor) -> Tensor:
    fields, parts = real(p)
    (height, width), axes = _image(p.shape[3:]), p.ndim - 3
    count, tiles = p.shape[0] * p.shape[1], blocks(height * width * parts, TILE)
    out = fields.new_empty(count, height, width, parts)
    launch(tiled.divergence, count * tiles, p, fields, out, tiles, height, width * parts, parts, axes, TILE)
    return as_type_of(p, out, (*p.shape[:2], *p.shape[3:]))


def tv(x: Tensor, isotropic: bool) -> Tensor:
    planes, (count, height, width), parts = _planes(x)
    tiles = blocks(height * width, TILE)
    sums = planes.new_empty(count, tiles)
    launch(tiled.variation, count * tiles, x, planes, sums, tiles, height, width, isotropic, parts, TILE)
    return sums.double().view(len(x), -1).sum(1).to(planes.dtype)


def solve(x: Tensor, t: Tensor, isotropic: bool, tolerance: float, iterations: int, dual: Tensor | None) -> tuple:
    planes, (count, height, width), parts = _planes(x)
    weights = t[:, None].expand(x.shape[:2]).reshape(-1).contiguous()
    p = planes.new_zeros(3, count, 2, height, width, parts)  # the dual, the one before it, the one to come
    if dual is not None:
        p[:2, :, 4 - x.ndim :] = real(feasible(dual, isotropic))[0].view(count, x.ndim - 2, height, width, parts)
    this, before, new = p
    u, tiles = torch.empty_like(planes), blocks(height * width, TILE)
    size, flags = (tiles, height, width), (isotropic, parts, TILE)
    sums, uphill = planes.new_empty(count, tiles, 3), planes.new_zeros(count, tiles)
    double = weights.double()
    state = torch.stack([double, torch.ones_like(double), *[torch.zeros_like(double)] * 3], 1)
    limits = torch.stack([torch.full_like(double, tolerance), _floor(planes, weights)], 1)
    steps, betas = dual_steps(x, t).reshape(-1).contiguous(), planes.new_empty(count, BLOCK)
    active = torch.ones(count, dtype=torch.int32, device=x.device)
    k, settled = 0, None
    while True:
        launch(tiled.certify, count * tiles, x, planes, weights, this, u, sums, *size, *flags)
        launch(tiled.decide, count, x, sums, uphill, limits, state, active, betas, tiles, k, BLOCK, CHUNK)
        if k == iterations or (settled is not None and settled()):
            break
        settled = later(active.sum() == 0)  # read a block later: planes that have settled stay as they are
        for s in range(min(BLOCK, iterations - k)):
            duals = this, before, new
            launch(
                tiled.step,
                count * tiles,
                x,
                planes,
                weights,
                steps,
                betas,
                active,
                *duals,
                uphill,
                s,
                BLOCK,
                *size,
                *flags,
            )
            this, before, new = new, this, before
            k += 1
    value, gap, done = state[:, 2:].T.reshape(3, *x.shape[:2])
    answer = as_type_of(x, u, x.shape), as_type_of(x, this[:, 4 - x.ndim :], (*x.shape[:2], x.ndim - 2, *x.shape[2:]))
    return *answer, value.sum(1).to(t.dtype), gap.sum(1).to(t.dtype), done.amax(1).to(torch.int64)


def _floor(planes: Tensor, weights: Tensor) -> Tensor:
    """What rounding leaves of each plane's gap."""
    return torch.finfo(planes.dtype).eps * (weights * planes.abs().flatten(1).sum(1)).double()


def _image(space: torch.Size) -> tuple[int, int]:
    return (1, space[0]) if len(space) == 1 else (space[0], space[1])


def _planes(x: Tensor) -> tuple[Tensor, tuple[int, int, int], int]:
    """(B, C, *space) as real planes (B C, H, W, parts), and that shape."""
    planes, parts = real(x)
    shape = (x.shape[0] * x.shape[1], *_image(x.shape[2:]))
    return planes.view(*shape, parts), shape, parts
