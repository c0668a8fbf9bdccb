"""TV of a 256 x 256 x 64 volume: denoising beside scikit-image at equal objective, and deblurring on defaults.

`.venv/bin/python -m benchmarks.volumes --threads 1`; `--side 128` for 128 x 128 x 32. Seconds are of processor time:
other work on the same cores does not count. Printed, not kept.
"""

import math
import time
from collections.abc import Callable
from itertools import islice
from typing import Any

import torch
from skimage.restoration import denoise_tv_chambolle
from torch import Tensor

from benchmarks.common import arguments, table
from workbench.algorithms.choice import suited
from workbench.kernels import tv as kernel
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.priors import TotalVariation
from workbench.problem import Problem
from workbench.run import iterate
from workbench.tensors import generator, normal_like

SIGMA, LAMBDA = 0.1, 0.1
THEIRS = (20, 60, 200)  # iterations, the last of them scikit-image's default


def phantom(side: int) -> Tensor:
    """A ball of 1 with a box of 1.5 in it, (1, 1, side, side, side / 4)."""
    axes = [torch.linspace(-1, 1, n) for n in (side, side, side // 4)]
    z, y, x = torch.meshgrid(*axes, indexing="ij")
    ball, box = (z**2 + y**2 + x**2 < 0.5).float(), ((z.abs() < 0.3) & (y.abs() < 0.2) & (x.abs() < 0.4)).float()
    return (ball + box / 2)[None, None]


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    found = call()
    return time.process_time() - begin, found


def objective(u: Tensor, y: Tensor) -> float:
    return float((u - y).double().square().sum() / 2 + LAMBDA * kernel.tv(u.double()))


def ours(y: Tensor, steps: int) -> Tensor:
    return kernel.tv_solve(y, torch.full((1,), LAMBDA), tolerance=0.0, iterations=steps).x


def as_good(y: Tensor, goal: float) -> int:
    """The least number of tens of our steps whose objective is not above the goal."""
    return next(steps for steps in range(10, 10_000, 10) if objective(ours(y, steps), y) <= goal)


def denoising(y: Tensor) -> str:
    ours(y[..., :8], 10)  # compiled
    best = float(kernel.tv_solve(y, torch.full((1,), LAMBDA), tolerance=1e-5, iterations=10_000).value)
    rows = []
    for count in THEIRS:
        plain = y[0, 0].numpy()
        theirs, found = timed(lambda n=count, v=plain: denoise_tv_chambolle(v, LAMBDA, eps=0.0, max_num_iter=n))
        value = objective(torch.from_numpy(found)[None, None], y)
        steps = as_good(y, value)
        mine, answer = timed(lambda n=steps: ours(y, n))
        excess = (f"{value / best - 1:.1e}", f"{objective(answer, y) / best - 1:.1e}")
        rows.append((count, theirs, excess[0], steps, mine, excess[1], f"{theirs / mine:.1f}"))
    head = "scikit-image's iterations", "s", "over the least", "our steps", "s", "over the least", "times faster"
    return table(head, rows)


def deblurring(x: Tensor) -> str:
    shape = tuple(x.shape[1:])
    problem = Problem.simulate(GaussianBlur(shape, 2.0), Gaussian(SIGMA / 5), TotalVariation(5.0), x)
    chosen = suited(problem)
    values, seconds, begin = [], [], time.process_time()
    for state in islice(iterate(problem, chosen.algorithm), 301):
        seconds.append(time.process_time() - begin)
        values.append(float(problem.objective(state.x)))
        begin = time.process_time() - seconds[-1]  # the look does not count
    best = min(values)
    rows = []
    for goal in (1e-2, 1e-3, 1e-4):
        k = next(k for k, value in enumerate(values) if value <= (1 + goal) * best)
        rows.append((f"{goal:g}", k, seconds[k]))
    note = f"{chosen.why}; {seconds[-1] / 300:.3g} s a step; the least of 300 steps is taken for the optimum"
    return note + "\n\n" + table(("to", "steps", "s"), rows)


def main() -> None:
    given = arguments(__doc__, repetitions=1, side=256)
    x = phantom(given.side)
    y = x + SIGMA * normal_like(x, generator(0, 0))
    print(f"{' x '.join(map(str, x.shape[2:]))} in float32, {math.prod(x.shape) / 1e6:.3g} million voxels\n")
    print(f"TV denoising, lambda = {LAMBDA:g}\n\n{denoising(y)}\n")
    print(f"TV deblurring, width 2 px: {deblurring(x)}")


if __name__ == "__main__":
    main()
