"""The examples of what lies behind a picture: error of the picture and of each block, aligned, and processor seconds.

With the figures that papers or issue 19 ask of some: T2 inside the head beside zero filling, the angle of unmixed
spectra, blind deblurring beside the known kernel, declipping in two forms, a solid from cross-sections by a grid
and by a network of as many numbers.
"""

import math
import statistics
import time
from dataclasses import replace
from itertools import islice

import torch
from torch import Tensor

from benchmarks.common import arguments, counted, publish, table
from workbench import example_scans
from workbench.algorithms import ADMM, State
from workbench.analysis.metrics import signal_to_noise
from workbench.analysis.unknowns import pictured_blocks
from workbench.data import ExampleSignal, example_info
from workbench.data.example_signals import sensors, solids
from workbench.experiment import Experiment
from workbench.noise import CensoredGaussian, Gaussian
from workbench.operators import ConvolutionPSF, Identity
from workbench.parameters import changed
from workbench.parametrisations import Direct, FourierFeatures, KernelAndImage, Mixture, RelaxationMaps
from workbench.priors import SmoothedTotalVariation, TotalVariation
from workbench.problem import Problem
from workbench.run import iterate
from workbench.tensors import norm, normal_like, stream

CUBE = (1, solids.SOLID, solids.SOLID, solids.SOLID)
SOLIDS: dict[str, dict[str, object]] = {  # what the same sections are explained by
    "grid": {},
    "network of place": {
        "parametrisation": FourierFeatures(CUBE, 24, 32, 0.7), "prior": SmoothedTotalVariation(4.0), "steps": 300
    },
    "voxels": {"parametrisation": Direct(CUBE)},
}  # fmt: skip
PICTURES = ("camera", "coins", "mr_brain", "shepp_logan")
CLIPPED = {"string": (0.3, 0.4, 0.5, 0.6), "heart": (0.3, 0.4, 0.5, 0.7)}  # of the highest wave
SIGMA, WEIGHTS, STEPS = 0.005, (5.0, 20.0, 80.0), 60  # of the deblurring whose kernel is known: the best weight counts


def ended(problem: Problem, made: Experiment) -> State:
    *_, state = islice(iterate(problem, made.algorithm, seed=made.seed), made.steps + 1)
    return state


def t2(made: Experiment, u: Tensor) -> float:
    """|T2 - true T2| / |true T2| over the pixels of the head."""
    phi, true = made.parametrisation, made.source.truth
    assert isinstance(phi, RelaxationMaps) and true is not None and true.blocks is not None
    there = phi.times(phi.joined(true.blocks))
    inside = true.blocks["amplitude"].abs() > 0
    return float((phi.times(u) - there)[inside].norm() / there[inside].norm())


def angle(made: Experiment, u: Tensor) -> float:
    """The largest angle of a spectrum to the true one, rad."""
    phi, true = made.parametrisation, made.source.truth
    assert isinstance(phi, Mixture) and true is not None and true.blocks is not None
    found = phi.views(phi.nearest(u, phi.joined(true.blocks).to(u)))["endmembers"]
    cosines = torch.nn.functional.cosine_similarity(found, true.blocks["endmembers"].to(u), dim=1)
    return float(cosines.clamp(-1, 1).arccos().max())


def figures(made: Experiment, problem: Problem, u: Tensor) -> dict[str, float]:
    """What is asked of some of them."""
    if isinstance(made.parametrisation, RelaxationMaps):
        return {"T2": t2(made, u), "T2, zero filling": t2(made, problem.start())}
    known = made.truth is not None and made.truth.blocks is not None
    return {"angle, rad": angle(made, u)} if known and isinstance(made.parametrisation, Mixture) else {}


def measured(name: str, seed: int) -> tuple[float, float, dict[str, float]]:
    """Error of the picture, processor seconds, and errors of blocks with the figures that are asked for."""
    made = changed(example_scans.example(name), seed=seed)
    problem, begin = made.problem(), time.process_time()
    u = ended(problem, made).x
    spent, truth = time.process_time() - begin, made.truth
    assert problem.truth is not None and truth is not None
    blocks = pictured_blocks(made.parametrisation, u, truth.blocks)
    told = {block.name: block.error for block in blocks if block.error is not None}
    error = float(norm(problem.aligned(u) - problem.truth) / norm(problem.truth))
    return error, spent, told | figures(made, problem, u)


def deblurred(name: str, seed: int) -> tuple[float, float]:
    """dB of a picture whose kernel is found with it, and with the kernel known."""
    example = example_scans.example("blind_deblurring")
    found = sensors.blurred_picture(name)
    assert found.blocks is not None
    y = found.picture + SIGMA * normal_like(found.picture, stream(seed, "benchmark of blind deblurring"))
    phi = example.parametrisation
    assert isinstance(phi, KernelAndImage)
    problem = Problem(Identity(phi.out_shape), Gaussian(SIGMA), example.prior, y, found.picture, phi)
    image = found.blocks["image"]
    blind = phi.views(phi.nearest(ended(problem, example).x, phi.joined(found.blocks)))["image"]
    blur, known = ConvolutionPSF(phi.out_shape, found.blocks["kernel"][0, 0].double(), "periodic"), -math.inf
    for weight in WEIGHTS:
        *_, state = islice(iterate(Problem(blur, Gaussian(SIGMA), TotalVariation(weight), y), ADMM()), STEPS)
        known = max(known, float(signal_to_noise(state.x, image)))
    return float(signal_to_noise(blind, image)), known


def declipped(name: str, limit: float, seed: int) -> tuple[float, float, float]:
    """dB of a recording as it was clipped, found in analysis and found in synthesis form."""
    found = []
    for form in ("analysis", "synthesis"):
        made = changed(example_scans.example(f"{name}_{form}"), seed=seed)
        assert isinstance(made.noise, CensoredGaussian)
        made = changed(made, noise=replace(made.noise, limit=limit))
        problem = made.problem()
        assert problem.truth is not None
        found.append(float(signal_to_noise(problem.picture(ended(problem, made).x), problem.truth)))
    return float(signal_to_noise(problem.y, problem.truth)), found[0], found[1]


def filled(way: str, seed: int) -> tuple[float, float, float]:
    """Of a solid from cross-sections: intersection over union with the true one, error, processor seconds."""
    made = changed(example_scans.example("cross_sections"), seed=seed, **SOLIDS[way])
    problem, begin = made.problem(), time.process_time()
    found = problem.picture(ended(problem, made).x)
    spent, truth = time.process_time() - begin, problem.truth
    assert truth is not None
    here, there = found > 0.5, truth > 0.5
    overlap = float((here & there).sum() / (here | there).sum())
    return overlap, float(norm(found - truth) / norm(truth)), spent


def numbers(way: str) -> int:
    return math.prod(changed(example_scans.example("cross_sections"), **SOLIDS[way]).problem().shape[1:])


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def main() -> None:
    args = arguments(__doc__, 1, seeds=3)
    seeds: list[int] = list(range(args.seeds))
    names = [n for n in example_scans.names() if isinstance(_source(n), ExampleSignal)]
    runs = {name: [measured(name, seed) for seed in seeds] for name in counted(names, len(names), "examples")}
    rows = []
    for name, values in runs.items():
        errors, spent, told = ([value[i] for value in values] for i in range(3))
        parts = [f"{part} {spread([each[part] for each in told])}" for part in told[0]]
        rows.append([name, spread(errors), "; ".join(parts), statistics.median(spent)])
    blind: dict[str, list[tuple[float, float]]] = {
        name: [deblurred(name, seed) for seed in seeds] for name in counted(PICTURES, len(PICTURES), "pictures")
    }
    lines = []
    for name, pairs in blind.items():
        found, known = map(list, zip(*pairs, strict=True))
        lines.append([name, spread(found), spread(known), spread([k - b for b, k in pairs])])
    clipped = [(name, limit) for name, limits in CLIPPED.items() for limit in limits]
    waves = {
        f"{n}, {limit:g}": [declipped(n, limit, seed) for seed in seeds] for n, limit in counted(clipped, 8, "limits")
    }
    heard = []
    for name, values in waves.items():
        heard.append([name, *map(spread, map(list, zip(*values, strict=True))), spread([a - b for _, a, b in values])])
    solid = {way: [filled(way, seed) for seed in seeds] for way in counted(list(SOLIDS), len(SOLIDS), "ways")}
    cut = []
    for way, values in solid.items():
        overlap, error, spent = map(list, zip(*values, strict=True))
        cut.append([way, numbers(way), spread(overlap), spread(error), statistics.median(spent)])
    publish(
        "unknown_examples",
        {"examples": runs, "blind": blind, "declipping": waves, "solid": solid},
        f"{args.seeds} seeds of the noise: median, least and most of |x - truth| / |truth|, also of blocks.",
        table(("example", "picture", "blocks and figures", "processor s"), rows),
        "Blind deblurring of 64 px beside the known kernel; goal: within 1.5 dB on three pictures.",
        table(("picture", "kernel found, dB", "kernel known, dB", "less, dB"), lines),
        "Declipping at several limits, noise of 0.003; goal: both forms within 0.5 dB of each other.",
        table(("recording, limit", "clipped, dB", "analysis, dB", "synthesis, dB", "apart, dB"), heard),
        "A solid of 24 x 24 x 24 voxels from eight cross-sections, by a grid and by a network of as many numbers.",
        table(("unknown", "numbers", "intersection over union", "error", "processor s"), cut),
    )


def _source(name: str) -> object:
    return None if example_info(name).missing else example_scans.example(name).source


if __name__ == "__main__":
    main()
