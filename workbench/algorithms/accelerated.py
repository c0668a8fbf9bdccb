"""The primal-dual hybrid gradient method on strongly convex objectives."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.proximal import lacks_misfit_prox, misfit_prox
from workbench.algorithms.scales import split_scales
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.priors import Can
from workbench.problem import Problem

_SAFETY = 0.99
# Where m is felt within thirty of PDHG's steps the first is long, 5 / m: it is soon shorter, and a short one stays so.
_FELT, _FIRST = 0.03, 5.0


@dataclass(frozen=True)
class Accelerated(State):
    """The iterate, the extrapolated one, the dual, and the step in units of the first one, 0-dimensional."""

    ahead: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)
    shrunk: Tensor = field(kw_only=True)
    of_data: bool = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return (self.dual, None) if self.of_data else (None, self.dual)


@dataclass(frozen=True)
class AcceleratedPDHG(Algorithm):
    """min f(x) + h(B x), f - m |x|^2 / 2 convex: u <- prox of s h*, x <- prox of f, step <- step / sqrt(1 + 2 m step).

    f is the misfit, h(B x) = outer(K x); where K = 1, f is the prior and h(B x) = nll(A x). step s |B|^2 = 0.99 and
    the dual sees x + theta (x - x before), theta = 1 / sqrt(1 + 2 m step). |x - x*|^2 = O(1 / k^2); where m = 0 it is
    PDHG; where grad h is M-Lipschitz and m not tiny the step stays at 1 / (|B| sqrt(m M)) and the rate is linear.
    Chambolle & Pock 2011, doi 10.1007/s10851-010-0251-1.
    """

    step_size: Step = None

    needs = Needs(prior=Can.SPLIT | Can.CONVEX, noise=Likelihood.PROX | Likelihood.CONVEX, linear=True)

    def lacks(self, problem: Problem) -> str:
        missing = super().lacks(problem)
        return missing or ("" if _of_data(problem) else lacks_misfit_prox(problem, closed=True))

    def measure(self, problem: Problem) -> Mapping[str, float]:
        of_prior = problem.prior.strong_convexity()
        modulus = of_prior if _of_data(problem) else problem.strong_convexity() - of_prior
        scales = {**split_scales(problem), "convexity": modulus, "rate": 0.0}
        rate, usual = _rate(problem, scales), scales["step"]
        if rate and rate / (2 * modulus) < usual / _FELT:
            return {**scales, "step": rate / (2 * modulus), "rate": rate}
        return {**scales, "step": _FIRST / modulus} if modulus * usual > _FELT else scales

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Accelerated:
        of_data = _of_data(problem)
        u = torch.zeros_like(problem.y if of_data else problem.prior.linear(problem.operator.in_shape)(x))
        first = torch.ones((), dtype=torch.float64)
        return Accelerated(x, 0, self.measure(problem), ahead=x, dual=u, shrunk=first, of_data=of_data)

    def step(self, problem: Problem, state: Accelerated, rng: torch.Generator) -> Accelerated:
        step, measured, outer = self.current_step(state), state.measured, problem.prior.outer
        if state.of_data:
            A, s = problem.operator.at(state.x), _SAFETY / (step * measured["operator"] ** 2)
            v = state.dual / s + A(state.ahead)
            dual = s * (v - problem.noise.prox(v, problem.y, 1 / s))
            x = outer.prox(state.x - step * A.adjoint(dual), step)
        else:
            K, s = problem.prior.linear(problem.operator.in_shape), _SAFETY / (step * measured["linear"] ** 2)
            dual = outer.conjugate_prox(state.dual + s * K(state.ahead), s)
            x = misfit_prox(problem, state.x - step * K.adjoint(dual), step, state.x)
        if measured["rate"] and self.step_size is None:
            theta, shrunk = 1 / (1 + measured["rate"]), state.shrunk
        else:
            theta = (1 + 2 * measured["convexity"] * step) ** -0.5
            shrunk = theta * state.shrunk
        return replace(state, x=x, ahead=x + theta * (x - state.x), dual=dual, shrunk=shrunk, k=state.k + 1)

    def adapt(self, problem: Problem, state: Accelerated) -> Accelerated:
        fresh = replace(self.init(problem, state.x, torch.Generator()), k=state.k)
        return replace(fresh, dual=state.dual) if fresh.dual.shape == state.dual.shape else fresh

    def current_step(self, state: State) -> float:
        first = state.measured["step"] if self.step_size is None else self.step_size
        return first * float(state.shrunk) if isinstance(state, Accelerated) else first


def _rate(problem: Problem, scales: Mapping[str, float]) -> float:
    """2 sqrt(m / M) / |B|, M a Lipschitz constant of the gradient of h; 0 where m is 0 or no M is known."""
    noise, outer = problem.noise, problem.prior.outer
    if _of_data(problem):
        smooth = noise.lipschitz(problem.y) if Likelihood.LIPSCHITZ in noise.can else 0.0
        return 2 * (scales["convexity"] / smooth) ** 0.5 / scales["operator"] if smooth else 0.0
    smooth = outer.lipschitz() if Can.GRAD in outer.can else 0.0
    return 2 * (scales["convexity"] / smooth) ** 0.5 / scales["linear"] if smooth else 0.0


def _of_data(problem: Problem) -> bool:
    return isinstance(problem.prior.linear(problem.operator.in_shape), Identity)
