"""The alternating direction method of multipliers."""

import math
from dataclasses import dataclass, field, replace
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Constants, Needs, State, white
from workbench.algorithms.steps.misfit_prox import penalised
from workbench.algorithms.steps.normal_equations import NormalEquations, gain_of, solved_in_modes, symbols_of
from workbench.algorithms.steps.penalties import rising, split_penalty
from workbench.algorithms.steps.scales import information, split_scales
from workbench.algorithms.steps.split_pass import RELAX, SplitPass, shrunk
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.parameters import Range
from workbench.preconditioners.symbols import Symbol, through
from workbench.priors import Can
from workbench.priors.base import Nearing
from workbench.problem import Problem
from workbench.tensors import Each, each, each_of, larger, least, times

Penalty = Annotated[float | None, Range(1e-2, 1e5, log=True, limits=(1e-9, 1e12)), "penalty, found when empty"]
_EVEN = 0.3  # of how the misfit bends: the penalty of K = 1 where all modes are seen alike, less where they are not
_SLOWLY, _AFRESH = 25, 50  # steps after which a second inner one is made; steps between two fresh products A x


class Kept(NamedTuple):
    """What was made for a penalty, and that penalty."""

    value: Tensor
    rho: Each

    def serves(self, rho: Each) -> bool:
        """Whether the penalty is still the same."""
        if isinstance(rho, Tensor) or isinstance(self.rho, Tensor):
            return torch.equal(torch.as_tensor(rho), torch.as_tensor(self.rho))
        return rho == self.rho


@dataclass(frozen=True)
class ADMMConstants(Constants):
    """The curvature that most data see, and the penalty: of each item; whether that rises at first."""

    curvature: Each = field(kw_only=True)
    penalty: Each = field(kw_only=True)
    rises: bool = field(kw_only=True, default=False)


@dataclass(frozen=True)
class ADMMState(State):
    """The iterate; z = K x and its multiplier; u = A x and its multiplier where the noise is not Gaussian.

    Of the problem: A* y and the symbols of A*A and K*K. Of the last step, where known: A x, the
    pull of z on x, K*(rho z - multiplier), where the loop of the prox stands, and the gain of the least squares.
    """

    measured: ADMMConstants = field(kw_only=True)
    z: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)
    u: Tensor | None = field(kw_only=True)
    data: Tensor | None = field(kw_only=True)
    back: Tensor = field(kw_only=True)
    symbols: tuple[Symbol, Symbol] = field(kw_only=True)
    image: Tensor | None = field(kw_only=True, default=None)
    pull: Kept | None = field(kw_only=True, default=None)
    prox: Nearing | None = field(kw_only=True, default=None)
    gain: Kept | None = field(kw_only=True, default=None)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return self.data, self.dual


@dataclass(frozen=True)
class ADMM(Algorithm[ADMMState]):
    """min nll(A x) + h(z), z = K x: x by least squares, z by a prox, the multiplier by what is left of K x - z.

    Converges for every rho; one that is found rises in the first 80 steps, from 0.3 to 38 times itself. Over-relaxed
    by 1.6. With differences that go round the ends, where h leaves them free, x is one division in Fourier modes if A
    is a periodic convolution or a Fourier mask, else 1 + sqrt(k / 25) conjugate gradients in their metric. If K = 1,
    rho stays, and the iterate is z, which meets constraints. `inner` given: the plain method, with so many conjugate
    gradients. Noise that is not Gaussian is split too, u = A x.
    Boyd et al. 2011, doi 10.1561/2200000016; Eckstein & Bertsekas 1992, doi 10.1007/BF01581204.
    """

    formula = (
        r"x \gets \operatorname{argmin} f(x) + \frac{\rho}{2}|Kx - z + u|^2, \quad z \gets "
        r"\operatorname{prox}_{h/\rho}(Kx + u), \quad u \gets u + Kx - z"
    )

    rho: Penalty = None
    inner: Annotated[int | None, Range(1, 50, log=True), "plain conjugate gradients a step; Fourier modes if empty"] = (
        None
    )

    needs = Needs(prior=Can.SPLIT | Can.CONVEX, noise=Likelihood.PROX, linear=True)

    def measure(self, problem: Problem) -> ADMMConstants:
        return self._measured(problem, symbols_of(problem))

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> ADMMState:
        prior, shape = problem.prior, problem.operator.in_shape
        K = prior.linear(shape) if self.inner is not None else prior.periodic_split(shape)[1]
        A, z, symbols = problem.operator.at(x), K(x), symbols_of(problem)
        u, data = (None, None) if white(problem) else (A(x), torch.zeros_like(problem.y))
        return ADMMState(
            x,
            measured=self._measured(problem, symbols),
            z=z,
            dual=torch.zeros_like(z),
            u=u,
            data=data,
            back=A.adjoint(problem.y).to(x.dtype),
            symbols=symbols,
        )

    def step(self, problem: Problem, state: ADMMState, rng: torch.Generator) -> ADMMState:
        rho = self._rho(state)
        if self.inner is not None:
            return self._plain(problem, state, rho, self.inner)
        state = self._least_squares(problem, state, rho)
        if state.u is not None and state.data is not None:
            c, image = state.measured.curvature, problem.operator(state.x) if state.image is None else state.image
            v = torch.lerp(state.u, image, RELAX) + times(1 / c, state.data)
            u = each(problem.noise.prox, 1 / c, v, problem.y)
            state = replace(state, u=u, data=times(c, v - u))
        return self._shrunk(problem, state, rho)

    def adapt(self, problem: Problem, state: ADMMState) -> ADMMState:
        fresh = self.init(problem, state.x, torch.Generator())
        if fresh.z.shape != state.z.shape or (fresh.u is None) != (state.u is None):
            return replace(fresh, k=state.k)
        return replace(fresh, k=state.k, z=state.z, dual=state.dual, u=state.u, data=state.data, prox=state.prox)

    def current_step(self, state: ADMMState) -> float | None:
        """rho, which plays the part of a dual step."""
        return least(self._rho(state))

    def _rho(self, state: ADMMState) -> Each:
        if self.rho is not None:
            return self.rho
        found = state.measured.penalty
        return rising(state.k) * found if state.measured.rises and self.inner is None else found

    def _measured(self, problem: Problem, symbols: tuple[Symbol, Symbol]) -> ADMMConstants:
        split = problem.prior.periodic_split(problem.operator.in_shape)
        if isinstance(split[1], Identity):
            scales, values = split_scales(problem), symbols[0].values
            even = _EVEN * float((values.min() / values.max().clamp_min(torch.finfo(values.dtype).tiny)).sqrt())
            penalty = larger(scales.penalty, even * scales.curvature * scales.operator**2)
            return ADMMConstants(curvature=scales.curvature, penalty=penalty)
        seen = information(problem)
        penalty = each_of(split_penalty(problem, split, symbols, seen))
        return ADMMConstants(curvature=each_of(seen), penalty=penalty, rises=True)

    @staticmethod
    def _least_squares(problem: Problem, state: ADMMState, rho: Each) -> ADMMState:
        """x nearest to what the data and z ask for, and A x where that is known."""
        A, c = problem.operator.at(state.x), state.measured.curvature
        gain = state.gain
        if gain is None or not gain.serves(rho):
            gain = Kept(gain_of(state.symbols, c, rho, state.x), rho)
        known = state.pull if state.pull is not None and state.pull.serves(rho) else None
        diagonal = all(symbol.exact for symbol in state.symbols)
        if state.u is not None and state.data is not None and diagonal and known is not None:
            both = solved_in_modes(A, gain.value, times(c, state.u) - state.data, known.value)
            if both is not None:
                return replace(state, x=both[0], image=both[1], gain=gain)
        target = problem.y if state.u is None or state.data is None else state.u - times(1 / c, state.data)
        if diagonal and known is not None:  # what a pass over z has told: K need not be asked
            b = times(c, state.back if state.u is None else A.adjoint(target)) + known.value
            return replace(state, x=through(gain.value, b), image=None, gain=gain)
        K = problem.prior.periodic_split(problem.operator.in_shape)[1]
        equations = NormalEquations(A, K, c, rho, gain.value, diagonal)
        pull = K.adjoint(times(rho, state.z) - state.dual) if known is None else known.value
        ready = diagonal or isinstance(K, Identity)
        x = equations.closed(times(c, state.back if state.u is None else A.adjoint(target)) + pull) if ready else None
        if x is not None:
            return replace(state, x=x, image=None, gain=gain)
        image = A(state.x) if state.image is None or state.k % _AFRESH == 0 else state.image
        r = times(c, A.adjoint(target - image)) + pull - times(rho, K.adjoint(K(state.x)))
        x, image = equations.descended(state.x, image, r, 1 + math.isqrt(state.k // _SLOWLY))
        return replace(state, x=x, image=image, gain=gain)

    @staticmethod
    def _shrunk(problem: Problem, state: ADMMState, rho: Each) -> ADMMState:
        """z, its multiplier and their pull on the next x."""
        before = SplitPass(state.z, state.dual, None, state.prox)
        z, dual, pull, prox = shrunk(problem, state.x, before, rho, 1 + math.isqrt(state.k // _SLOWLY))
        if pull is not None:
            return replace(state, z=z, dual=dual, pull=Kept(pull, rho), k=state.k + 1)
        met = isinstance(problem.prior.periodic_split(problem.operator.in_shape)[1], Identity)
        x, image = (z, None) if met else (state.x, state.image)
        return replace(state, x=x, z=z, dual=dual, image=image, pull=None, prox=prox, k=state.k + 1)

    @staticmethod
    def _plain(problem: Problem, state: ADMMState, rho: Each, inner: int) -> ADMMState:
        K, c = problem.prior.linear(problem.operator.in_shape), state.measured.curvature
        u, data, target = state.u, state.data, problem.y
        if u is not None and data is not None:
            target = u - times(1 / c, data)
        x = penalised(problem, state.x, (target, state.z - times(1 / rho, state.dual)), rho / c, inner)
        if data is not None:
            Ax = problem.operator(x)
            u = each(problem.noise.prox, 1 / c, Ax + times(1 / c, data), problem.y)
            data = data + times(c, Ax - u)
        Kx = K(x)
        z = each(problem.prior.outer.prox, 1 / rho, Kx + times(1 / rho, state.dual))
        x, dual = z if isinstance(K, Identity) else x, state.dual + times(rho, Kx - z)
        return replace(state, x=x, z=z, dual=dual, u=u, data=data, image=None, pull=None, k=state.k + 1)
