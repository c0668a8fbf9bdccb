"""Newton's method held back by a cubic, or by the gradient, on a model that is small and solved exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, NamedTuple

import torch
from torch import Tensor

from workbench.algorithms.newton import CURVED
from workbench.algorithms.newton_steps import Descent, Downhill, begun, cauchy, tried
from workbench.linalg import ratio
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.tensors import norm, norm2, normal_like, stream

Size = Annotated[int, Range(2, 100, log=True, limits=(2, 1000)), "dimension of the space that a step is sought in"]
_HALVINGS = 60
_UP, _DOWN, _GOOD = 4.0, 0.5, 0.5
_FRESH = 0.05  # of a space is added while its Hessian stays


class Model(NamedTuple):
    """<g, V u> + <V u, H V u> / 2 = <c, u> + <u, values u> / 2: V real orthonormal rows, (B, n, d), the rest (B, n)."""

    basis: Tensor
    slope: Tensor
    values: Tensor

    def lift(self, u: Tensor, like: Tensor) -> Tensor:
        """V u."""
        return _like(torch.einsum("bn,bnd->bd", u, self.basis), like)

    def promised(self, u: Tensor) -> Tensor:
        """What the model says that u gains."""
        return -(self.slope * u).sum(1) - (self.values * u.square()).sum(1) / 2


class Space(NamedTuple):
    """Real orthonormal rows, (B, n, d), and what a Hessian makes of them; rows of zeros where there was none to add."""

    basis: Tensor
    images: Tensor


def spanned(hessian: LinearOperator, starts: Sequence[Tensor], count: int, known: Space | None = None) -> Space:
    """The Krylov space of several starts, `count` rows beside those known: block Lanczos, twice by Gram and Schmidt."""
    like, queue = starts[0], list(starts)
    flat = _real(like)
    size = min(count, 2 * flat.shape[1])  # a start of zeros keeps every other place empty
    old = 0 if known is None else known.basis.shape[1]
    basis, images = (flat.new_zeros(len(flat), old + size, flat.shape[1]) for _ in range(2))
    if known is not None:
        basis[:, :old], images[:, :old] = known
    for n in range(old, old + size):
        v = _real(queue.pop(0))
        before = v.norm(dim=1)
        for _ in range(2):
            v = v - torch.einsum("bm,bmd->bd", torch.einsum("bmd,bd->bm", basis[:, :n], v), basis[:, :n])
        # What is left of a vector that lay in the space is rounding, and no direction.
        length = v.norm(dim=1)
        kept = length > before * torch.finfo(length.dtype).eps ** 0.5
        basis[:, n] = torch.where(kept, ratio(torch.ones_like(length), length), 0)[:, None] * v
        queue.append(hessian(_like(basis[:, n], like)))
        images[:, n] = _real(queue[-1])
    return Space(basis, images)


def modelled(space: Space, g: Tensor) -> Model:
    """The quadratic model of slope g in a space."""
    T = torch.einsum("bmd,bnd->bmn", *space)
    values, rotation = torch.linalg.eigh((T + T.mT) / 2)
    turned = torch.einsum("bmd,bmn->bnd", space.basis, rotation)
    return Model(turned, torch.einsum("bnd,bd->bn", turned, _real(g)), values)


def _real(x: Tensor) -> Tensor:
    return (torch.view_as_real(x.resolve_conj()) if x.is_complex() else x).flatten(1)


def _like(v: Tensor, x: Tensor) -> Tensor:
    return torch.view_as_complex(v.reshape(*x.shape, 2)) if x.is_complex() else v.reshape(x.shape)


@dataclass(frozen=True)
class Held(Downhill):
    """The constant M that holds the steps back, (B,), where the Hessian is taken, and the space it is known in."""

    bound: Tensor = field(kw_only=True)
    anchor: Tensor = field(kw_only=True)
    space: Space | None = field(kw_only=True, default=None)


def _begun(problem: Problem, x: Tensor) -> Held:
    """M at first such that it halves the step along the gradient."""
    state = begun(problem, x)
    one = torch.ones_like(state.first)
    bound = ratio(one, cauchy(problem, x, state.slope).square() * state.first)
    return Held(**vars(state), bound=torch.where(bound > 0, bound, one), anchor=x)


@dataclass(frozen=True)
class CubicNewton(Descent):
    """x <- x + p, p = argmin <g, p> + <p, H p> / 2 + M |p|^3 / 6, H the Hessian less than `lazy` steps ago.

    Solved exactly on a Krylov space of the gradient and of noise, so that it leaves saddles. While H stays, so does the
    space: it grows by the new gradient's, a twentieth of its first size. M follows the objective, which never rises.
    |grad| <= eps after O(eps^-3/2) steps, on a bounded Hessian's slope.
    Nesterov & Polyak 2006, doi 10.1007/s10107-006-0706-8; Doikov, Chayti & Jaggi 2023, arXiv 2212.00781.
    """

    size: Size = 20
    lazy: Annotated[int, Range(1, 50, log=True, limits=(1, 10_000)), "steps between two Hessians"] = 3

    needs = CURVED
    wanders = True

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Held:
        return _begun(problem, x)

    def step(self, problem: Problem, state: Held, rng: torch.Generator) -> Held:
        space, last = self._space(problem, state), (state.k + 1) % self.lazy == 0
        model = modelled(space, state.slope)
        u = _cubic(model, state.bound)
        cubic = state.bound / 6 * u.square().sum(1) ** 1.5
        after, judged = tried(problem, state, model.lift(u, state.x), model.promised(u) - cubic)
        bound = torch.where(judged.gain > _GOOD, _DOWN * state.bound, state.bound)
        bound = torch.where(judged.taken, bound, _UP * state.bound)
        return replace(after, bound=bound, anchor=after.x if last else state.anchor, space=None if last else space)

    def _space(self, problem: Problem, state: Held) -> Space:
        """Where the next step is sought: a new one, or the last with the gradient of now."""
        hessian, fresh = problem.hessian(state.anchor), max(1, round(_FRESH * self.size))
        if state.space is not None:
            return spanned(hessian, (state.slope,), fresh, state.space)
        some = normal_like(state.x[:1], stream(0, "way from a saddle", device=state.x.device)).expand_as(state.x)
        return spanned(hessian, (state.slope, some), self.size)


@dataclass(frozen=True)
class RegularisedNewton(Descent):
    """x <- x - (H + lambda)^-1 grad objective(x), lambda = sqrt(M |grad objective(x)|), H the true Hessian.

    Where H bends down, lambda grows by as much; M follows the objective, which never rises. On a convex objective the
    rate is O(1 / k^2), and quadratic at the end. Solved on a Krylov space. Mishchenko 2023, doi 10.1137/22M1488752;
    Doikov & Nesterov 2024, doi 10.1007/s10107-023-01943-7.
    """

    size: Size = 20

    needs = CURVED

    def init(self, problem: Problem, x: Tensor, rng: torch.Generator) -> Held:
        return _begun(problem, x)

    def step(self, problem: Problem, state: Held, rng: torch.Generator) -> Held:
        model = modelled(spanned(problem.hessian(state.x), (state.slope,), self.size), state.slope)
        shift = (state.bound * norm(state.slope)).sqrt() + (-2 * model.values[:, 0]).clamp_min(0)
        u = -ratio(model.slope, model.values + shift[:, None])
        after, judged = tried(problem, state, model.lift(u, state.x), model.promised(u))
        bound = torch.where(judged.gain > _GOOD, _DOWN * state.bound, state.bound)
        return replace(after, bound=torch.where(judged.taken, bound, _UP * state.bound), anchor=state.x)


def _cubic(model: Model, bound: Tensor) -> Tensor:
    """argmin <c, u> + <u, values u> / 2 + M |u|^3 / 6: u = -c / (values + s), s = M |u| / 2, s by bisection."""
    least = (-model.values[:, 0]).clamp_min(0)

    def at(s: Tensor) -> Tensor:
        return -ratio(model.slope, model.values + s[:, None])

    low, high = least, least + (bound * norm(model.slope) / 2).sqrt()
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        longer = bound * norm(at(middle)) / 2 > middle
        low, high = torch.where(longer, middle, low), torch.where(longer, high, middle)
    u = at(high)
    # The gradient may not see the direction that bends down most: then s = -value, and u goes along it until |u| fits.
    lacking = ((2 * high / bound).square() - norm2(u)).clamp_min(0).sqrt()
    hard = (least > 0) & (lacking > 0.1 * high / bound)
    along = torch.where(model.slope[:, 0] > 0, -lacking, lacking)
    return torch.cat([torch.where(hard, u[:, 0] + along, u[:, 0])[:, None], u[:, 1:]], 1)
