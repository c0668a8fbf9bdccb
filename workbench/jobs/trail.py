"""Moments of a run that a person can go back to: pictures spread by how far they moved, and the states behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.jobs.carrying import carried, restarted
from workbench.parameters import describe
from workbench.parametrisations import Direct
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import Ladder

MOST, FEWEST = 32, 8  # moments; where not even the fewest fit in with their states, pictures alone are kept
ROOM = 48 * 2**20  # bytes of one run


class Spent(NamedTuple):
    """What the solver had taken: seconds, and calls of the operator."""

    seconds: float
    calls: float


@dataclass(frozen=True, eq=False)
class RunMoment:
    """A run after k iterations: its picture x, on the processor, and the `state` behind it where that is kept.

    `problem` and `algorithm` are those that led there, `length` is how long the path of x was until there.
    """

    k: int
    picture: Tensor
    length: float
    spent: Spent
    problem: Problem
    algorithm: Algorithm
    state: State | None = None

    @property
    def unknown(self) -> Tensor | None:
        """The iterate: that of the state, else the picture, where the picture is what is sought; else None."""
        if self.state is not None:
            return self.state.x
        direct = isinstance(self.problem.parametrisation, Direct)
        return self.picture.to(self.problem.y.device) if direct else None

    def state_for(self, problem: Problem, algorithm: Algorithm, seed: int) -> State:
        """The state to go on from with these: bit for bit that of the run where it is kept and they are the same."""
        if self.state is not None:
            old, new = (self.problem, self.algorithm), (problem, algorithm)
            return self.state if _told(*old) == _told(*new) else carried(self.state, old, new, seed)
        if self.unknown is None or self.unknown.shape != problem.zeros().shape:
            remedy = "go on from the end of the run, whose state is kept"
            raise Refusal("an iterate to go on from", "a picture that was made from another unknown", remedy)
        return restarted(problem, algorithm, self.unknown, self.k, seed)


class RunTrail:
    """The `moments` of one run, the earliest first. One thread looks; any may read the tuple."""

    def __init__(self, moments: tuple[RunMoment, ...] = ()) -> None:
        self._become(moments)

    def look(self, parts: tuple[Problem, Algorithm], state: State, spent: Spent) -> None:
        """Keep a state that the run has reached, if it is one of those to be looked at."""
        if not self._ladder.due(state.k):
            return
        problem, algorithm = parts
        with torch.no_grad():
            picture = problem.picture(state.x)
        size = picture.nbytes + sum(_sizes(state, {}).values())
        whole = ROOM // size >= FEWEST
        self._ladder.most = min(MOST, ROOM // (size if whole else picture.nbytes))
        self._ladder.look(state.k, picture)
        kept = dict(zip(self._ladder.ks, zip(self._ladder.lengths, self._ladder.pictures, strict=True), strict=True))
        before = [moment for moment in self.moments if moment.k in kept]
        if state.k in kept:
            length, picture = kept[state.k]
            before.append(RunMoment(state.k, picture, length, spent, problem, algorithm, state if whole else None))
        self.moments = tuple(before)

    def upto(self, k: int) -> None:
        """Forget what came after an iteration."""
        self._become(tuple(moment for moment in self.moments if moment.k <= k))

    def _become(self, moments: tuple[RunMoment, ...]) -> None:
        ks, lengths, pictures = ([getattr(m, name) for m in moments] for name in ("k", "length", "picture"))
        self.moments, self._ladder = moments, Ladder(ks, lengths, pictures)


def _told(problem: Problem, algorithm: Algorithm) -> tuple[Any, ...]:
    """What tells whether steps are the same ones."""
    parts = problem.given_operator, problem.noise, problem.prior.given, problem.parametrisation, algorithm
    return id(problem.y), *map(describe, parts)


def ladder_of(moments: tuple[RunMoment, ...]) -> Ladder:
    """The pictures of moments as a file keeps them."""
    return Ladder([m.k for m in moments], [m.length for m in moments], [m.picture for m in moments])


def _sizes(value: Any, found: dict[int, int]) -> dict[int, int]:
    """The bytes of each piece of memory that a state holds; what two tensors share counts once."""
    if isinstance(value, Tensor):
        storage = value.untyped_storage()
        found[storage.data_ptr()] = storage.nbytes()
    for part in _parts(value):
        _sizes(part, found)
    return found


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, tuple):
        yield from value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, f.name) for f in fields(value))
