"""Gauss-Newton steps that are damped, or solved exactly in the space of the data."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Needs
from workbench.algorithms.least_squares import unweighted
from workbench.algorithms.newton import CURVED, Inner, promised, truncated
from workbench.algorithms.newton_steps import Descent, Downhill, armijo, begun, downhill, moved, tried
from workbench.linalg import ratio, solve_data
from workbench.noise import Likelihood
from workbench.operators import Identity, Map
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import dot, norm2, spread

_FIRST, _EXACT = 1e-3, 1e-10


@dataclass(frozen=True)
class Damped(Downhill):
    """And the damping and what it is multiplied by at the next failure, (B,) each."""

    damping: Tensor = field(kw_only=True)
    factor: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class LevenbergMarquardt(Descent):
    """x <- x + p, (G + mu) p = -grad objective(x), G = J* nll'' J + H_prior, p by conjugate gradients.

    mu falls where the objective falls as the model says, by Nielsen's rule, and grows where it does not; then the step
    is not taken. The objective never rises; quadratic near a minimum that explains the data.
    Levenberg 1944, doi 10.1090/qam/10666; Marquardt 1963, doi 10.1137/0111030.
    """

    inner: Inner = 4

    needs = CURVED

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Damped:
        state = begun(problem, x)
        bend = ratio(dot(state.slope, problem.gauss_newton(x)(state.slope)), norm2(state.slope)).clamp_min(0)
        return Damped(**vars(state), damping=_FIRST * bend, factor=torch.full_like(bend, 2.0))

    def step(self, problem: Problem, state: Damped, rng: torch.Generator) -> Damped:
        model, mu = problem.gauss_newton(state.x), state.damping
        shape = (problem.operator.in_shape, problem.operator.in_shape)

        def shifted(v: Tensor) -> Tensor:
            return model(v) + spread(mu, v) * v

        damped = Map(shape, shifted, shifted, problem.operator.field)
        p = truncated(damped, state, torch.full_like(mu, torch.inf), self.inner)
        after, judged = tried(problem, state, p, promised(damped, state.slope, p))
        better = mu * (1 - (2 * judged.gain.clamp(0, 1) - 1) ** 3).clamp_min(1 / 3)
        least = torch.finfo(mu.dtype).eps * norm2(state.slope).sqrt()
        worse = (mu * state.factor).maximum(least)
        return replace(
            after,
            damping=torch.where(judged.taken, better, worse),
            factor=torch.where(judged.taken, 2.0, 2 * state.factor),
        )


@dataclass(frozen=True)
class GaussNewton(Descent):
    """x <- x + t (z - x), z = J* (J J* + c)^-1 (y - A(x) + J x), c = weight sigma^2: the linear problem at x, solved.

    Duncan and Guttman's and Woodbury's form in the space of the data: closed where J has `data_inverse`, one step where
    A is linear. t by halving, so that the objective falls at every step; quadratic near a minimum that explains the
    data. Duncan & Horn 1972, doi 10.1080/01621459.1972.10481299.
    """

    needs = Needs(
        prior=Can.QUADRATIC | Can.SPLIT | Can.GRAD | Can.HVP,
        noise=Likelihood.QUADRATIC | Likelihood.GRAD | Likelihood.LIPSCHITZ,
    )

    def lacks(self, problem: Problem) -> str:
        missing = super().lacks(problem) or unweighted(problem)
        if missing:
            return missing
        white = isinstance(problem.prior.linear(problem.operator.in_shape), Identity) and problem.prior.lipschitz()
        return "" if white else f"a prior weight |x|^2 / 2 of weight > 0, which {type(problem.prior).__name__} is not"

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Downhill:
        return begun(problem, x)

    def step(self, problem: Problem, state: Downhill, rng: torch.Generator) -> Downhill:
        x, J = state.x, problem.operator.at(state.x)
        c = problem.prior.lipschitz() / problem.noise.lipschitz(problem.y)
        z = J.adjoint(solve_data(J, problem.y - problem.operator(x) + J(x), c, tolerance=_EXACT))
        p = downhill(z - x, state.slope)
        return moved(problem, state, x + spread(armijo(problem, state, p), p) * p)
