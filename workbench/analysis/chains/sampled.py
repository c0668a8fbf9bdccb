"""Several chains of one posterior, side by side in a batch, and what they tell, while they run."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.algorithms import Algorithm, State
from workbench.analysis.chains.chain_samples import ChainDiagnostics, ChainSamples
from workbench.analysis.chains.distances import distance, target
from workbench.analysis.chains.interval import Interval
from workbench.analysis.chains.mixing import LEAST, effective_size, rhat
from workbench.analysis.chains.moments import Moments
from workbench.analysis.chains.reservoir import Reservoir
from workbench.analysis.chains.sampling import Sampling
from workbench.analysis.chains.tally import Tally, tallied
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import guard, iterate
from workbench.tensors import abs2, child_seed, normal_like, parts, stream

_FOLLOWED = 24  # pixels whose whole path is kept
_APART = 0.1  # of the size of the start: how far from each other chains begin
_GROWN = 1.25  # a look costs time: the next one comes when there are so many more draws


def replicated(problem: Problem, chains: int) -> Problem:
    """The first item of the problem, so many times in a batch."""
    y = problem.y[:1].expand(chains, *problem.y.shape[1:]).clone()
    truth = None if problem.truth is None else problem.truth[:1].expand(chains, *problem.truth.shape[1:])
    return replace(problem, y=y, truth=truth)


def sampled(problem: Problem, algorithm: Algorithm, sampling: Sampling) -> Iterator[ChainSamples]:
    """The chains of an algorithm that draws random numbers, richer from step to step; Refusal for one that does not."""
    if not algorithm.random:
        name = type(algorithm).__name__
        raise Refusal("an algorithm that samples", f"{name}, which has one answer", "take UnadjustedLangevin or MALA")
    run = _Run.of(problem, algorithm, sampling)
    known, why = target(problem)
    found: ChainSamples | None = None
    keeper = _Keeper(sampling)
    for k, state, counts in run.draws_at_end() if algorithm.draws_at_end else run.draws():
        x = problem.picture(state.x)
        if found is None:
            found = ChainSamples(k, x, sampling, run.tally, known=known, why=why)
        found = replace(found, k=k, last=x, acceptance=_acceptance(state))
        if counts:
            found = keeper.take(found)
        yield found
        if found.draws >= sampling.draws:
            return


@dataclass(frozen=True)
class _Run:
    """Chains of one algorithm: states with the iterations so far, and whether each counts as a draw."""

    problem: Problem
    counted: Problem
    tally: Tally
    start: Tensor
    algorithm: Algorithm
    sampling: Sampling

    @classmethod
    def of(cls, problem: Problem, algorithm: Algorithm, sampling: Sampling) -> "_Run":
        many = replicated(problem, sampling.chains)
        return cls(many, *tallied(many), _scattered(algorithm.start(many), sampling.seed), algorithm, sampling)

    def draws(self) -> Iterator[tuple[int, State, bool]]:
        """Of chains, in which every state is a draw."""
        for state in self._states(0):
            age = state.k - self.sampling.warmup
            yield state.k, state, age > 0 and age % self.sampling.every == 0

    def draws_at_end(self) -> Iterator[tuple[int, State, bool]]:
        """Of runs that end in one draw, one after another."""
        done = 0
        for turn in range(self.sampling.draws):
            last: State | None = None
            for state in self._states(turn):
                if last is not None:
                    yield done + last.k, last, False
                last = state
            if last is not None:
                done += last.k
                yield done, last, True

    def _states(self, turn: int) -> Iterator[State]:
        seed = child_seed(self.sampling.seed, "chains", turn)
        states = iterate(self.counted, self.algorithm, self.start, seed)
        for state in guard(self.problem, self.algorithm, states):
            if turn == state.k == 0:
                self.tally.calls.clear()  # what the constants of default steps cost is no part of a draw
            yield state


def _scattered(start: Tensor, seed: int) -> Tensor:
    """The start of each chain, moved a little, so that chains which agree do so by themselves."""
    size = abs2(start).mean().sqrt()
    return start + _APART * size * normal_like(start, stream(seed, "starts of chains", device=start.device))


def _acceptance(state: State) -> float | None:
    share = getattr(state, "acceptance", None)
    return float(share.mean()) if isinstance(share, Tensor) else None


class _Keeper:
    """Takes draws in: cheap for each, with a look once there are enough new ones."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling, self._paths = sampling, []
        self._reservoir: Reservoir | None = None
        self._pixels: Tensor | None = None

    def take(self, found: ChainSamples) -> ChainSamples:
        """One draw more of every chain."""
        draw = found.last
        if self._reservoir is None or self._pixels is None:
            rng = stream(self._sampling.seed, "draws kept")
            self._reservoir = Reservoir(draw, rng)
            size = draw[0].numel() * (2 if draw.is_complex() else 1)
            self._pixels = torch.randperm(size, generator=rng)[:_FOLLOWED].to(draw.device)
        self._reservoir.add(draw)
        numbers = _numbers(draw).double()  # the mean of all moves by less than single precision may show
        self._paths.append(torch.cat([numbers[:, self._pixels], numbers.mean(1, keepdim=True)], 1))
        moments = Moments.of(draw) if found.moments is None else found.moments.plus(draw)
        found = replace(found, moments=moments)
        looked = found.looks[-1].draws if found.looks else 0
        last = moments.count >= self._sampling.draws
        if moments.count >= 2 * LEAST and (last or moments.count >= _GROWN * looked):
            found = self._look(found, moments, self._reservoir.kept())
        return found

    def _look(self, found: ChainSamples, moments: Moments, kept: Tensor) -> ChainSamples:
        paths = torch.stack(self._paths, 1)
        sizes, worst = effective_size(paths), float(rhat(paths).max())
        half, most = Interval.of(kept, 0.5, 0.9)
        far = None if found.known is None else distance(moments, kept, (half, most), found.known)
        look = ChainDiagnostics(moments.count, float(sizes.min()), float(sizes.median()), worst, far)
        return replace(found, kept=kept, intervals=(half, most), paths=paths, looks=(*found.looks, look))


def _numbers(x: Tensor) -> Tensor:
    """Each item as a row of real numbers."""
    return parts(x).flatten(1)
