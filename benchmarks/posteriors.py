"""The bias of every sampler on posteriors known exactly: mean, variance, coverage, sliced Wasserstein, nfe, seconds.

`python -m benchmarks.posteriors`; problems and errors are those of tests/posteriors.py.
"""

import time
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import torch

from benchmarks.common import arguments, publish, table
from tests.posteriors import MIXTURE, OPERATORS, PROCESS, SIGMA, Case, Errors, case, errors
from workbench import algorithms
from workbench.algorithms import Algorithm
from workbench.algorithms.diffusion import DDIM, CosineVP, ProbabilityFlow
from workbench.analysis.chains import tallied
from workbench.run import after, iterate, until
from workbench.tensors import generator

SPREAD = float(PROCESS.spectrum_of(torch.zeros(1, 1, 6, 6, dtype=torch.float64)).mean().sqrt())
HEAD = ("method", "mean", "variance", "covers 50 %", "covers 90 %", "sliced W2", "nfe", "seconds")


@dataclass(frozen=True)
class Method:
    """An algorithm, for how many steps (all of its own where 0), and gradients or denoisers of a step."""

    algorithm: Algorithm
    steps: int = 0
    each: int = 1


METHODS = {
    "MALA": Method(algorithms.MALA(0.12), 150),
    "pCN": Method(algorithms.PreconditionedCrankNicolson(0.35), 400, 0),
    "perturb and optimise": Method(algorithms.PerturbOptimise(), 1, 0),
    "ULA": Method(algorithms.UnadjustedLangevin(), 1000),
    "ULA, a step ten times the default": Method(algorithms.UnadjustedLangevin(0.1), 150),
    "SK-ROCK": Method(algorithms.SKROCK(), 40, 5),
    "PiGDM": Method(algorithms.PiGDM(spread=SPREAD)),
    "PiGDM, probability flow": Method(algorithms.PiGDM(CosineVP(), 50, ProbabilityFlow(), SPREAD)),
    "DPS": Method(algorithms.DPS(spread=SPREAD)),
    "DDS": Method(algorithms.DDS(spread=SPREAD)),
    "DDS, DDIM": Method(algorithms.DDS(sampler=DDIM(), spread=SPREAD)),
    "DiffPIR": Method(algorithms.DiffPIR()),
    "DDNM": Method(algorithms.DDNM()),
    "DDRM": Method(algorithms.DDRM()),
    "MCG": Method(algorithms.MCG(spread=SPREAD)),
    "RED-diff": Method(algorithms.REDDiff()),
}


def measured(found: Case, method: Method) -> dict[str, Any]:
    """The errors of one method on one posterior, what it took, and its seconds."""
    counted, tally = tallied(found.problem)
    begin = time.perf_counter()
    states = iterate(counted, method.algorithm, found.start())
    *_, last = until(states, after(method.steps)) if method.steps else states
    seconds = time.perf_counter() - begin
    nfe = tally.network or method.steps * method.each
    return asdict(errors(last.x, found.posterior)) | {"nfe": nfe, "seconds": seconds}


def posterior(found: Case, count: int) -> dict[str, Any]:
    """What independent samples of the posterior itself show: chance alone."""
    alone: Errors = errors(found.posterior.sample(count, generator(1, 0)), found.posterior)
    return asdict(alone) | {"nfe": 0, "seconds": 0.0}


def main() -> None:
    given = arguments(__doc__, repetitions=1, chains=3000)
    numbers: dict[str, Any] = {}
    texts = []
    for prior, operator in product((PROCESS, MIXTURE), OPERATORS):
        found = case(operator, prior, given.chains)
        rows = {"the posterior itself": posterior(found, given.chains)}
        for name, method in METHODS.items():
            if not method.algorithm.lacks(found.problem):
                rows[name] = measured(found, method)
        title = f"{type(prior).__name__}, {type(operator).__name__}"
        numbers[title] = rows
        texts.append(f"## {title}\n\n" + table(HEAD, [(name, *row.values()) for name, row in rows.items()]))
    notes = (
        f"{given.chains} chains in one batch, started from samples of the prior, one sample each; noise {SIGMA:g}, "
        f"float64, dimension 32 to 36. Mean: root mean square over the pixels of its error, in posterior deviations. "
        "Variance: the same of its relative error. Coverage: what the samples' intervals hold of the posterior. Sliced "
        "W2 in posterior deviations. The first row is what chance does with as many samples. nfe: denoisers, to which "
        "DPS, MCG and PiGDM add a derivative each, or gradients of the objective; seconds of the batch. Denoisers are "
        "exact, so that all bias is the method's. Of PiGDM, DPS, DDS and MCG the spread is that of the prior's pixels, "
        f"{SPREAD:.2g}; all else as it comes. The mixture's centres are so near that "
        "chains go from one to the other."
    )
    publish("posteriors", {"posteriors": numbers}, notes, *texts)


if __name__ == "__main__":
    main()
