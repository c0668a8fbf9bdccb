"""Call every kernel once, so that nobody waits for it to be loaded, or compiled, in the middle of a run."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from workbench.kernels import fan, momentum, orthogonal, pairs, pdhg_tv, radon, shrink, tgv, tv

SIDE = 4


def warm_up(device: torch.device | str = "cpu", dtypes: tuple[torch.dtype, ...] = (torch.float32,)) -> None:
    """Every kernel on a tiny signal of each dtype, real or complex, on a device."""
    with torch.no_grad():
        for dtype in dtypes:
            x = torch.ones(1, 1, SIDE, SIDE, dtype=dtype, device=device)
            for call in (*_of_signals(x), *(() if dtype.is_complex else _of_reals(x[0]))):
                call()


def _of_signals(x: Tensor) -> Iterator[Callable[[], object]]:
    """Kernels that take complex numbers, too."""
    one, axes = torch.ones(1, dtype=x.dtype.to_real(), device=x.device), x.ndim - 2
    p = x[:, :, None].repeat(1, 1, axes, 1, 1)
    moves = pdhg_tv.Moves(torch.ones(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64), 1.0)
    yield lambda: tv.gradient(x)
    yield lambda: tv.divergence(p)
    for isotropic in (True, False):
        yield lambda i=isotropic: tv.tv(x, i)
        yield lambda i=isotropic: tv.tv_solve(x, one, i, dual=p)
        yield lambda i=isotropic: pdhg_tv.step((x, x, x), p, moves, 1.0, i)
    yield lambda: tgv.tgv_solve(x, one, iterations=1)
    yield lambda: tgv.tgv_support(tgv.second(x), one, 2.0, 1e-3, 1)
    yield lambda: shrink.soft(x, one)
    yield lambda: shrink.group(p, one, 2)
    yield lambda: momentum.ahead(x, x, one)
    yield lambda: momentum.uphill(x, x, x)


def _of_reals(image: Tensor) -> Iterator[Callable[[], object]]:
    """Kernels that take real numbers alone."""
    angles = torch.zeros(1, dtype=torch.float64, device=image.device)
    points = torch.arange(8.0, device=image.device).to(image).reshape(4, 2)
    yield lambda: radon.backproject(radon.project(image, angles, SIDE), angles, (SIDE, SIDE))
    yield lambda: fan.backproject(fan.project(image, angles, 9.0, SIDE), angles, 9.0, (SIDE, SIDE))
    yield lambda: pairs.log_similarity(points)
    yield lambda: pairs.neighbours(points.repeat(1, 8), 1)  # many coordinates have a kernel of their own
    yield lambda: pairs.within(points, pairs.neighbours(points, 1)[:, 0])
    yield lambda: orthogonal.orthogonalise(points, points[:1])
