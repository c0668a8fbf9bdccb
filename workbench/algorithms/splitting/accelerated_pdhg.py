"""The primal-dual hybrid gradient method on strongly convex objectives."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State, Step
from workbench.algorithms.steps.misfit_prox import lacks_misfit_prox, misfit_prox
from workbench.algorithms.steps.scales import SplitScales, split_scales
from workbench.noise import Likelihood
from workbench.operators import Identity
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, each, each_of, least, times

_SAFETY = 0.99
# Where m is felt within thirty of PDHG's steps the first is long, 5 / m: it is soon shorter, and a short one stays so.
_FELT, _FIRST = 0.03, 5.0


@dataclass(frozen=True)
class AcceleratedPDHGConstants(SplitScales):
    """And the modulus m, and what the extrapolation loses a step where the step stays: theta = 1 / (1 + rate)."""

    convexity: float = field(kw_only=True)
    rate: Each = field(kw_only=True)


@dataclass(frozen=True)
class AcceleratedPDHGState(State):
    """The iterate, the extrapolated one, the dual, and the step in units of the first one, (B,) on the CPU."""

    measured: AcceleratedPDHGConstants = field(kw_only=True)
    ahead: Tensor = field(kw_only=True)
    dual: Tensor = field(kw_only=True)
    shrunk: Tensor = field(kw_only=True)
    of_data: bool = field(kw_only=True)

    def duals(self) -> tuple[Tensor | None, Tensor | None]:
        return (self.dual, None) if self.of_data else (None, self.dual)


@dataclass(frozen=True)
class AcceleratedPDHG(Algorithm[AcceleratedPDHGState]):
    """min f(x) + h(B x), f - m |x|^2 / 2 convex: u <- prox of s h*, x <- prox of f, step <- step / sqrt(1 + 2 m step).

    f is the misfit, h(B x) = outer(K x); where K = 1, f is the prior and h(B x) = nll(A x). step s |B|^2 = 0.99 and
    the dual sees x + theta (x - x before), theta = 1 / sqrt(1 + 2 m step). |x - x*|^2 = O(1 / k^2); where m = 0 it is
    PDHG; where grad h is M-Lipschitz and m not tiny the step stays at 1 / (|B| sqrt(m M)) and the rate is linear.
    Chambolle & Pock 2011, doi 10.1007/s10851-010-0251-1.
    """

    formula = (
        r"u \gets \operatorname{prox}_{s h^*}(u + s B \bar x), \quad x \gets \operatorname{prox}_{\tau f}(x - "
        r"\tau B^* u), \quad \tau \gets \frac{\tau}{\sqrt{1 + 2 m \tau}}"
    )

    step_size: Step = None

    needs = Needs(prior=Can.SPLIT | Can.CONVEX, noise=Likelihood.PROX | Likelihood.CONVEX, linear=True)

    def lacks(self, problem: Problem) -> str:
        missing = super().lacks(problem)
        return missing or ("" if _of_data(problem) else lacks_misfit_prox(problem, closed=True))

    def measure(self, problem: Problem) -> AcceleratedPDHGConstants:
        of_prior = problem.prior.strong_convexity()
        modulus = of_prior if _of_data(problem) else problem.strong_convexity() - of_prior
        scales = AcceleratedPDHGConstants(**vars(split_scales(problem)), convexity=modulus, rate=0.0)
        if modulus <= 0:
            return scales
        rate = _rate(problem, scales)
        usual, rate = (torch.as_tensor(n, dtype=torch.float64).expand(len(problem.y)) for n in (scales.step, rate))
        steady = (rate > 0) & (rate / (2 * modulus) < usual / _FELT)
        long = torch.where(modulus * usual > _FELT, _FIRST / modulus, usual)
        step = torch.where(steady, rate / (2 * modulus), long)
        return replace(scales, step=each_of(step), rate=each_of(torch.where(steady, rate, 0.0)))

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> AcceleratedPDHGState:
        of_data = _of_data(problem)
        u = torch.zeros_like(problem.y if of_data else problem.prior.linear(problem.operator.in_shape)(x))
        first = torch.ones(len(x), dtype=torch.float64)
        return AcceleratedPDHGState(x, measured=self.measure(problem), ahead=x, dual=u, shrunk=first, of_data=of_data)

    def step(self, problem: Problem, state: AcceleratedPDHGState, rng: torch.Generator) -> AcceleratedPDHGState:
        step, measured, outer = self._step(state), state.measured, problem.prior.outer
        if state.of_data:
            A, s = problem.operator.at(state.x), _SAFETY / (step * measured.operator**2)
            v = times(1 / s, state.dual) + A(state.ahead)
            dual = times(s, v - each(problem.noise.prox, 1 / s, v, problem.y))
            x = each(outer.prox, step, state.x - times(step, A.adjoint(dual)))
        else:
            K, s = problem.prior.linear(problem.operator.in_shape), _SAFETY / (step * measured.linear**2)
            dual = each(outer.conjugate_prox, s, state.dual + times(s, K(state.ahead)))
            x = misfit_prox(problem, state.x - times(step, K.adjoint(dual)), step, state.x)
        rate = torch.as_tensor(measured.rate if self.step_size is None else 0.0, dtype=torch.float64)
        shrinking = torch.as_tensor((1 + 2 * measured.convexity * step) ** -0.5, dtype=torch.float64)
        theta = torch.where(rate > 0, 1 / (1 + rate), shrinking).expand(len(x))
        shrunk = torch.where(rate > 0, state.shrunk, shrinking * state.shrunk)
        ahead = x + times(each_of(theta), x - state.x)
        return replace(state, x=x, ahead=ahead, dual=dual, shrunk=shrunk, k=state.k + 1)

    def adapt(self, problem: Problem, state: AcceleratedPDHGState) -> AcceleratedPDHGState:
        fresh = self.fresh(problem, state)
        return replace(fresh, dual=state.dual) if fresh.dual.shape == state.dual.shape else fresh

    def current_step(self, state: AcceleratedPDHGState) -> float | None:
        return least(self._step(state))

    def _step(self, state: AcceleratedPDHGState) -> Each:
        first = state.measured.step if self.step_size is None else self.step_size
        return each_of(first * state.shrunk)


def _rate(problem: Problem, scales: AcceleratedPDHGConstants) -> Each:
    """2 sqrt(m / M) / |B|, M a Lipschitz constant of the gradient of h; 0 where no M is known."""
    noise, outer = problem.noise, problem.prior.outer
    if _of_data(problem):
        bends = problem.lipschitz() if Likelihood.LIPSCHITZ in noise.can else 0.0  # M |A|^2
        return 2 * (scales.convexity / bends) ** 0.5 if least(bends) else 0.0
    smooth = outer.lipschitz() if Can.GRAD in outer.can else 0.0
    return 2 * (scales.convexity / smooth) ** 0.5 / scales.linear if smooth else 0.0


def _of_data(problem: Problem) -> bool:
    return isinstance(problem.prior.linear(problem.operator.in_shape), Identity)
