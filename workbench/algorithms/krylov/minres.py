"""The minimal residual method on a symmetric system."""

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.krylov.conjugate_gradient import leftover
from workbench.linalg import ratio
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import dot, norm, spread

_LOOK = 10  # reading a number from a GPU makes it wait, so `done` looks at every tenth state only


@dataclass(frozen=True)
class MINRESState(State):
    """Two Lanczos vectors and their beta; `rest`, |b - H x|, against `floor`; the rotation; the last two directions.

    `stretch` is the most that H has stretched a Lanczos vector so far.
    """

    v: Tensor = field(kw_only=True)
    v_before: Tensor = field(kw_only=True)
    beta: Tensor = field(kw_only=True)
    rest: Tensor = field(kw_only=True)
    floor: Tensor = field(kw_only=True)
    cosine: Tensor = field(kw_only=True)
    sine: Tensor = field(kw_only=True)
    delta: Tensor = field(kw_only=True)
    epsilon: Tensor = field(kw_only=True)
    w: Tensor = field(kw_only=True)
    w_before: Tensor = field(kw_only=True)
    stretch: Tensor = field(kw_only=True)


@dataclass(frozen=True)
class MINRES(Algorithm[MINRESState]):
    """min |b - H x| over the Krylov space, H = A* A / sigma^2 + H_prior: Lanczos, made triangular by rotations.

    The gradient H x - b falls at every step, and the objective with it; H need not be definite, so an H without
    inverse is no trouble. An item rests once its gradient is rounding. Paige & Saunders 1975, doi 10.1137/0712047.
    """

    formula = r"x_k = \operatorname{argmin}_{x \in \mathcal{K}_k} |b - Hx|"

    restarts = True  # a Krylov space belongs to one H only
    needs = Needs(prior=Can.QUADRATIC, noise=Likelihood.QUADRATIC | Likelihood.GRAD, linear=True)

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> MINRESState:
        r = -(problem.misfit_grad(x) + problem.prior.grad(x))
        zero = problem.zeros()
        size = norm(problem.misfit_grad(zero) + problem.prior.grad(zero))
        rest, none = norm(r), torch.zeros_like(size)
        v = spread(ratio(none + 1, rest), r) * r
        return MINRESState(
            x,
            v=v,
            v_before=0 * v,
            beta=none,
            rest=rest,
            floor=torch.finfo(size.dtype).eps * size,
            cosine=none - 1,
            sine=none,
            delta=none,
            epsilon=none,
            w=0 * v,
            w_before=0 * v,
            stretch=none,
        )

    def step(self, problem: Problem, state: MINRESState, rng: torch.Generator) -> MINRESState:
        v = state.v
        z = problem.gauss_newton(state.x)(v)
        stretch = state.stretch.maximum(norm(z))
        alpha = dot(v, z)
        z = z - spread(alpha, v) * v - spread(state.beta, v) * state.v_before
        beta = norm(z)
        delta = state.cosine * state.delta + state.sine * alpha
        bar = state.sine * state.delta - state.cosine * alpha
        gamma = torch.hypot(bar, beta)
        cosine, sine = ratio(bar, gamma), ratio(beta, gamma)
        active = state.rest > state.floor
        w = v - spread(state.epsilon, v) * state.w_before - spread(delta, v) * state.w
        w = spread(ratio(torch.ones_like(gamma), gamma), v) * w
        x = state.x + spread(torch.where(active, cosine * state.rest, 0), v) * w
        v_next = spread(ratio(torch.ones_like(beta), beta), z) * z
        # Beyond rounding the Lanczos vectors are noise, of which H may not see a part: x would follow it without end.
        floor = state.floor.maximum(leftover(stretch, x))
        moved = replace(state, x=x, k=state.k + 1, v=v_next, v_before=v, beta=beta, w=w, w_before=state.w)
        rest = torch.where(active, sine * state.rest, state.rest)
        delta, epsilon = -state.cosine * beta, state.sine * beta
        moved = replace(moved, rest=rest, cosine=cosine, sine=sine, delta=delta, epsilon=epsilon)
        return replace(moved, floor=floor, stretch=stretch)

    def done(self, state: MINRESState) -> bool:
        return state.k % _LOOK == 0 and bool((state.rest <= state.floor).all())
