"""The laws of algorithms: pure steps, runs that resume, batches, objectives that fall, safe steps."""

import contextlib
import copy
import dataclasses
import itertools
import pickle
from collections.abc import Iterator

import torch
from torch import Tensor

from workbench import catalog
from workbench.algorithms import Algorithm, Constants, State
from workbench.checks.report import Finding, Law, at_most, holds
from workbench.noise import Noise, Poisson
from workbench.operators import Field, GaussianBlur, Identity, MultiCoilFourier, NonCartesianFourier, Radon
from workbench.parametrisations import CompoundGaussian, Dictionary, Direct, LowRank, NonNegativeFactors, SensorGains
from workbench.priors import L1, L2Ball, NonNegative, OnUnknown, Prior, Sum, Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, resume, until
from workbench.tensors import Each, stream

STEPS = 5
_SIDE = 8


def problem(algorithm: Algorithm, batch: int = 2, noises: tuple[type[Noise], ...] = ()) -> Problem:
    """A small problem, discs behind a blur, the later the dimmer, whose noise and prior the algorithm can work with.

    For what needs a scan it is their sinogram, for what needs coils their k-space, for what only denoises the discs.
    """
    t = torch.linspace(0, 1, _SIDE, dtype=torch.float64)
    far = (t[:, None] - 0.5) ** 2 + (t[None] - 0.4) ** 2
    discs = [0.2 + 0.6 * (far < 0.05 * (b + 1)) + 0.2 * t[None] for b in range(batch)]
    truth = torch.stack([disc / (1 + 4 * b) for b, disc in enumerate(discs)])[:, None]
    shape, said = (1, _SIDE, _SIDE), ""
    operators = (
        GaussianBlur(shape),
        Radon(shape, 5),
        MultiCoilFourier(shape),
        NonCartesianFourier(shape, 5),
        Identity(shape),
    )
    others = (cls(shape) for cls in (CompoundGaussian, NonNegativeFactors, SensorGains))
    unknowns = Direct(), LowRank(shape, 2), *others, Dictionary(shape, 5, 4)
    sparse = Sum(OnUnknown(L1(0.1), "code"), OnUnknown(L2Ball(0.25, 3), "atoms"))
    drawn = itertools.product(unknowns, operators, noises or tuple(catalog.members("noise").values()))
    tried = [*(prior() for prior in catalog.members("prior").values()), OnUnknown(NonNegative()), sparse]
    for unknown, operator, noise in drawn:
        signal = truth if Field.REAL in operator.field else truth.to(torch.complex128)
        with contextlib.suppress(Refusal):
            bare = Problem.simulate(operator, noise(), Zero(), signal, parametrisation=unknown)
            for made in _with_each(bare, tried):
                said = algorithm.lacks(made)
                if not said:
                    return made
    raise Refusal("a problem of the catalogue that the algorithm can run on", "none", f"the last lacks {said}")


def _with_each(bare: Problem, tried: list[Prior]) -> Iterator[Problem]:
    """The problem with every prior, in turn, that it takes: the data are made once."""
    for prior in tried:
        with contextlib.suppress(Refusal):
            yield dataclasses.replace(bare, prior=prior)


def tensors(state: State) -> dict[str, Tensor]:
    """The arrays of a state, by name."""
    values = {f.name: getattr(state, f.name) for f in dataclasses.fields(state)}
    return {n: v for n, v in values.items() if isinstance(v, Tensor)}


def same(one: State, other: State) -> bool:
    """Equal bit for bit, everything that the next step reads included."""
    pairs = [(v, tensors(other).get(n)) for n, v in tensors(one).items()]
    equal = all(isinstance(w, Tensor) and torch.equal(v, w) for v, w in pairs)
    return equal and one.k == other.k and equal_numbers(one.measured, other.measured)


def equal_numbers(one: Constants, other: Constants) -> bool:
    """Whether two states rest on the same constants, of every item."""
    return type(one) is type(other) and all(_equal(known, vars(other)[n]) for n, known in vars(one).items())


def _equal(one: Each | tuple[Each, ...] | None, other: Each | tuple[Each, ...] | None) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, tuple | None) or isinstance(other, tuple | None):
        return one is None and other is None
    return torch.equal(torch.as_tensor(one), torch.as_tensor(other))


def states(problem: Problem, algorithm: Algorithm, steps: int = STEPS, x: Tensor | None = None) -> list[State]:
    """The first states of a run, from x or from its usual start."""
    return list(until(iterate(problem, algorithm, x), after(steps)))


def purity(algorithm: Algorithm) -> Iterator[Finding]:
    """A step gives the same twice, touches nothing, counts by one, and keeps shape and precision."""
    with torch.no_grad():
        solved = problem(algorithm)
        state = states(solved, algorithm, 2)[-1]
        before, y = copy.deepcopy(state), solved.y.clone()
        once, again = (algorithm.step(solved, state, stream(0, "step of a check")) for _ in range(2))
    yield holds("a step gives the same twice", same(once, again), "another state: draw from `rng` alone")
    yield holds("a step counts by one", once.k == state.k + 1, f"k goes from {state.k} to {once.k}")
    yield holds(
        "a step leaves state and data", same(state, before) and torch.equal(solved.y, y), "one was written into"
    )
    like = once.x.dtype == solved.dtype and tuple(once.x.shape) == solved.shape
    yield holds("a step keeps shape and precision", like, f"{tuple(once.x.shape)}, {once.x.dtype}")


def resuming(algorithm: Algorithm) -> Iterator[Finding]:
    """A run that goes on from a pickled state is the straight run, bit for bit: a state holds all that a step reads."""
    solved = problem(algorithm)
    straight = states(solved, algorithm)
    kept = pickle.loads(pickle.dumps(straight[min(2, len(straight) - 1)]))
    pairs = list(zip(straight[kept.k + 1 :], resume(solved, algorithm, kept), strict=False))
    yield holds("resuming is the straight run", all(same(a, b) for a, b in pairs), "it differs: keep it in the state")


def batches(algorithm: Algorithm) -> Iterator[Finding]:
    """Two in a batch are two runs."""
    if algorithm.random:
        return
    solved = [problem(algorithm)]
    with contextlib.suppress(Refusal):  # bounds of counts follow the brightest, which may be of another item
        solved.append(problem(algorithm, noises=(Poisson,)))
    for one, item in itertools.product(solved, range(2)):
        first = algorithm.start(one)  # each item may have random numbers of its own in it
        both = states(one, algorithm, x=first)[-1].x
        single = dataclasses.replace(one, y=one.y[item : item + 1], truth=None)
        alone = states(single, algorithm, x=first[item : item + 1])[-1].x
        error = (alone - both[item : item + 1]).abs().max() / alone.abs().max()
        name = type(one.noise).__name__
        yield at_most(f"item {item} of a batch is a run by itself, {name} noise", error, 1e-6)


def descent(algorithm: Algorithm) -> Iterator[Finding]:
    """The objective does not end above its start, for methods that minimise it; nothing becomes NaN."""
    solved = problem(algorithm)
    run = states(solved, algorithm, 30)
    yield holds("no value is NaN or infinite", bool(run[-1].x.abs().isfinite().all()), "after 30 steps")
    if algorithm.seeks_minimum:
        first, last = (float(solved.objective(s.x).sum()) for s in (run[0], run[-1]))
        fact = f"{first:.6g} -> {last:.6g} in {run[-1].k} steps"
        yield holds("the objective falls", last <= first + 1e-3 * abs(first) + 1e-9, fact, fact)


def safety(algorithm: Algorithm) -> Iterator[Finding]:
    """The step that is found lies below the largest safe one."""
    state = states(problem(algorithm), algorithm, 0)[0]
    found, bound = algorithm.current_step(state), algorithm.largest_step(state)
    if found is not None and bound is not None:
        fact = f"{found:.4g}, the largest safe one {bound:.4g}"
        yield holds("the step found is a safe one", 0 < found <= bound * (1 + 1e-12), fact, fact)


LAWS: tuple[Law, ...] = (purity, resuming, batches, descent, safety)
