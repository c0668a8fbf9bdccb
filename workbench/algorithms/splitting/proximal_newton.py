"""The proximal Newton method, the Hessian of the misfit modelled in Fourier modes."""

import math
from dataclasses import dataclass, field, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State
from workbench.algorithms.splitting.admm import Penalty
from workbench.algorithms.steps.normal_equations import gain_of, symbols_of
from workbench.algorithms.steps.penalties import split_penalty
from workbench.algorithms.steps.scales import information
from workbench.algorithms.steps.split_pass import SplitPass, shrunk
from workbench.noise import Likelihood
from workbench.parameters import Range
from workbench.preconditioners.symbols import Symbol, through
from workbench.priors import Can
from workbench.priors.base import Nearing
from workbench.problem import Problem
from workbench.tensors import Each, column, dot, each_of, least, spread, times

_BOLD = 1.9  # how often the misfit may bend more than its model along a step; below 2 the objective still goes down
_STRETCH = (1e-2, 1e4)  # within which the model is stretched
_AFRESH = 50  # steps between two fresh products A x


@dataclass(frozen=True)
class ProximalNewtonConstants(Constants):
    """The curvature that most data see, and the penalty of the passes: of each item."""

    curvature: Each = field(kw_only=True)
    penalty: Each = field(kw_only=True)


@dataclass(frozen=True)
class ProximalNewtonState(State):
    """The iterate and A x; z = K x and its multiplier; what the model is multiplied by, (B,).

    Of the problem: the symbols of A*A and K*K. Of the last pass: where the loop of the prox stands, if it is one.
    """

    measured: ProximalNewtonConstants = field(kw_only=True)
    image: Tensor = field(kw_only=True)
    z: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)
    stretch: Tensor = field(kw_only=True)
    symbols: tuple[Symbol, Symbol] = field(kw_only=True)
    prox: Nearing | None = field(kw_only=True, default=None)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return None, self.dual


@dataclass(frozen=True)
class ProximalNewton(Algorithm[ProximalNewtonState]):
    """x <- argmin <grad misfit, x'> + |x' - x|_M^2 / 2 + h(K x') by passes of ADMM: many for a product with A and A*.

    M = t c S, S what A*A multiplies each Fourier mode by, exactly or nearly so, c the curvature of the data, t how much
    more the misfit bent than c S along the last step (Barzilai & Borwein). Then a pass is a division in Fourier modes
    and a prox. A step along which the misfit bends more than 1.9 M is shortened, so that the objective goes down and a
    wrong S costs steps and never the answer. `inner` passes in the first step and sqrt(k) more in step k, from z and
    multiplier of the last: that makes their errors summable.
    Lee, Sun & Saunders 2014, doi 10.1137/130921428; Wright, Nowak & Figueiredo 2009, doi 10.1109/TSP.2009.2016892.
    """

    formula = (
        r"x \gets \operatorname{argmin}_{x'} \langle \nabla f(x), x' \rangle + \frac{1}{2} |x' - x|_M^2 + h(K x'), "
        r"\quad M \approx \nabla^2 f"
    )

    rho: Penalty = None
    inner: Annotated[int, Range(1, 50, log=True), "passes over the prior in the first step"] = 4

    needs = Needs(prior=Can.SPLIT | Can.CONVEX, noise=Likelihood.GRAD | Likelihood.QUADRATIC, linear=True, mapped=True)

    def lacks(self, problem: Problem) -> str:
        return super().lacks(problem) or _lacks_modes(problem)

    def measure(self, problem: Problem) -> ProximalNewtonConstants:
        return self._measured(problem, symbols_of(problem))

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> ProximalNewtonState:
        z, symbols = problem.prior.periodic_split(problem.operator.in_shape)[1](x), symbols_of(problem)
        return ProximalNewtonState(
            x,
            measured=self._measured(problem, symbols),
            image=problem.operator(x),
            z=z,
            dual=torch.zeros_like(z),
            stretch=torch.ones(len(x), dtype=x.real.dtype, device=x.device),
            symbols=symbols,
        )

    def step(self, problem: Problem, state: ProximalNewtonState, rng: torch.Generator) -> ProximalNewtonState:
        A, x, y, noise = problem.operator.at(state.x), state.x, problem.y, problem.noise
        image = A(x) if state.k and state.k % _AFRESH == 0 else state.image
        c = column(state.measured.curvature, x) * state.stretch
        model = spread(c, x) * state.symbols[0].values
        b = through(model, x) - A.adjoint(noise.grad(image, y)).to(x.dtype)
        after, split = self._passes(problem, state, c, b)
        move = after - x
        moved = A(move)
        bent, modelled = dot(moved, noise.hvp(image, y, moved)), dot(through(model, move), move)
        share = torch.where(modelled > 0, bent / torch.where(modelled > 0, modelled, 1), 1)
        length = 1 / (share / _BOLD).clamp_min(1)
        x, image = x + spread(length, move) * move, image + spread(length, moved) * moved
        stretch = (share * state.stretch).clamp(*_STRETCH)
        after = replace(state, x=x, image=image, stretch=stretch, k=state.k + 1)
        return replace(after, z=split.z, dual=split.dual, prox=split.prox)

    def adapt(self, problem: Problem, state: ProximalNewtonState) -> ProximalNewtonState:
        fresh = self.init(problem, state.x, torch.Generator())
        if fresh.z.shape != state.z.shape:
            return replace(fresh, k=state.k)
        return replace(fresh, k=state.k, z=state.z, dual=state.dual, prox=state.prox)

    def current_step(self, state: ProximalNewtonState) -> float | None:
        """rho, which plays the part of a dual step, as in ADMM."""
        return least(self._rho(state))

    def _rho(self, state: ProximalNewtonState) -> Each:
        return state.measured.penalty if self.rho is None else self.rho

    def _passes(self, problem: Problem, state: ProximalNewtonState, c: Tensor, b: Tensor) -> tuple[Tensor, SplitPass]:
        """The least of |x|_M^2 / 2 - <b, x> + h(K x), near enough, and its z and multiplier."""
        K, rho = problem.prior.periodic_split(problem.operator.in_shape)[1], self._rho(state)
        gain = gain_of(state.symbols, c, rho, b)
        x, split = state.x, SplitPass(state.z, state.dual, None, state.prox)
        for _ in range(self.inner + math.isqrt(state.k)):
            pull = K.adjoint(times(rho, split.z) - split.dual) if split.pull is None else split.pull
            x = through(gain, b + pull)
            split = shrunk(problem, x, split, rho)
        return x, split

    @staticmethod
    def _measured(problem: Problem, symbols: tuple[Symbol, Symbol]) -> ProximalNewtonConstants:
        seen = information(problem)
        split = problem.prior.periodic_split(problem.operator.in_shape)
        penalty = split_penalty(problem, split, symbols, seen)
        return ProximalNewtonConstants(curvature=each_of(seen), penalty=each_of(penalty))


def _lacks_modes(problem: Problem) -> str:
    """What the prior lacks where its map is not diagonal in Fourier modes, in words."""
    K = problem.prior.periodic_split(problem.operator.in_shape)[1]
    known = K.gram_in("fourier") is not None
    return "" if known else f"a prior behind a map that Fourier modes make diagonal, which {type(K).__name__} is not"
