"""Each kernel beside the memory's bandwidth: bytes and operations counted, time measured, the fraction reached.

`python -m benchmarks.roofline`; `--side 512` for larger images. On a GPU the same kernels run there: `--gpu 1`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks.common import arguments, between, interleaved, publish, summary, table
from workbench import devices
from workbench.kernels import fan, momentum, pairs, pdhg_tv, radon, shrink, tv

ANGLES, STEPS, POINTS, AXES = 60, 20, 2000, 4
LONG = 1 << 24  # numbers of the arrays that measure bandwidth: more than any cache holds
HEAD = ("kernel", "MB", "Mflop", "median ms", "quartiles", "GB/s", "of the memory's", "of the cache's", "Gflop/s")


@dataclass(frozen=True)
class Count:
    """A call, the numbers that it must at least read and write, and its additions, products, roots and the like."""

    call: Callable[[], Any]
    numbers: float
    operations: float


def counts(side: int, device: torch.device) -> dict[str, Count]:
    """Every kernel on an image of that side in single precision; n are its pixels."""
    rng = torch.Generator().manual_seed(0)

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, generator=rng).to(device)

    n, x, z, slope = side**2, draw(1, 1, side, side), draw(1, 1, side, side), draw(1, 1, side, side)
    p, one, spots = draw(1, 1, 2, side, side), torch.ones(1, device=device), draw(POINTS, AXES)
    angles = torch.linspace(0, 3.14, ANGLES, dtype=torch.float64, device=device)
    bins = int(np.ceil(2**0.5 * side))
    moves = pdhg_tv.Moves(torch.ones(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64), 1.0)
    sinogram, source = draw(1, ANGLES, bins), 2.0 * side
    rays, pairs_of = ANGLES * bins * side, float(POINTS) ** 2
    every = ANGLES * n
    return {
        "differences": Count(lambda: tv.gradient(x), 3 * n, 2 * n),
        "divergence": Count(lambda: tv.divergence(p), 3 * n, 3 * n),
        "TV": Count(lambda: tv.tv(x), n, 7 * n),
        # Of a dual step: x, both duals and both before them are read, both duals written.
        f"TV prox, {STEPS} dual steps": Count(
            lambda: tv.tv_solve(x, one, tolerance=0.0, iterations=STEPS), STEPS * 7 * n, STEPS * 30 * n
        ),
        "primal-dual step for TV": Count(lambda: pdhg_tv.step((x, z, slope), p, moves, 1.0), 9 * n, 25 * n),
        "soft threshold, complex": Count(lambda v=torch.complex(x, z): shrink.soft(v, one), 4 * n, 8 * n),
        "group threshold": Count(lambda: shrink.group(p, one, 2), 4 * n, 8 * n),
        "extrapolation": Count(lambda: momentum.ahead(x, z, one), 3 * n, 3 * n),
        "restart test": Count(lambda: momentum.uphill(x, z, slope), 3 * n, 4 * n),
        # Each ray meets a line of the image in two pixels: two products, and the place they are at.
        f"Radon, {ANGLES} angles": Count(lambda: radon.project(x[0], angles, bins), n + ANGLES * bins, 6 * rays),
        "its transpose": Count(
            lambda: radon.backproject(sinogram, angles, (side, side)), n + ANGLES * bins, 10 * every
        ),
        "fan beam": Count(lambda: fan.project(x[0], angles, source, bins), n + ANGLES * bins, 8 * rays),
        "the fan beam's transpose": Count(
            lambda: fan.backproject(sinogram, angles, source, (side, side)), n + ANGLES * bins, 40 * every
        ),
        f"KDE of {POINTS} points": Count(
            lambda: pairs.log_similarity(spots), POINTS * (AXES + 1), pairs_of * (3 * AXES + 20)
        ),
        f"nearest neighbours of {POINTS} points": Count(
            lambda: pairs.neighbours(spots, 3), POINTS * (AXES + 3), pairs_of * (3 * AXES + 1)
        ),
    }


def bandwidths(device: torch.device, side: int) -> dict[str, Count]:
    """STREAM's triad a + s b, and torch's copy, on long arrays and on such as the kernels have."""
    found = {}
    for name, size in (("memory", LONG), ("cache", side**2)):
        a, b, c = (torch.ones(size, device=device) for _ in range(3))
        found[f"triad, {name}"] = Count(lambda a=a, b=b, c=c: torch.add(a, b, alpha=3.0, out=c), 3 * size, 2 * size)
        found[f"copy, {name}"] = Count(lambda a=a, c=c: c.copy_(a), 2 * size, 0)
        if device.type == "cpu":
            found[f"triad in Numba, {name}"] = _in_numba(*(t.numpy() for t in (a, b, c)))
    return found


def _in_numba(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> Count:
    from workbench.kernels.dispatch import share, workers

    triad = _triad()
    return Count(lambda: share(triad, len(a), workers(len(a)), a, b, c), 3 * len(a), 2 * len(a))


def _triad() -> Callable[..., None]:
    import numba

    @numba.njit(nogil=True, fastmath=True)
    def triad(first, last, a, b, c):
        a, b, c = a[first:last], b[first:last], c[first:last]
        for k in range(len(a)):
            c[k] = a[k] + np.float32(3) * b[k]

    return triad


def measured(counted: dict[str, Count], repetitions: int, device: torch.device, of: str) -> dict[str, Any]:
    """Seconds of each call, and rates from the median of them or, as STREAM has it for limits, from the least."""

    def waiting(call: Callable[[], Any]) -> Callable[[], None]:
        return lambda: (call(), devices.synchronise(device))[1]

    times = interleaved({name: waiting(c.call) for name, c in counted.items()}, repetitions)
    found = {}
    for name, c in counted.items():
        rate = 1 / summary(times[name])[of]
        found[name] = {"ms": summary(times[name], 1e3), "bytes": 4 * c.numbers, "operations": c.operations}
        found[name] |= {"GB/s": 4e-9 * c.numbers * rate, "Gflop/s": 1e-9 * c.operations * rate}
    return found


def main() -> None:
    given = arguments(__doc__, repetitions=50, side=256, gpu=0)
    device = devices.find("cuda" if given.gpu else "cpu")
    with torch.no_grad():
        limits = measured(bandwidths(device, given.side), given.repetitions, device, "least")
        found = measured(counts(given.side, device), given.repetitions, device, "median")
    best = {
        place: max(v["GB/s"] for name, v in limits.items() if name.endswith(place)) for place in ("memory", "cache")
    }
    for v in found.values():
        v |= {f"fraction of {place}": v["GB/s"] / rate for place, rate in best.items()}
    rows = [_row(name, v) for name, v in (*limits.items(), *found.items())]
    text = (
        f"{given.side} x {given.side}, float32, on {device}. MB are what a call must read and write at the least, so a "
        "kernel that reads twice what its neighbours share, or whose data stay in a cache, may look slower or faster "
        f"than the memory. The memory's bandwidth is the largest of triad and copy on {LONG:,} numbers, the cache's "
        f"on {given.side**2:,}, in the least of their times; "
        "rates of kernels are of their medians. Radon, fan beam and pairs do tens of operations for a number: there "
        "Gflop/s tell more."
    )
    name = "roofline_cuda" if given.gpu else "roofline"
    publish(name, {"bandwidth GB/s": best, "limits": limits, "kernels": found}, text, table(HEAD, rows))


def _row(name: str, v: dict[str, Any]) -> tuple[object, ...]:
    shares = [f"{v[key]:.0%}" if key in v else "" for key in ("fraction of memory", "fraction of cache")]
    size = v["bytes"] / 1e6, v["operations"] / 1e6
    return (name, *size, v["ms"]["median"], between(v["ms"]), v["GB/s"], *shares, v["Gflop/s"])


if __name__ == "__main__":
    main()
