"""Total variation of volumes on the CPU: arrays in and out, and the loop over dual steps (see `planes`).

A signal is a real array (N, D, P), its differences (N, d, D, P), P the numbers of a plane, row by row: an image of
unequal sides is a volume whose planes have one row, a signal of one axis one row altogether. Complex numbers are
`parts` = 2 neighbours.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from workbench.kernels.dispatch import share, workers
from workbench.kernels.tv.numba import as_tensor, real_parts
from workbench.kernels.tv.reference import BLOCK, Scale, dual_steps
from workbench.kernels.tv.verdicts import Verdicts
from workbench.kernels.tv.volume import planes as by_planes


class PlaneLayout(NamedTuple):
    """How planes lie: the scale of differences (3, P), 0 where they would reach outside, and the numbers of a row and
    of a pixel."""

    scale: np.ndarray
    row: int
    parts: int


def gradient(x: Tensor, scale: Scale) -> Tensor:
    flat, layout, axes = as_volumes(x), layout_of(x, x.shape[2:], scale), x.ndim - 2
    out = np.empty((len(flat), axes, *flat.shape[1:]), flat.dtype)
    share(by_planes.gradient, len(flat) * flat.shape[1], workers(flat.size), flat, out, *layout)
    return as_tensor(out, x, (*x.shape[:2], axes, *x.shape[2:]))


def divergence(p: Tensor, scale: Scale) -> Tensor:
    fields = as_volume_fields(p)
    out = np.empty((len(fields), *fields.shape[2:]), fields.dtype)
    layout = layout_of(p, p.shape[3:], scale)
    share(by_planes.divergence, len(out) * fields.shape[2], workers(out.size), fields, out, *layout)
    return as_tensor(out, p, (*p.shape[:2], *p.shape[3:]))


def tv(x: Tensor, isotropic: bool, scale: Scale) -> Tensor:
    flat = as_volumes(x)
    sums = np.empty((len(flat), flat.shape[1]))
    layout = layout_of(x, x.shape[2:], scale)
    share(by_planes.variation, len(flat) * flat.shape[1], workers(flat.size), flat, sums, *layout, isotropic)
    return torch.from_numpy(sums).view(len(x), -1).sum(1).to(x.real.dtype)


def solve(
    x: Tensor, t: Tensor, isotropic: bool, tolerance: float, iterations: int, dual: Tensor | None, scale: Scale
) -> tuple:
    flat, layout = as_volumes(x), layout_of(x, x.shape[2:], scale)
    count, depth = flat.shape[:2]
    steps, t = dual_steps(x, t, scale).flatten().numpy(), t[:, None].expand(x.shape[:2]).flatten()
    weights = t.numpy()
    verdicts = Verdicts(flat, weights, tolerance, iterations)
    this = np.zeros((count, x.ndim - 2, *flat.shape[1:]), flat.dtype)
    threads = workers(flat.size)
    if dual is not None:
        start = as_volume_fields(dual), this, layout.scale, layout.parts, isotropic
        share(by_planes.feasible, count * depth, threads, *start)
    before, out = this.copy() if dual is not None else np.zeros_like(this), np.empty_like(this)
    u, final = np.empty_like(flat), None
    sums, uphill = np.empty((count, depth, 3)), np.zeros((count, depth))
    while True:
        active = verdicts.active
        places = flat, weights, active, this, u, sums
        share(by_planes.certify, len(active) * depth, threads, *places, *layout, isotropic)
        stopping = verdicts.judge(sums, uphill)
        if len(stopping) == count:
            final = this
        elif len(stopping):
            final = np.empty_like(this) if final is None else final
            final[stopping] = this[stopping]
        active = verdicts.active
        if final is not None and not len(active):
            break
        betas = verdicts.betas(BLOCK, flat.dtype)
        for s, beta in enumerate(np.ascontiguousarray(betas.T), 1):
            places = flat, weights, steps, beta, active, this, before, out, uphill, layout.scale, s == len(betas.T)
            share(by_planes.advance, len(active) * depth, threads, *places, layout.row, layout.parts, isotropic)
            this, before, out = out, this, before
    shape = (*x.shape[:2], x.ndim - 2, *x.shape[2:])
    total = [torch.from_numpy(v.reshape(x.shape[:2]).sum(1)).to(t.dtype) for v in (verdicts.value, verdicts.gap)]
    longest = torch.from_numpy(verdicts.done.reshape(x.shape[:2]).max(1))
    return as_tensor(u, x, x.shape), as_tensor(final, x, shape), *total, longest


def layout_of(x: Tensor, space: torch.Size, scale: Scale) -> PlaneLayout:
    """How the planes of a signal with these sides lie, in the precision of x."""
    parts = 2 if x.is_complex() else 1
    sides = (space[1] if len(space) > 2 else 1, space[-1])
    found = torch.zeros(3, *sides, parts, dtype=x.real.dtype)
    found[0] = scale[0] if len(space) > 1 else 0
    found[1, :-1] = scale[1] if len(space) > 2 else 0
    found[2, :, :-1] = scale[-1]
    return PlaneLayout(found.view(3, -1).numpy(), space[-1] * parts, parts)


def as_volumes(x: Tensor) -> np.ndarray:
    """(B, C, *space) as real volumes (B C, D, P)."""
    return real_parts(x)[0].reshape(x.shape[0] * x.shape[1], _depth(x.shape[2:]), -1).numpy()


def as_volume_fields(p: Tensor) -> np.ndarray:
    """(B, C, d, *space) as real fields (B C, d, D, P)."""
    return real_parts(p)[0].reshape(p.shape[0] * p.shape[1], p.shape[2], _depth(p.shape[3:]), -1).numpy()


def _depth(space: torch.Size) -> int:
    return space[0] if len(space) > 1 else 1
