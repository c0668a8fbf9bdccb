"""Fourier sampling along golden-angle spokes, A and A*, 128 to 512 px and eight coils, beside finufft.

`python -m benchmarks.nonuniform --threads 1`, in the environment of `make peers`, which has finufft.
"""

from collections.abc import Callable
from typing import Any

import finufft
import numpy as np
import torch

from benchmarks.common import arguments, between, fastest, interleaved, publish, require_equal, summary, table
from workbench.operators import NonCartesianFourier
from workbench.tensors import stream

SIDES, COILS = (128, 256, 512), 8
TOLERANCE = 1e-5
NEAR = 5e-5  # the tolerances of both, and positions in single precision, as finufft takes them
GOAL = 1


def contenders(side: int) -> dict[str, dict[str, Callable[[], Any]]]:
    """A and A* by both libraries, of the same numbers and to the same tolerance, on 0.8 spokes a side."""
    ours = NonCartesianFourier((1, side, side), 4 * side // 5, coils=COILS, tolerance=TOLERANCE)
    points = ours.positions().reshape(-1, 2).numpy().astype(np.float32)

    def plan(kind: int, sign: int) -> finufft.Plan:
        threads = torch.get_num_threads()
        made = finufft.Plan(kind, (side, side), COILS, TOLERANCE, sign, dtype="complex64", nthreads=threads)
        made.setpts(*(np.ascontiguousarray(axis) for axis in points.T))
        return made

    image = torch.randn(1, 1, side, side, dtype=torch.complex64, generator=stream(side, "benchmark of spokes"))
    data, maps = ours.forward(image), ours.maps().numpy().astype(np.complex64)
    samples, pixels = data.reshape(COILS, -1).numpy(), image[0].numpy()
    there, back = plan(2, -1), plan(1, 1)
    return {
        "A": {"ours": lambda: ours.forward(image), "finufft": lambda: there.execute(maps * pixels) / side},
        "A*": {
            "ours": lambda: ours.adjoint(data),
            "finufft": lambda: (maps.conj() * back.execute(samples)).sum(0) / side,
        },
    }


def race(side: int, repetitions: int) -> dict[str, dict[str, Any]]:
    """Milliseconds of A and of A*, after a check that both libraries give the same."""
    found = {}
    for name, both in contenders(side).items():
        apart = require_equal({"finufft": both["finufft"]()}, torch.as_tensor(both["ours"]()), NEAR)
        found[name] = {who: summary(t, 1e3) for who, t in interleaved(both, repetitions).items()} | {"apart": apart}
    return found


def main() -> None:
    given = arguments(__doc__, repetitions=15)
    with torch.no_grad():
        runs = {side: race(side, given.repetitions) for side in SIDES}
    rows, over = [], {}
    for side, found in runs.items():
        for name, times in found.items():
            both = {who: times[who] for who in ("ours", "finufft")}
            ratio = fastest(both)[1]
            over[f"{name}, {side} px"] = ratio, GOAL
            rows.append((side, name, *(t["median"] for t in both.values()), between(both["ours"]), f"{ratio:.2f}"))
    notes = (
        f"Golden-angle spokes, 0.8 a pixel of the side, of twice as many samples as the side; {COILS} coils, single "
        f"precision, tolerance {TOLERANCE:g}; both results within {NEAR:g} of each other. Plans and positions are made "
        f"before the clock starts. finufft {finufft.__version__}."
    )
    head = ("side", "", "ours, median ms", "finufft, median ms", "our quartiles", "finufft over ours")
    publish("nonuniform", {"runs": runs, "over the fastest other": over}, notes, table(head, rows))


if __name__ == "__main__":
    main()
