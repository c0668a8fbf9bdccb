"""FFT blurs, A and A*, of images of 64 to 1024 px a side, beside SciPy, PyLops, SCICO and DeepInverse.

`python -m benchmarks.blur --threads 1`: SciPy alone; the others are asked where they are installed (peers.txt).
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from benchmarks import blur_peers
from benchmarks.blur_peers import Pair
from benchmarks.common import arguments, between, fastest, interleaved, publish, require_equal, summary, table
from workbench.data import truth
from workbench.operators import ConvolutionPSF

SIDES = (64, 128, 256, 512, 1024)
WIDTH, RADIUS = 3.0, 12  # of a normal density, in pixels; four widths beyond its centre it ends
NEAR = 1e-5
GOAL = 1  # none is stated: as fast as the fastest
HEAD = ("median ms", *map(str, SIDES))


def kernel() -> Tensor:
    """The image of a point: (25, 25) in double precision, its sum 1."""
    line = torch.exp(-(torch.arange(-RADIUS, RADIUS + 1).double() ** 2) / (2 * WIDTH**2))
    return torch.outer(line, line) / line.sum() ** 2


def pairs(boundary: str, image: Tensor) -> dict[str, Pair]:
    """A and A* of every library, ours first, on an image of a single channel in single precision."""
    point = kernel()
    rows = tuple(map(tuple, point.tolist()))
    ours = ConvolutionPSF((1, *image.shape[2:]), rows, boundary)
    found = {"ours": Pair(lambda: ours(image), lambda: ours.adjoint(image))}
    others = blur_peers.periodic if boundary == "periodic" else blur_peers.zero
    return found | others(point.float(), image)


def race(boundary: str, side: int, repetitions: int) -> dict[str, dict[str, Any]]:
    """Milliseconds of A and A* together, after a check that all give what ours gives; how far they are apart."""
    image = truth("camera", side).float().reshape(1, 1, side, side)
    found = pairs(boundary, image)
    apart = [
        require_equal({name: pair[k]() for name, pair in found.items()}, torch.as_tensor(found["ours"][k]()), NEAR)
        for k in (0, 1)
    ]
    times = interleaved({name: lambda pair=pair: (pair.forward(), pair.adjoint()) for name, pair in found.items()},
                        repetitions)  # fmt: skip
    return {name: summary(times[name], 1e3) | {"apart": max(a[name] for a in apart)} for name in found}


def compared(boundary: str, runs: Mapping[int, Mapping[str, Any]]) -> tuple[dict[str, tuple[float, int]], str]:
    """Our speed over the fastest other at each side, and the table."""
    ratios = {side: fastest(found) for side, found in runs.items()}
    names = next(iter(runs.values()))
    rows = [(name, *(found[name]["median"] for found in runs.values())) for name in names]
    rows += [
        ("our quartiles", *(between(found["ours"]) for found in runs.values())),
        ("fastest other over ours", *(f"{ratio:.2f} ({name})" for name, ratio in ratios.values())),
    ]
    furthest = max(found[name]["apart"] for found in runs.values() for name in names)
    text = f"## {boundary} boundary\n\n{table(('median ms', *map(str, runs)), rows)}\n\nAt most {furthest:.0e} apart."
    return {f"{boundary}, {side} px": (ratio, GOAL) for side, (_, ratio) in ratios.items()}, text


def main() -> None:
    given = arguments(__doc__, repetitions=50)
    results, over, texts = {}, {}, []
    with torch.no_grad():
        for boundary in ("periodic", "zero"):
            runs = {side: race(boundary, side, given.repetitions) for side in SIDES}
            ratios, text = compared(boundary, runs)
            results[boundary], over = runs, over | ratios
            texts.append(text)
    notes = (
        f"A and A* on one image in single precision, one after the other; a normal kernel of width {WIDTH:g} px on "
        f"{2 * RADIUS + 1} x {2 * RADIUS + 1}. Before the clock starts every result is checked against ours, to "
        f"{NEAR:g}. Each library has its own arrays, filled beforehand; SCICO's functions are compiled beforehand and "
        "waited for. SciPy has no periodic convolution: the image is continued by 12 px first, inside the clock."
    )
    publish("blur", results | {"over the fastest other": over}, notes, *texts)


if __name__ == "__main__":
    main()
