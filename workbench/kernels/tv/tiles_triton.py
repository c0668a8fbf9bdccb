"""Total variation, compiled for a GPU: a program serves a tile of a plane and reads its neighbours' pixels itself.

Nothing is written by two programs, and sums are added in a fixed order. Names and layouts are those of tv_triton.
"""

from workbench.kernels.base_triton import constexpr, jit, tl


@jit
def gradient(x, out, tiles, height, width, step, axes, SIZE: constexpr):
    n = (tl.program_id(0) // tiles).to(tl.int64)
    k = (tl.program_id(0) % tiles) * SIZE + tl.arange(0, SIZE)
    pixels = height * width
    inside = k < pixels
    x += n * pixels
    out += n * axes * pixels
    here = tl.load(x + k, mask=inside, other=0.0)
    across = inside & (k % width < width - step)
    ahead = tl.load(x + k + step, mask=across, other=0.0)
    tl.store(out + (axes - 1) * pixels + k, tl.where(across, ahead - here, 0.0), mask=inside)
    if axes == 2:
        down = k < pixels - width
        below = tl.load(x + k + width, mask=down, other=0.0)
        tl.store(out + k, tl.where(down, below - here, 0.0), mask=inside)


@jit
def divergence(p, out, tiles, height, width, step, axes, SIZE: constexpr):
    n = (tl.program_id(0) // tiles).to(tl.int64)
    k = (tl.program_id(0) % tiles) * SIZE + tl.arange(0, SIZE)
    pixels = height * width
    inside = k < pixels
    p += n * axes * pixels
    column = k % width
    across = p + (axes - 1) * pixels + k
    total = tl.load(across, mask=inside & (column < width - step), other=0.0)
    total -= tl.load(across - step, mask=inside & (column >= step), other=0.0)
    if axes == 2:
        total += tl.load(p + k, mask=k < pixels - width, other=0.0)
        total -= tl.load(p + k - width, mask=inside & (k >= width), other=0.0)
    tl.store(out + n * pixels + k, total, mask=inside)


@jit
def places(tiles, height, width, PARTS: constexpr, SIZE: constexpr):
    """Of a program: its plane, the numbers (SIZE, PARTS) of its pixels in it, and which neighbours they have."""
    n = (tl.program_id(0) // tiles).to(tl.int64)
    pixel = (tl.program_id(0) % tiles) * SIZE + tl.arange(0, SIZE)[:, None]
    inside = pixel < height * width
    column = pixel % width
    right, left = inside & (column < width - 1), inside & (column > 0)
    down, up = pixel < (height - 1) * width, inside & (pixel >= width)
    return n, pixel * PARTS + tl.arange(0, PARTS)[None, :], inside, down, up, right, left


@jit
def moduli(g0, g1, ISOTROPIC: constexpr):
    """Squared moduli, (SIZE, 1): of the pixel, twice, or of each difference."""
    e0, e1 = tl.sum(g0 * g0, 1)[:, None], tl.sum(g1 * g1, 1)[:, None]
    if ISOTROPIC:
        e0 += e1
        e1 = e0
    return e0, e1


@jit
def _norms(g0, g1, ISOTROPIC: constexpr):
    """The sum of the moduli of each pixel, (SIZE, 1)."""
    e0, e1 = moduli(g0, g1, ISOTROPIC)
    return tl.sqrt(e0) if ISOTROPIC else tl.sqrt(e0) + tl.sqrt(e1)


@jit
def variation(x, sums, tiles, height, width, ISOTROPIC: constexpr, PARTS: constexpr, SIZE: constexpr):
    n, at, inside, down, _, right, _ = places(tiles, height, width, PARTS, SIZE)
    x += n * height * width * PARTS
    here = tl.load(x + at, mask=inside, other=0.0)
    g0 = tl.where(down, tl.load(x + at + width * PARTS, mask=down, other=0.0) - here, 0.0)
    g1 = tl.where(right, tl.load(x + at + PARTS, mask=right, other=0.0) - here, 0.0)
    tl.store(sums + tl.program_id(0), tl.sum(_norms(g0, g1, ISOTROPIC)))


@jit
def _ahead(p, before, beta, at, there):
    here = tl.load(p + at, mask=there, other=0.0)
    return here + beta * (here - tl.load(before + at, mask=there, other=0.0))


@jit
def step(
    x,
    weights,
    steps,
    betas,
    active,
    p,
    before,
    out,
    uphill,
    s,
    block,
    tiles,
    height,
    width,
    ISOTROPIC: constexpr,
    PARTS: constexpr,
    SIZE: constexpr,
):
    """r = p + beta (p - before), then r + step D (x + t div r), projected; a plane that has settled keeps its p."""
    n, at, inside, down, up, right, left = places(tiles, height, width, PARTS, SIZE)
    size, row = height * width * PARTS, width * PARTS
    x += n * size
    p0, before0, out0 = p + 2 * n * size, before + 2 * n * size, out + 2 * n * size
    p1, before1, out1 = p0 + size, before0 + size, out0 + size
    t, rate, beta = tl.load(weights + n), tl.load(steps + n), tl.load(betas + n * block + s)
    r0, r1 = _ahead(p0, before0, beta, at, inside), _ahead(p1, before1, beta, at, inside)
    u = r0 - _ahead(p0, before0, beta, at - row, up) + r1 - _ahead(p1, before1, beta, at - PARTS, left)
    u = tl.load(x + at, mask=inside, other=0.0) + t * u
    below = _ahead(p0, before0, beta, at + row, down) - r0 + _ahead(p1, before1, beta, at + row, down)
    below -= _ahead(p1, before1, beta, at + row - PARTS, down & left)
    below = tl.load(x + at + row, mask=down, other=0.0) + t * below
    aside = _ahead(p0, before0, beta, at + PARTS, right) - _ahead(p0, before0, beta, at + PARTS - row, right & up)
    aside += _ahead(p1, before1, beta, at + PARTS, right) - r1
    aside = tl.load(x + at + PARTS, mask=right, other=0.0) + t * aside
    g0, g1 = r0 + rate * tl.where(down, below - u, 0.0), r1 + rate * tl.where(right, aside - u, 0.0)
    e0, e1 = moduli(g0, g1, ISOTROPIC)
    old0, old1 = tl.load(p0 + at, mask=inside, other=0.0), tl.load(p1 + at, mask=inside, other=0.0)
    moves = tl.load(active + n) > 0
    q0 = tl.where(moves, g0 / tl.sqrt(tl.maximum(e0, 1.0)), old0)
    q1 = tl.where(moves, g1 / tl.sqrt(tl.maximum(e1, 1.0)), old1)
    tl.store(out0 + at, q0, mask=inside)
    tl.store(out1 + at, q1, mask=inside)
    tl.store(uphill + tl.program_id(0), tl.sum((r0 - q0) * (q0 - old0) + (r1 - q1) * (q1 - old1)))


@jit
def certify(
    x,
    weights,
    p,
    u,
    sums,
    tiles,
    height,
    width,
    ISOTROPIC: constexpr,
    PARTS: constexpr,
    SIZE: constexpr,
):
    """u = x + t div p, and of the tile the sums of |u - x|^2, of |Du| and of |Du| - <Du, p>."""
    n, at, inside, down, up, right, left = places(tiles, height, width, PARTS, SIZE)
    size, row = height * width * PARTS, width * PARTS
    x += n * size
    p0 = p + 2 * n * size
    p1, t = p0 + size, tl.load(weights + n)
    q0, q1 = tl.load(p0 + at, mask=inside, other=0.0), tl.load(p1 + at, mask=inside, other=0.0)
    moved = q0 - tl.load(p0 + at - row, mask=up, other=0.0) + q1 - tl.load(p1 + at - PARTS, mask=left, other=0.0)
    moved *= t
    here = tl.load(x + at, mask=inside, other=0.0) + moved
    below = tl.load(p0 + at + row, mask=down, other=0.0) - q0 + tl.load(p1 + at + row, mask=down, other=0.0)
    below -= tl.load(p1 + at + row - PARTS, mask=down & left, other=0.0)
    below = tl.load(x + at + row, mask=down, other=0.0) + t * below
    aside = tl.load(p0 + at + PARTS, mask=right, other=0.0)
    aside -= tl.load(p0 + at + PARTS - row, mask=right & up, other=0.0)
    aside += tl.load(p1 + at + PARTS, mask=right, other=0.0) - q1
    aside = tl.load(x + at + PARTS, mask=right, other=0.0) + t * aside
    g0, g1 = tl.where(down, below - here, 0.0), tl.where(right, aside - here, 0.0)
    norms = _norms(g0, g1, ISOTROPIC)
    slack = norms - tl.sum(g0 * q0 + g1 * q1, 1)[:, None]
    tl.store(u + n * size + at, here, mask=inside)
    sums += 3 * tl.program_id(0)
    tl.store(sums, tl.sum(moved * moved))
    tl.store(sums + 1, tl.sum(norms))
    tl.store(sums + 2, tl.sum(slack))


@jit
def _total(sums, tiles, stride, CHUNK: constexpr):
    """The sum over the tiles of a plane, in double precision: the gap is a small difference of sums."""
    total = tl.zeros((CHUNK,), tl.float64)
    for first in range(0, tiles, CHUNK):
        k = first + tl.arange(0, CHUNK)
        total += tl.load(sums + k * stride, mask=k < tiles, other=0.0).to(tl.float64)
    return tl.sum(total)


@jit
def decide(sums, uphill, limits, state, active, betas, tiles, k, block, CHUNK: constexpr):
    """After k steps, one program a plane: whether it goes on, and Nesterov's weights of its next steps.

    state holds its weight t, theta, the value, the gap and the steps it took; limits its tolerance and its floor.
    """
    n = tl.program_id(0)
    state += 5 * n
    t, theta, moved = tl.load(state), tl.load(state + 1), tl.load(active + n) > 0
    theta = tl.where(_total(uphill + n * tiles, tiles, 1, CHUNK) > 0, 1.0, theta)
    sums += 3 * n * tiles
    value = _total(sums, tiles, 3, CHUNK) / 2 + t * _total(sums + 1, tiles, 3, CHUNK)
    gap = tl.maximum(t * _total(sums + 2, tiles, 3, CHUNK), 0.0)
    least = tl.maximum(tl.load(limits + 2 * n) * value, tl.load(limits + 2 * n + 1))
    tl.store(active + n, (moved & (gap > least)).to(tl.int32))  # a NaN stops, too
    tl.store(state + 2, value)
    tl.store(state + 3, gap)
    tl.store(state + 4, tl.where(moved, k, tl.load(state + 4)))
    for s in range(block):
        grown = (1 + tl.sqrt(1 + 4 * theta * theta)) / 2
        tl.store(betas + n * block + s, (theta - 1) / grown)
        theta = grown
    tl.store(state + 1, theta)
