"""The primal-dual step for total variation on a GPU in one launch: a pixel projects its neighbours' duals, too."""

import torch
from torch import Tensor

from workbench.kernels.base_triton import as_type_of, blocks, constexpr, jit, launch, real, scalars, tl
from workbench.kernels.pdhg_tv import Moves, Signals
from workbench.kernels.tv.tiles_triton import moduli, places
from workbench.tensors import real_of

TILE = 256  # pixels of a program


def step(signals: Signals, dual: Tensor, moves: Moves, weight: float, isotropic: bool) -> Signals:
    x, axes = signals[0], signals[0].ndim - 2
    numbers, parts = [real(part)[0] for part in signals], real(x)[1]
    field = real(dual)[0]
    height, width = (1, *x.shape[2:])[-2:]
    made, q = field.new_empty(2, *numbers[0].shape), torch.empty_like(field)
    pace = (*moves.primal.tolist(), *moves.dual.tolist(), weight, moves.theta)
    known = scalars(pace, real_of(x.dtype), x.device)
    count, tiles = x.shape[0] * x.shape[1], blocks(height * width, TILE)
    sizes = tiles, height, width, x.shape[1], len(x), axes
    launch(_step, count * tiles, x, *numbers, field, known, *made, q, *sizes, isotropic, parts, TILE)
    new, further = (as_type_of(x, part, tuple(x.shape)) for part in made)
    return new, further, as_type_of(x, q, tuple(dual.shape))


@jit
def _step(
    x,
    ahead,
    slope,
    dual,
    moves,
    new,
    further,
    q,
    tiles,
    height,
    width,
    channels,
    count,
    axes,
    ISOTROPIC: constexpr,
    PARTS: constexpr,
    SIZE: constexpr,
):
    n, at, inside, down, up, right, left = places(tiles, height, width, PARTS, SIZE)
    size, row, item = height * width * PARTS, width * PARTS, n // channels
    tau, step = tl.load(moves + item), tl.load(moves + count + item)
    weight, theta = tl.load(moves + 2 * count), tl.load(moves + 2 * count + 1)
    z, p1 = ahead + n * size, dual + (n * axes + axes - 1) * size
    p0 = dual + n * axes * size
    below = down & (axes == 2)
    lower_left = left & below
    upper_right = up & right & (axes == 2)
    here0, here1 = _dual(z, p0, p1, at, row, inside & (axes == 2), inside, below, right, step, weight, ISOTROPIC, PARTS)
    over = up & (axes == 2)
    above0, _ = _dual(z, p0, p1, at - row, row, over, over, over, upper_right, step, weight, ISOTROPIC, PARTS)
    beside = left & (axes == 2)
    _, beside1 = _dual(z, p0, p1, at - PARTS, row, beside, left, lower_left, left, step, weight, ISOTROPIC, PARTS)
    pull = tl.where(below, here0, 0.0) - tl.where(over, above0, 0.0)
    pull += tl.where(right, here1, 0.0) - tl.where(left, beside1, 0.0)
    old = tl.load(x + n * size + at, mask=inside, other=0.0)
    moved = tau * (pull - tl.load(slope + n * size + at, mask=inside, other=0.0))
    tl.store(new + n * size + at, old + moved, mask=inside)
    tl.store(further + n * size + at, old + moved + theta * moved, mask=inside)
    tl.store(q + n * axes * size + at, here0, mask=inside & (axes == 2))
    tl.store(q + (n * axes + axes - 1) * size + at, here1, mask=inside)


@jit
def _dual(
    z,
    p0,
    p1,
    at,
    row,
    there0,
    there,
    below,
    right,
    step,
    weight,
    ISOTROPIC: constexpr,
    PARTS: constexpr,
):
    """Both projected duals at pixels that are `there`, with neighbours `below` and to the `right` or not."""
    here = tl.load(z + at, mask=there, other=0.0)
    g0 = tl.where(below, tl.load(z + at + row, mask=below, other=0.0) - here, 0.0)
    g1 = tl.where(right, tl.load(z + at + PARTS, mask=right, other=0.0) - here, 0.0)
    g0 = tl.load(p0 + at, mask=there0, other=0.0) + step * g0
    g1 = tl.load(p1 + at, mask=there, other=0.0) + step * g1
    e0, e1 = moduli(g0, g1, ISOTROPIC)
    # A weight of 0 leaves nothing, not even 0 / 0 where the dual is 0.
    largest0, largest1 = tl.maximum(tl.sqrt(e0), weight), tl.maximum(tl.sqrt(e1), weight)
    scale0 = tl.where(weight > 0, weight / tl.where(weight > 0, largest0, 1.0), 0.0)
    scale1 = tl.where(weight > 0, weight / tl.where(weight > 0, largest1, 1.0), 0.0)
    return scale0 * g0, scale1 * g1
