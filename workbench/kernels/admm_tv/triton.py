"""ADMM's pass for total variation on a GPU in one launch: a pixel makes its neighbours' duals, too."""

import torch

from workbench.kernels.admm_tv import PenaltyPace, Split
from workbench.kernels.base_triton import as_type_of, blocks, constexpr, jit, launch, real, scalars, tl
from workbench.kernels.tv.tiles_triton import moduli, places
from workbench.tensors import real_of

TILE = 256  # pixels of a program


def step(signals: Split, pace: PenaltyPace, weight: float, isotropic: bool) -> Split:
    x, z, dual = signals
    axes = x.ndim - 2
    (numbers, parts), fields = real(x), (real(z)[0], real(dual)[0])
    pull, made = torch.empty_like(numbers), fields[0].new_empty(2, *fields[0].shape)
    height, width = (1, *x.shape[2:])[-2:]
    known = scalars((*pace.penalty.tolist(), pace.relax, weight), real_of(x.dtype), x.device)
    count, tiles = x.shape[0] * x.shape[1], blocks(height * width, TILE)
    sizes = tiles, height, width, x.shape[1], len(x), axes
    launch(_step, count * tiles, x, numbers, *fields, known, *made, pull, *sizes, isotropic, parts, TILE)
    new, q = (as_type_of(x, part, tuple(z.shape)) for part in made)
    return new, q, as_type_of(x, pull, tuple(x.shape))


@jit
def _step(
    x,
    z,
    dual,
    pace,
    newz,
    newq,
    pull,
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
    size, row = height * width * PARTS, width * PARTS
    rho, relax, weight = tl.load(pace + n // channels), tl.load(pace + count), tl.load(pace + count + 1)
    image, two = x + n * size, inside & (axes == 2)
    z0, q0 = z + n * axes * size, dual + n * axes * size
    z1, q1 = z + (n * axes + axes - 1) * size, dual + (n * axes + axes - 1) * size
    # Where the neighbours are, across the ends too; there the prior sees no difference.
    ahead = at + tl.where(right, PARTS, PARTS - row)
    behind = at - tl.where(left, PARTS, PARTS - row)
    below = at + tl.where(down, row, row - size)
    above = at - tl.where(up, row, row - size)
    before = above + tl.where(right, PARTS, PARTS - row)
    beside = behind + tl.where(down, row, row - size)
    g0 = _ahead(image, z0, q0, at, below, two, rho, relax)
    g1 = _ahead(image, z1, q1, at, ahead, inside, rho, relax)
    p0, p1 = _dual(g0, g1, down, right, weight, ISOTROPIC)
    over0 = _ahead(image, z0, q0, above, at, two, rho, relax)
    over1 = _ahead(image, z1, q1, above, before, two, rho, relax)
    o0, _ = _dual(over0, over1, up, right, weight, ISOTROPIC)
    left0 = _ahead(image, z0, q0, behind, beside, two, rho, relax)
    left1 = _ahead(image, z1, q1, behind, at, inside, rho, relax)
    _, l1 = _dual(left0, left1, down, left, weight, ISOTROPIC)
    back = over0 - 2 * o0 - (g0 - 2 * p0) + left1 - 2 * l1 - (g1 - 2 * p1)
    tl.store(pull + n * size + at, back, mask=inside)
    tl.store(newz + n * axes * size + at, (g0 - p0) / rho, mask=two)
    tl.store(newq + n * axes * size + at, p0, mask=two)
    tl.store(newz + (n * axes + axes - 1) * size + at, (g1 - p1) / rho, mask=inside)
    tl.store(newq + (n * axes + axes - 1) * size + at, p1, mask=inside)


@jit
def _ahead(x, z, q, at, there, inside, rho, relax):
    """v of one component."""
    moved = tl.load(x + there, mask=inside, other=0.0) - tl.load(x + at, mask=inside, other=0.0)
    mixed = relax * moved + (1 - relax) * tl.load(z + at, mask=inside, other=0.0)
    return rho * mixed + tl.load(q + at, mask=inside, other=0.0)


@jit
def _dual(g0, g1, below, right, weight, ISOTROPIC: constexpr):
    """The projection of both components, 0 where one goes round."""
    g0, g1 = tl.where(below, g0, 0.0), tl.where(right, g1, 0.0)
    e0, e1 = moduli(g0, g1, ISOTROPIC)
    # A weight of 0 leaves nothing, not even 0 / 0 where the dual is 0.
    largest0, largest1 = tl.maximum(tl.sqrt(e0), weight), tl.maximum(tl.sqrt(e1), weight)
    scale0 = tl.where(weight > 0, weight / tl.where(weight > 0, largest0, 1.0), 0.0)
    scale1 = tl.where(weight > 0, weight / tl.where(weight > 0, largest1, 1.0), 0.0)
    return scale0 * g0, scale1 * g1
