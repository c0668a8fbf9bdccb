"""Many starts of one problem side by side, and how many of them end where."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.parameters import Checked, Range
from workbench.problem import Problem
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import norm, normal_like, stream

_LOOKS = 20  # on the way, at least, where a run has so many steps


@dataclass(frozen=True)
class ManyStarts(metaclass=Checked):
    """How many starts, how far from each other, and when two ends count as one.

    The first start is that of a run. Every other one begins as the parametrisation begins, with random numbers of its
    own, and each of its blocks is moved by normal numbers, `spread` times as large as the block.
    """

    starts: Annotated[int, Range(2, 64, log=True, limits=(1, 4096)), "number of starts"] = 12
    spread: Annotated[float, Range(0, 3, limits=(0, 1e6)), "random numbers over the first unknown, block by block"] = (
        1.0
    )
    near: Annotated[float, Range(1e-3, 0.3, log=True, limits=(0, 1)), "distance of pictures that count as one"] = 0.02
    seed: Annotated[int, SEEDS, "which random numbers"] = 0

    def problem(self, problem: Problem) -> Problem:
        """The problem once for every start. Refusal for a batch."""
        if len(problem.y) != 1:
            raise Refusal("one set of data", f"a batch of {len(problem.y)}", "take one of them: y[i:i+1]")
        truth = problem.truth
        several = {"y": problem.y.expand(self.starts, *problem.y.shape[1:])}
        if truth is not None:
            several["truth"] = truth.expand(self.starts, *truth.shape[1:])
        return replace(problem, **several)

    def unknowns(self, problem: Problem) -> Tensor:
        """The first unknowns, (starts, ...), within the constraints, of the problem once for every start."""
        begun, layout = problem.start(), problem.parametrisation.layout
        moved = [begun[:1]]
        for number in range(1, len(begun)):
            rng = stream(self.seed, "many starts", number, begun.device)
            blocks = layout.views(begun[number : number + 1])
            whole = _size(begun[number : number + 1])
            away = {
                name: block + self.spread * torch.where(_size(block) > 0, _size(block), whole) * normal_like(block, rng)
                for name, block in blocks.items()
            }
            moved.append(layout.joined(away))
        return problem.prior.feasible(torch.cat(moved))


@dataclass(frozen=True, eq=False)
class Landing:
    """All starts after k of `steps` iterations: their unknowns (B, ...) and their objectives (B,).

    `problem` is the problem once for every start.
    """

    problem: Problem
    settings: ManyStarts
    k: int
    steps: int
    u: Tensor
    objectives: Tensor
    over: bool = False

    @functools.cached_property
    def pictures(self) -> Tensor:
        """What each makes, (B, ...)."""
        with torch.no_grad():
            return self.problem.picture(self.u)

    @functools.cached_property
    def order(self) -> tuple[int, ...]:
        """The numbers of the starts, the lowest objective first; those without one are last."""
        values = torch.nan_to_num(self.objectives.double().cpu(), nan=torch.inf)
        return tuple(values.argsort(stable=True).tolist())

    @functools.cached_property
    def places(self) -> tuple[tuple[int, ...], ...]:
        """Starts that end with one picture, up to `near` of its length, the place of the lowest objective first."""
        flat = self.pictures.flatten(1)
        found: list[list[int]] = []
        for number in self.order:
            for place in found:
                at = flat[place[0]]
                if float(torch.linalg.vector_norm(flat[number] - at)) <= self.settings.near * float(
                    torch.linalg.vector_norm(at)
                ):
                    place.append(number)
                    break
            else:
                found.append([number])
        return tuple(map(tuple, found))

    @functools.cached_property
    def errors(self) -> Tensor | None:
        """|x - truth| / |truth| of each start, up to what the operator cannot tell, (B,); None without a truth."""
        truth = self.problem.truth
        if truth is None:
            return None
        with torch.no_grad():
            return norm(self.problem.aligned(self.u) - truth) / norm(truth)

    @property
    def sentence(self) -> str:
        """How many end where, in words."""
        lost = int((~norm(self.u).isfinite()).sum())
        if lost == len(self.u):
            return f"After {self.k} iterations all {lost} starts have left for infinity: take a smaller step."
        told = self._where()
        return f"{told} {lost} of them have left for infinity, each a place of its own." if lost else told

    def _where(self) -> str:
        counts, near = [len(place) for place in self.places], self.settings.near
        best = float(self.objectives[self.order[0]])
        where = "one picture" if len(counts) == 1 else f"{len(counts)} pictures"
        told = f"After {self.k} iterations {len(self.u)} starts are at {where}"
        if len(counts) == 1:
            return f"{told}, up to {near:.2g} of its length: objective {best:.4g}."
        told += f", more than {near:.2g} of their length apart: "
        ends = [f"{len(place)} at objective {float(self.objectives[place[0]]):.4g}" for place in self.places[:3]]
        more = len(counts) - len(ends)
        return told + "; ".join([*ends, *[f"{more} more places"] * (more > 0)]) + "."


def landings(
    problem: Problem, algorithm: Algorithm, steps: int, settings: ManyStarts | None = None, seed: int = 0
) -> Iterator[Landing]:
    """All starts side by side, as one batch, looked at now and then on their way; the last one is `over`."""
    settings = ManyStarts() if settings is None else settings
    many = settings.problem(problem)
    every, last = max(1, steps // _LOOKS), None
    for state in iterate(many, algorithm, settings.unknowns(many), seed):
        last = state
        if state.k >= steps:
            break
        if state.k % every == 0:
            yield Landing(many, settings, state.k, steps, state.x, many.objective(state.x))
    assert last is not None
    yield Landing(many, settings, last.k, steps, last.x, many.objective(last.x), True)


def _size(block: Tensor) -> Tensor:
    """The root mean square of a block."""
    return torch.linalg.vector_norm(block) / max(1, block.numel()) ** 0.5
