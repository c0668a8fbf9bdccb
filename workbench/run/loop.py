"""The only loop of the package: states come from an iterator, probes read them, a Dataset keeps what they read."""

import math
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import torch
from torch import Tensor

from workbench import memory
from workbench.algorithms import Algorithm, State
from workbench.algorithms.base import S
from workbench.linalg import adjoint_mismatch
from workbench.operators import Operator
from workbench.operators.calls import Calls
from workbench.problem import Problem
from workbench.progress import interruptible
from workbench.refusal import Refusal
from workbench.run.begun import first_iterate, refuse_another, refuse_finished
from workbench.run.datasets import described, spec
from workbench.run.keeper import Keeper
from workbench.run.log import CALLS, Log, Row
from workbench.run.outcome import Ends
from workbench.run.quantity import Probe, Quantity, reads
from workbench.run.recording import Recording
from workbench.run.states import state_in
from workbench.run.watch import Diverged, Watch
from workbench.tensors import norm, normal_like, require_count, spread, stream

if TYPE_CHECKING:
    import xarray as xr

    from workbench.stopping import Stop


def iterate(problem: Problem, algorithm: Algorithm[S], x: Tensor | None = None, seed: int = 0) -> Iterator[S]:
    """The states k = 0, 1, 2, ... from x, or from the scaled back-projection of the data.

    Refuses at once when the algorithm needs what the problem lacks, and where memory ends, with the numbers.
    """
    if sentence := algorithm.unmet(problem):
        raise Refusal("an algorithm that can run on this problem", type(algorithm).__name__, sentence)
    _look_at(problem)
    x = first_iterate(problem, algorithm, x)
    if not problem.operator.linear and not algorithm.wanders:
        with torch.no_grad():
            x = _with_a_way(problem, x, seed)
    return _from_start(problem, algorithm, x, seed)


_AWAY = 1e-2  # of the length of a start: how far from a saddle a run begins
_MISMATCH = 1e-3  # far above rounding in single precision
_TRIED: WeakSet[Operator] = WeakSet()


def _look_at(problem: Problem) -> None:
    """Say once where an operator of one's own is not what it says: nothing else would tell it from bad luck.

    Of an adjoint that is another's, and of a complex unknown where the truth is real; Refusal for an adjoint that would
    make a real unknown complex.
    """
    operator, name = problem.given_operator, type(problem.given_operator).__name__
    if type(operator).__module__.startswith("workbench."):
        return
    if problem.y.is_complex() and not problem.dtype.is_complex:
        with torch.no_grad():
            zeros = problem.picture(problem.zeros()[:1])
            back = operator.at(zeros).adjoint(problem.y[:1])
        if back.is_complex():
            remedy = "let its adjoint give the real part"
            raise Refusal(f"real signals from the adjoint of {name}, which takes real ones", "complex ones", remedy)
    if operator in _TRIED:
        return
    _TRIED.add(operator)
    if problem.dtype.is_complex and problem.truth is not None and not problem.truth.is_complex():
        sentence = f"{name} makes complex data of a real truth, and the unknown is complex as well"
        warnings.warn(f"{sentence}: field = Field.REAL, with a real A* y, looks for a real one", stacklevel=3)
    if not operator.linear:
        return
    with torch.no_grad():
        zeros = problem.picture(problem.zeros()[:1])
        error = adjoint_mismatch(operator.at(zeros), zeros)
    if error > _MISMATCH:
        sentence = f"<A v, y> and <v, A* y> of {name} differ by {error:.1e} |A v| |y|: its adjoint is not that of its"
        warnings.warn(
            f"{sentence} forward, and solvers go astray. print(workbench.check({name})) says more", stacklevel=3
        )


def _with_a_way(problem: Problem, x: Tensor, seed: int) -> Tensor:
    """x where the misfit has a slope, which takes one gradient. Elsewhere it is asked why, and x moved or refused."""
    if bool((norm(problem.misfit_grad(x)) > 0).all()):
        return x
    return _refuse_flat(problem, _off_saddle(problem, x, seed))


def _off_saddle(problem: Problem, x: Tensor, seed: int) -> Tensor:
    """x, but items at which the picture does not change to first order, u = v = 0 say, are moved, and it is said.

    By random numbers of the seed, a hundredth as long as the start that the parametrisation has.
    """
    phi = problem.parametrisation
    picture = problem.picture(x)
    back = phi.at(x).adjoint(normal_like(picture, stream(0, "a look at the unknown", device=x.device)))
    still = norm(back) == 0
    if not bool(still.any()):
        return x
    away = normal_like(x, stream(seed, "off a saddle", device=x.device))
    size = _AWAY * norm(problem.start()) / norm(away)
    name = f"{type(phi).__name__} changes nothing to first order"
    warnings.warn(f"the first unknown is a saddle: {name} there; begun beside it, by seed {seed}", stacklevel=4)
    return torch.where(spread(still, x), x + spread(size, x) * away, x)


def _refuse_flat(problem: Problem, x: Tensor) -> Tensor:
    """x; Refusal where the data do not pull at it, though it does not explain them: no method would say that it rests.

    A random signal of the data finds a Jacobian that is 0.
    """
    name, slope = type(problem.given_operator).__name__, problem.noise.grad(problem.operator(x), problem.y)
    back = problem.operator.at(x).adjoint(normal_like(slope, stream(0, "a look at the start", device=x.device)))
    if bool(((norm(slope) > 0) & (norm(back) == 0)).any()):
        came = f"one where the Jacobian of {name} is 0, so that every gradient of the misfit is"
        remedy = f"start elsewhere (x=...), or give {name} a method first_guess(y) that does"
        raise Refusal("a start from which the data show a way", came, remedy)
    return x


def _from_start(problem: Problem, algorithm: Algorithm[S], x: Tensor, seed: int) -> Iterator[S]:
    with torch.no_grad(), memory.told(problem.shape, problem.y.device):
        state = algorithm.init(problem, x, stream(seed, "start", device=x.device))
    yield state
    yield from resume(problem, algorithm, state, seed)


def resume(problem: Problem, algorithm: Algorithm[S], state: S, seed: int = 0) -> Iterator[S]:
    """The states that follow `state`, equal to those of the straight run bit for bit."""
    while not algorithm.done(state):
        with torch.no_grad(), memory.told(problem.shape, problem.y.device):
            state = algorithm.step(problem, state, stream(seed, "step", state.k + 1, state.x.device))
        yield state


def until(states: Iterable[S], stop: Callable[[S], object]) -> Iterator[S]:
    """The states up to and including the first at which `stop(state)` holds, or says why."""
    for state in states:
        yield state
        if stop(state):
            return


def after(steps: int) -> Callable[[State], bool]:
    """A stopping rule: k has reached `steps`."""
    return lambda state: state.k >= steps


def tallied(states: Iterable[S], calls: Calls) -> Iterator[S]:
    """The same states; applications of the operators in the steps between them are counted, not those before k = 0."""
    states = iter(states)
    while True:
        with calls:
            state = next(states, None)
        if state is None:
            return
        calls.total *= state.k > 0
        yield state


def observe(problem: Problem, states: Iterable[State], *probes: Probe, every: int = 1) -> Iterator[Row]:
    """A row for every `every`-th state and for the last one. The time of the probes is not counted."""
    require_count(every, "every", 1)
    states, seconds, skipped = iter(states), 0.0, None
    while True:
        begin = time.perf_counter()
        state = next(states, None)
        seconds += time.perf_counter() - begin
        if state is None:
            break
        skipped = (state, seconds) if state.k % every else None
        if skipped is None:
            yield Row.read(problem, state, seconds, probes)
    if skipped is not None:
        yield Row.read(problem, *skipped, probes)


OBJECTIVE = Quantity("Objective", ("objective", "misfit", "prior"), "−log p", "nats", log=True)


@reads(OBJECTIVE)
def objective(problem: Problem, state: State) -> Mapping[str, Tensor]:
    """The probe of the objective, its two terms and nothing else: at x put into the constraints, where it is finite."""
    misfit, prior = problem.terms(state.x)
    return {"objective": misfit + prior, "misfit": misfit, "prior": prior}


def collect(rows: Iterable[Row], **attrs: Any) -> "xr.Dataset":
    """The rows as one Dataset: a variable per probe over (k, batch), the final iterate `x`, and the attributes."""
    log = Log()
    for row in rows:
        log.add(row)
    return log.dataset(**attrs)


def run(
    problem: Problem,
    algorithm: Algorithm,
    *probes: Probe,
    steps: int = 100,
    every: int = 1,
    seed: int = 0,
    stop: "Stop | None" = None,
    begun: "xr.Dataset | None" = None,
) -> "xr.Dataset":
    """Run for `steps` iterations, or until `stop` ends it before; without probes the objective is recorded.

    With `begun`, a run of the same problem, algorithm and seed that ended earlier, it goes on from the state at its
    end: the result is that of `steps` iterations in one go, bit for bit on the same machine.

    attrs["spec"] with the variables `y` and `truth` rebuilds the run (`storage.rebuild_run`). attrs["outcome"] is an
    `Outcome`, attrs["ended"] its sentence, attrs["stopped"] too where it diverged, was interrupted (Ctrl-C) or broke
    off: it ends at its last good state, or the last that it has reached. What breaks the first step is raised.
    """
    numbers = {"steps": steps, "every": every, "seed": seed}
    if begun is not None:
        refuse_another(begun, problem, spec(problem, algorithm, **numbers))
    return recorded(problem, algorithm, probes, numbers, stop, begun, None)


def recorded(
    problem: Problem,
    algorithm: Algorithm,
    probes: tuple[Probe, ...],
    numbers: Mapping[str, int],
    stop: "Stop | None",
    begun: "xr.Dataset | None",
    keeper: Keeper | None,
) -> "xr.Dataset":
    """What `run` does with the numbers steps, every and seed; with a keeper written while it goes, with a `Ladder`."""
    steps, every, seed = numbers["steps"], numbers["every"], numbers["seed"]
    require_count(steps, "steps", 0)
    require_count(every, "every", 1)
    attrs = described(spec(problem, algorithm, **numbers))  # before the work, which would be lost with it
    made = Recording.begin(problem, algorithm, probes := probes or (objective,), attrs, keeper is not None)
    if begun is not None:
        refuse_finished(begun, steps)
        made.go_on(begun, every)
    with interruptible() as interrupted:
        ends = Ends(problem, algorithm, stop, steps, interrupted)
        calls, before = Calls(problem.operator, problem.given_operator), (0.0, 0.0)
        straight = iterate(problem, algorithm, seed=seed)
        watch = Watch(problem, algorithm)
        if begun is None:
            states = watch.over(tallied(straight, calls))
        else:
            states, before = _going_on(watch, next(straight), begun, seed, calls), _spent(begun)
        states = until(states if made.ladder is None else made.ladder.along(problem, states), ends)
        try:
            for row in observe(problem, states, *probes, every=every):
                made.log.add(replace(row, seconds=before[0] + row.seconds, calls=before[1] + calls.total))
                if keeper is not None and keeper.due and bool(row.state.x.isfinite().all()):
                    keeper.keep(made.unfinished)
            watch.look_at_end()
        except Exception as error:
            _broken(made, ends, watch.cause(error), since=0 if begun is None else int(begun["k"][-1]))
        finally:
            ends.bar.clear()
    found = made.dataset(ends.outcome, ends.why)
    return found.assign_attrs(traceback=ends.traceback) if ends.traceback else found


def _broken(made: Recording, ends: Ends, error: Exception, since: int) -> None:
    """Say why a run ends in the middle: it diverged, or an operator or a probe of somebody's own raised, say.

    Where nothing was reached since iteration `since`, that is raised.
    """
    if isinstance(error, Diverged) and made.log.ks:
        made.cut(error.state)
        made.end_at(error.state)
        ends.diverge(error, error.state.k)
    elif not isinstance(error, Diverged) and made.saves(ends.state, since):
        ends.fail(error, made.log.ks[-1])
    else:
        raise error


def _spent(begun: "xr.Dataset") -> tuple[float, float]:
    """Seconds and calls at the end of a run; older ones have counted none."""
    return float(begun["seconds"][-1]), float(begun[CALLS][-1]) if CALLS in begun else math.nan


def _going_on(watch: Watch, start: S, begun: "xr.Dataset", seed: int, calls: Calls) -> Iterator[S]:
    """The state at the end of a run and those that follow, watched from its start on as one in one go."""
    state = state_in(begun, start)
    later = tallied(resume(watch.problem, watch.algorithm, state, seed), calls)
    return watch.over(chain((state,), later), start=start)
