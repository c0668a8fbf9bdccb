"""A lower bound of the least objective, from the dual problem of Fenchel and Rockafellar."""

from typing import NamedTuple

import torch
from torch import Tensor

from workbench.algorithms import State
from workbench.linalg import cg
from workbench.noise import Likelihood, Noise
from workbench.operators import Identity, LinearOperator, Map, Stack
from workbench.priors import NEEDS_IN_WORDS, Can, Prior, Tikhonov
from workbench.priors.combined.dual_of_prox import SplitPrior, subgradients
from workbench.priors.combined.pair import Pair
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import in_double, norm, spread

_EXACT = 1e-9  # what may be left of |A*p + K*q|, relative to its terms, for rounding to be the reason
_ROUNDING = 1e-12  # of |A*p|: what rounding leaves of it
_NEAR_0 = 1e-6  # of a dual: the projection onto a domain around 0 is that onto its span
_HALVINGS, _POLISH, _REFINED = 40, 5, 2
_LIFTING = 500  # steps of conjugate gradients at most


class Dual(NamedTuple):
    """A dual pair and, (B,) each, the size of A*p + K*q, which should be 0, and that of its terms."""

    p: Tensor
    q: Tensor
    defect: Tensor
    size: Tensor


def uncertified(problem: Problem) -> str:
    """Why this problem has no duality gap, as a sentence; empty where it has one."""
    name, noise = type(problem.prior).__name__, type(problem.noise).__name__
    if not problem.operator.linear:
        return f"a duality gap needs a linear operator, and {type(problem.operator).__name__} is none"
    if not {Likelihood.CONJUGATE, Likelihood.CONVEX, Likelihood.GRAD} <= set(problem.noise.can):
        return f"a duality gap needs a convex misfit with a conjugate, which {noise} lacks"
    for ability in (Can.CONVEX, Can.SPLIT):
        if ability not in problem.prior.can:
            return f"a duality gap needs {NEEDS_IN_WORDS[ability]} of the prior, which {name} lacks"
    try:
        outer, _ = problem.prior.dual_split(problem.operator.in_shape)
    except Refusal as refusal:
        return f"a duality gap needs {refusal.wanted}, which {name} lacks"
    if Can.CONJUGATE not in outer.can:
        return f"a duality gap needs {NEEDS_IN_WORDS[Can.CONJUGATE]} of the prior, which {name} lacks"
    return ""


def lower_bound(problem: Problem, state: State) -> Tensor:
    """D <= least objective, (B,) in double, and D -> it as the state converges; -inf where none was found.

    The largest -nll*(p) - h*(q), A*p + K*q = 0, on segments that end at the gradient of the nll at A x and at the
    algorithm's own duals. True but for rounding. Rockafellar 1970, section 31.
    """
    # In double: a gap is a difference of large numbers, in single precision it would end at 1e-6 of them.
    x, y, A = in_double(state.x), in_double(problem.y), _measured(problem, problem.operator.at(state.x))
    outer, K = problem.prior.dual_split(problem.operator.in_shape)
    clean = A(x)
    data, known = state.duals()
    ends = [problem.noise.grad(clean, y), *([] if data is None else [in_double(data)])]
    if known is not None and known.shape[1:] == K.out_shape and _is_split(problem.prior, K, x):
        q = in_double(known)
    else:
        q = _multiplier(problem.prior, outer, K, x, -A.adjoint(ends[0]))
    if q is not None and isinstance(outer, Tikhonov) and K.adjoint_inverse(x) is None:
        bends = problem.noise.precision(clean)
        pairs = [_newton(A, K, outer, (p, q), bends) for p in ends]
    else:
        pairs = [_feasible(A, K, outer, p, q) for p in ends]
    zero = Dual(0 * pairs[0].p, 0 * pairs[0].q, 0 * pairs[0].defect, pairs[0].size)
    centres = [zero]
    if isinstance(K, Identity | Stack) and not x.is_complex():
        # The domain of a constraint's conjugate is a cone: from 0 no segment stays inside, from here one does.
        beyond = clean.abs().flatten(1).amax(1)
        centre = _feasible(A, K, outer, problem.noise.grad(clean + spread(beyond, clean), y), None)
        centres.append(_within(outer, centre))
        if isinstance(outer, Pair) and outer.in_a_set(x, K.out_shape) is not None:
            centres.append(_within(outer, _inside(A, K, outer, centre)))
    reach = 2 * norm(x)
    bounds = [_along(problem.noise, outer, y, c, pair, reach) for c in centres for pair in pairs]
    return torch.stack(bounds).amax(0)


def _is_split(prior: Prior, K: LinearOperator, x: Tensor) -> bool:
    """Whether K is the map whose duals a method has: wavelets, say, are certified behind another of the same shape."""
    own = prior.linear(K.in_shape)
    return own.out_shape == K.out_shape and torch.equal(own(x), K(x))


def _multiplier(prior: Prior, outer: Prior, K: LinearOperator, x: Tensor, z: Tensor) -> Tensor | None:
    """A q with K*q near z, a subgradient of the prior at x but for errors; None where q is z itself."""
    if isinstance(K, Identity):
        return None
    q = prior.multiplier(x, z)
    if q is not None:
        return q
    return outer.grad(K(x)) if Can.GRAD in outer.can else subgradients(SplitPrior(outer, K), x, z)[0]


def _measured(problem: Problem, A: LinearOperator) -> LinearOperator:
    """A of the data that say anything: the dual of others is 0, and has to stay so where it is moved."""
    kept = problem.noise.measured(problem.y)
    if bool(kept.all()):
        return A

    def those(y: Tensor) -> Tensor:
        return torch.where(kept, y, 0)

    return Map((A.in_shape, A.out_shape), lambda v: those(A(v)), lambda p: A.adjoint(those(p)), A.field)


def _feasible(A: LinearOperator, K: LinearOperator, outer: Prior, p: Tensor, q: Tensor | None) -> Dual:
    """The pair moved, by least squares, to where A*p + K*q = 0."""
    w = A.adjoint(p)
    size = norm(w)
    if isinstance(K, Identity):
        return Dual(p, -w, torch.zeros_like(size), size)

    def unseen(v: Tensor) -> Tensor:
        """What K does not see of v."""
        return v - K.adjoint(_lift(K, v))

    rest, floor = unseen(w), _ROUNDING * size
    rest = torch.where(spread(norm(rest) > floor, rest), rest, 0)  # what is rounding already has no solution
    # Each item its own: one that is nearly there would follow the rounding of what is left, to anywhere.
    tolerance = (floor / norm(rest)).clamp(1e-15, 1e-2).nan_to_num(1e-2)
    normal = Map((A.in_shape, A.in_shape), lambda v: unseen(A.adjoint(A(unseen(v)))), lambda v: v)
    p = p - A(unseen(cg(normal, rest, tolerance=tolerance)))
    w = A.adjoint(p)
    if q is None:
        q = -_lifted(K, outer, w)
    else:
        known = K.adjoint(q)
        size = size.maximum(norm(known))
        q = q - _lifted(K, outer, w + known)
    for _ in range(_POLISH):
        # Projections in turn: into the domain of h*, and back to K*q = -A*p. Each finite q is as good as it gets.
        nearer = outer.conjugate_prox(q, 0.0)
        nearer = nearer - _lifted(K, outer, w + K.adjoint(nearer))
        q = torch.where(spread(outer.conjugate(q).isfinite(), q), q, nearer)
    return Dual(p, q, norm(w + K.adjoint(q)), size)


def _newton(A: LinearOperator, K: LinearOperator, square: Tikhonov, pair: tuple[Tensor, Tensor], bends: Tensor) -> Dual:
    """The pair of a square's conjugate, which is finite everywhere, moved to where A*p + K*q = 0 by a Newton step.

    p + W A e and q + w K e, (A*W A + w K*K) e = -(A*p + K*q): there is such an e whatever A and K do not see, and
    for Gaussian noise and p, q of any x it ends at the largest bound.
    """

    def bent(v: Tensor) -> Tensor:
        return A.adjoint(bends * A(v)) + square.weight * K.adjoint(K(v))

    p, q = pair
    size = norm(A.adjoint(p)).maximum(norm(K.adjoint(q)))
    for _ in range(_REFINED):
        rest = -A.adjoint(p) - K.adjoint(q)
        tolerance = (_ROUNDING * size / norm(rest)).clamp(1e-12, 1).nan_to_num(1.0)
        e = cg(bent, rest, tolerance=tolerance, steps=_LIFTING)
        p, q = p + bends * A(e), q + square.weight * K(e)
    return Dual(p, q, norm(A.adjoint(p) + K.adjoint(q)), size)


def _within(outer: Prior, pair: Dual) -> Dual:
    """The pair halved until it is twice as near to 0 as a point of the domain, where there is one on its way."""
    scale = torch.ones_like(pair.size)
    for _ in range(_HALVINGS):
        outside = ~outer.conjugate(spread(scale, pair.q) * pair.q).isfinite()
        if not bool(outside.any()):
            break
        scale = torch.where(outside, scale / 2, scale)
    scale = torch.where(scale < 1, scale / 2, scale)
    p, q = spread(scale, pair.p) * pair.p, spread(scale, pair.q) * pair.q
    return Dual(p, q, scale * pair.defect, pair.size)


def _inside(A: LinearOperator, K: LinearOperator, outer: Pair, like: Dual) -> Dual:
    """A pair whose multiplier of a set is minus what e makes, everywhere, also where A sees nothing: near -1.

    p = A e and q = D K e for the other prior, (A*A + K*D K) e = 1, with D the projection onto the span of its domain.
    As large as `like`.
    """

    def held(v: Tensor) -> Tensor:
        others = K(v) - _in_a_set(outer, K, v)
        return outer.conjugate_prox(_NEAR_0 * others, 0.0) / _NEAR_0

    def bent(v: Tensor) -> Tensor:
        return A.adjoint(A(v)) + K.adjoint(held(v))

    ones = torch.ones(len(like.p), *A.in_shape, dtype=like.p.dtype, device=like.p.device)
    e = cg(bent, ones, tolerance=1e-6, steps=_LIFTING)
    p = A(e)
    e = spread(norm(like.p) / norm(p).clamp_min(torch.finfo(p.dtype).tiny), e) * e
    p, q = A(e), held(e)
    q = q - _in_a_set(outer, K, A.adjoint(p) + K.adjoint(q))
    return Dual(p, q, norm(A.adjoint(p) + K.adjoint(q)), like.size)


def _in_a_set(outer: Pair, K: LinearOperator, w: Tensor) -> Tensor:
    found = outer.in_a_set(w, K.out_shape)
    assert found is not None  # as was asked
    return found


def _lifted(K: LinearOperator, outer: Prior, w: Tensor) -> Tensor:
    """A q with K*q = w, where w has one: the multiplier of a set of x takes it all, whose size costs least."""
    alone = outer.in_a_set(w, K.out_shape) if isinstance(outer, Pair) else None
    return _lift(K, w) if alone is None else alone


def _lift(K: LinearOperator, w: Tensor) -> Tensor:
    """The least q with K*q = w, where w has one."""
    closed = K.adjoint_inverse(w)
    if closed is not None:
        return closed

    def seen(q: Tensor) -> Tensor:
        return K(K.adjoint(q))

    # Not K (K*K)^-1 w: what K does not see of w has no such solution, and conjugate gradients would follow it far away.
    return cg(seen, K(w), tolerance=1e-13, steps=_LIFTING)


def _along(noise: Noise, outer: Prior, y: Tensor, centre: Dual, end: Dual, reach: Tensor) -> Tensor:
    """The dual value, as large as it gets on the segment from the centre to the end, (B,)."""

    def value(t: Tensor) -> Tensor:
        p = centre.p + spread(t, end.p) * (end.p - centre.p)
        q = centre.q + spread(t, end.q) * (end.q - centre.q)
        found = -noise.conjugate(p, y) - outer.conjugate(q)
        return torch.where(found.isnan(), -torch.inf, found)

    none = torch.zeros_like(reach)
    first, last = value(none), value(none + 1)
    # The domain is convex: the segment leaves it once, if it does.
    within, beyond = torch.where(last.isfinite(), 1.0, none), none + 1
    for _ in range(0 if bool(last.isfinite().all()) else _HALVINGS):
        middle = (within + beyond) / 2
        inside = value(middle).isfinite()
        within, beyond = torch.where(inside, middle, within), torch.where(inside, beyond, middle)
    half, whole = value(within / 2), value(within)
    # The top of the parabola through three values: exact for Gaussian noise, and no worse than they are elsewhere.
    bend = first - 2 * half + whole
    top = within / 4 * (4 * half - 3 * first - whole) / -bend.clamp_max(-torch.finfo(bend.dtype).tiny)
    top = torch.where(top.isfinite(), top, none).clamp_min(0).minimum(within)
    best = torch.stack([first, half, whole, value(top)]).amax(0)
    # With a defect r the bound holds less <r, x*>; r is rounding, or there is no bound.
    exact = (centre.defect <= _EXACT * centre.size) & (end.defect <= _EXACT * end.size)
    return torch.where(exact, best - (centre.defect + end.defect) * reach, -torch.inf)
