"""What issue 19 asks of unknowns behind the picture, each figure for several seeds, and NMF beside scikit-learn.

`python -m benchmarks.unknowns --threads 1`; `--seeds` of every figure, `--repetitions` of what is timed.
"""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

import numpy as np
import scipy.optimize
import sklearn.decomposition
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.common import arguments, between, interleaved, publish, summary, table
from workbench.algorithms import (
    LBFGS,
    PALM,
    Algorithm,
    AlternatingMinimisation,
    CorrentropyNMF,
    FactoredGradientDescent,
    GeometricSubGradient,
    GradientDescent,
    SelfCalibration,
)
from workbench.analysis.metrics import signal_to_noise
from workbench.data import truth
from workbench.noise import Gaussian, Laplace
from workbench.operators import Identity, Map, Mask, Operator, Radon
from workbench.parametrisations import (
    FourierFeatures,
    Grid,
    IncompressibleWarp,
    LearnableActivation,
    LowRank,
    MultiscaleGrid,
    NonNegativeFactors,
    Parametrisation,
    SensorGains,
    SquareDifference,
)
from workbench.priors import NonNegative, OnUnknown, Prior, Zero
from workbench.problem import Problem
from workbench.progress import counted
from workbench.run import iterate
from workbench.tensors import norm, normal_like, stream

PURPOSE = "benchmark of unknowns"


class Figure(NamedTuple):
    """What is measured, what is asked of it, and its value for each seed."""

    name: str
    goal: str
    measure: Callable[[int], float]


def drawn(shape: Sequence[int], seed: int, number: int = 0) -> Tensor:
    return normal_like(torch.zeros(*shape, dtype=torch.float64), stream(seed, PURPOSE, number))


def matrix(rows: int, columns: int, rank: int, seed: int) -> Tensor:
    return drawn((1, 1, rows, rank), seed) @ drawn((1, 1, rank, columns), seed, 1) / rank**0.5


def exact(operator: Operator, phi: Parametrisation, picture: Tensor, prior: Prior | None = None) -> Problem:
    """Data without noise."""
    return Problem(operator, Gaussian(1.0), prior or Zero(), operator(picture), picture, phi)


def end(problem: Problem, algorithm: Algorithm, steps: int) -> Tensor:
    """The last unknown."""
    *_, state = islice(iterate(problem, algorithm), steps + 1)
    return state.x


def apart(problem: Problem, u: Tensor) -> float:
    """|x - truth| / |truth|."""
    assert problem.truth is not None
    return float(norm(problem.picture(u) - problem.truth) / norm(problem.truth))


def right_rank(seed: int) -> float:
    shape = (1, 60, 50)
    problem = exact(Identity(shape), LowRank(shape, 3, begin="random", seed=seed), matrix(60, 50, 3, seed))
    first, last = problem.start(), end(problem, FactoredGradientDescent(), 100)
    return float(problem.objective(last) / problem.objective(first))


def slope_of_a_large_rank(seed: int) -> float:
    shape = (1, 14, 11)
    phi = LowRank(shape, 4, begin="random", scale=0.5, seed=seed)
    problem = exact(Identity(shape), phi, matrix(14, 11, 2, seed))
    states = islice(iterate(problem, GradientDescent(step_size=0.05)), 2001)
    values = {state.k: float(problem.objective(state.x)) for state in states if state.k in (500, 2000)}
    return math.log(values[2000] / values[500]) / math.log(4)


def sparse_bias(scale: float) -> Callable[[int], float]:
    """The l1 norm over that of basis pursuit."""

    def measure(seed: int) -> float:
        n, m = 60, 30
        M = drawn((m, n), seed) / math.sqrt(m)
        x = torch.zeros(n, dtype=torch.float64)
        x[torch.randperm(n, generator=stream(seed, PURPOSE, 2))[:6]] = drawn((6,), seed, 3)
        A = Map(((1, n), (1, m)), lambda v: v @ M.T, lambda v: v @ M)
        problem = Problem(A, Gaussian(1.0), Zero(), A(x[None, None]), None, SquareDifference((1, n), scale))
        found = problem.picture(end(problem, GradientDescent(step_size=0.05), 3000))
        pursuit = scipy.optimize.linprog(np.ones(2 * n), A_eq=np.hstack([M, -M]), b_eq=(M @ x).numpy())
        return float(found.abs().sum()) / pursuit.fun

    return measure


def gross_errors(seed: int) -> float:
    shape, picture = (1, 60, 50), matrix(60, 50, 3, seed)
    bad = torch.rand(picture.shape, generator=stream(seed, PURPOSE, 4), dtype=torch.float64) < 0.3
    y = torch.where(bad, 10 * drawn(picture.shape, seed, 5), picture)
    problem = Problem(Identity(shape), Laplace(1.0), Zero(), y, picture, LowRank(shape, 3, seed=seed))
    return apart(problem, end(problem, GeometricSubGradient(), 1000))


def calibration(seed: int) -> float:
    A = Radon((1, 12, 12), 40)
    phi = SensorGains(A.out_shape, A)
    gains = 1 + 0.3 * drawn((1, *phi.layout.shapes["gains"]), seed)
    u = phi.balanced(phi.joined({"gains": gains, "image": drawn((1, *A.in_shape), seed, 1).abs()}))
    problem = exact(Identity(A.out_shape), phi, phi(u))
    return float(norm(end(problem, SelfCalibration(), 1) - u) / norm(u))


def areas(seed: int) -> float:
    """The largest |det - 1| of a flow that moves by 4 px at most."""
    phi = IncompressibleWarp((1, 48, 40))
    u = drawn((1, *phi.in_shape), seed)
    for _ in range(4):  # displacements are not quite proportional
        u = u * 4 / float(phi.displacement(u).abs().amax())
    return float((phi.determinant(u) - 1).abs().amax())


def robust_factors(algorithm: Algorithm) -> Callable[[int], float]:
    def measure(seed: int) -> float:
        picture = drawn((1, 1, 40, 3), seed).abs() @ drawn((1, 1, 3, 30), seed, 1).abs()
        bad = torch.rand(picture.shape, generator=stream(seed, PURPOSE, 4), dtype=torch.float64) < 0.2
        y = torch.where(bad, 10 * drawn(picture.shape, seed, 5).abs(), picture)
        phi = NonNegativeFactors((1, 40, 30), 3, seed=seed)
        problem = Problem(Identity((1, 40, 30)), Gaussian(1.0), Zero(), y, picture, phi)
        return apart(problem, end(problem, algorithm, 1000))

    return measure


def field(phi: Callable[[int], Parametrisation]) -> Callable[[int], tuple[float, float]]:
    """dB of tomography from 20 views of 64 px in 150 steps of LBFGS without a prior: the best, and the last."""

    def measure(seed: int) -> tuple[float, float]:
        picture = truth("shepp_logan", 64)
        problem = Problem.simulate(
            Radon((1, 64, 64), 20), Gaussian(0.01), Zero(), picture, seed, parametrisation=phi(seed)
        )
        found = [
            float(signal_to_noise(problem.picture(state.x), picture))
            for state in islice(iterate(problem, LBFGS()), 151)
        ]
        return max(found), found[-1]

    return measure


FIELD = (1, 64, 64)
FIELDS: dict[str, Callable[[int], Parametrisation]] = {
    "Grid": lambda seed: Grid(FIELD, 64 / 38),
    "MultiscaleGrid": lambda seed: MultiscaleGrid(FIELD, 64 / 33, 3),
    "FourierFeatures": lambda seed: FourierFeatures(FIELD, 16, 24, seed=seed),
    "LearnableActivation": lambda seed: LearnableActivation(FIELD, 35, seed=seed),
}


def completion(side: int, seed: int) -> tuple[float, float]:
    """Seconds, start included, until alternating minimisation is within 1e-6 of a matrix of which a tenth is seen, and
    seconds of a step."""
    shape, picture = (1, side, side), matrix(side, side, 5, seed)
    problem = exact(Mask(shape, 0.1, seed=seed), LowRank(shape, 5), picture)
    begin, steps = time.perf_counter(), 0
    for state in iterate(problem, AlternatingMinimisation()):
        if state.k == 0:
            started = time.perf_counter()
        if apart(problem, state.x) <= 1e-6 or state.k == 200:
            steps = state.k
            break
    now = time.perf_counter()
    return (now - begin if steps < 200 else math.inf), (now - started) / max(1, steps)


def factors_in_turn(goal: float, repetitions: int) -> list[list[object]]:
    """Seconds until non-negative factors of a 400 x 300 picture of rank 10, with noise, are as near as the goal."""
    picture = drawn((1, 1, 400, 10), 0).abs() @ drawn((1, 1, 10, 300), 0, 1).abs()
    picture = picture + 0.01 * picture.mean() * drawn(picture.shape, 0, 2).abs()
    data = picture[0, 0].numpy()
    constrained = exact(Identity((1, 400, 300)), LowRank((1, 400, 300), 10), picture, OnUnknown(NonNegative()))
    squares = exact(Identity((1, 400, 300)), NonNegativeFactors((1, 400, 300), 10), picture)

    def ours(problem: Problem, algorithm: Algorithm) -> Callable[[], object]:
        start = problem.prior.feasible(problem.start())
        return lambda: next(s for s in iterate(problem, algorithm, start) if apart(problem, s.x) <= goal)

    def theirs(steps: int) -> NDArray[np.float64]:
        model = sklearn.decomposition.NMF(10, solver="cd", max_iter=steps, tol=0, init="nndsvda")
        return model.fit_transform(data) @ model.components_

    # What it needs is found beforehand, and not counted.
    steps = next(n for n in range(10, 5000, 10) if np.linalg.norm(theirs(n) - data) <= goal * np.linalg.norm(data))
    contenders = {
        "ours, PALM": ours(constrained, PALM(0.6)),
        "ours, LBFGS": ours(squares, LBFGS()),
        "scikit-learn, cd": partial(theirs, steps),
    }
    found = {name: summary(times) for name, times in interleaved(contenders, repetitions).items()}
    return [[f"{goal:g}", name, times["median"], between(times)] for name, times in found.items()]


FIGURES = (
    Figure("F over its start after 100 steps, right rank", "1e-20 at most", right_rank),
    Figure("log-log slope of F, rank twice too large", "-2 within 0.1", slope_of_a_large_rank),
    Figure("l1 norm over basis pursuit's, scale 0.001", "1.01 at most", sparse_bias(1e-3)),
    Figure("l1 norm over basis pursuit's, scale 1", "far above 1", sparse_bias(1.0)),
    Figure("error with 30 % gross errors, subgradients", "1e-3 at most", gross_errors),
    Figure("error of gains and image, no noise", "1e-8 at most", calibration),
    Figure("largest distance of det from 1, incompressible", "0.02 at most", areas),
    Figure("error with 20 % gross errors, CorrentropyNMF", "none", robust_factors(CorrentropyNMF())),
    Figure("the same by least squares", "none", robust_factors(CorrentropyNMF(1e9))),
)
SIDES = (500, 1000, 2000, 4000)


def main() -> None:
    args = arguments(__doc__, 3, seeds=5)
    seeds = range(args.seeds)
    found = {f.name: [f.measure(seed) for seed in seeds] for f in counted(FIGURES, len(FIGURES), "figures")}
    heads = ("figure", "goal", "median", "least", "most")
    rows = [[f.name, f.goal, statistics.median(v := found[f.name]), min(v), max(v)] for f in FIGURES]
    fields = {name: [field(phi)(seed) for seed in seeds] for name, phi in counted(FIELDS.items(), 4, "fields")}
    names = ("unknown", "numbers", "best, dB", "of the seeds", "after 150 steps, dB")
    lines = []
    for name, values in fields.items():
        best, ends = zip(*values, strict=True)
        seen = f"{min(best):.3g} to {max(best):.3g}"
        lines.append([name, FIELDS[name](0).in_shape[-1], statistics.median(best), seen, statistics.median(ends)])
    runs = {side: [completion(side, seed) for seed in seeds] for side in SIDES}
    medians = {side: [statistics.median(column) for column in zip(*v, strict=True)] for side, v in runs.items()}
    spent = [[side, round(side**2 / 10), *medians[side], max(t for t, _ in runs[side])] for side in SIDES]
    first, last = SIDES[0], SIDES[-1]
    exponent = math.log(medians[last][1] / medians[first][1]) / math.log((last / first) ** 2)
    speed = factors_in_turn(0.02, args.repetitions)
    publish(
        "unknowns",
        {"figures": found, "fields": fields, "completion": runs, "exponent": exponent, "factors": speed},
        f"{args.seeds} seeds each: the median, the least and the most.",
        table(heads, rows),
        "Tomography from 20 views of the 64 x 64 phantom, no prior, LBFGS; about as many numbers each.",
        table(names, lines),
        "Completion of rank 5, a tenth seen, AlternatingMinimisation: seconds to 1e-6 with the start, goal 2 s at 500; "
        f"seconds of a step grow with the seen entries to the power {exponent:.2f} (goal: at most 1.1).",
        table(("side", "entries seen", "median s", "s a step", "slowest s"), spent),
        "Non-negative factors of a 400 x 300 picture of rank 10, seconds to an error; goal: half of theirs.",
        table(("error", "", "median s", "quartiles"), speed),
    )


if __name__ == "__main__":
    main()
