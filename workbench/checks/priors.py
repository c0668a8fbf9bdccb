"""The laws of priors: value, gradient, Hessian, prox, split, what abilities imply."""

from collections.abc import Iterator

import torch
from torch import Tensor

from workbench.checks.operators import random
from workbench.checks.report import Finding, Law, at_most, holds
from workbench.linalg import power_norm
from workbench.operators import Map
from workbench.parameters import parameters
from workbench.priors import Can, Prior
from workbench.refusal import Refusal
from workbench.tensors import dot, norm, norm2, real_of, spread, stream

SHAPES = ((1, 8, 8), (3, 8, 8), (1, 16), (1, 4, 4, 4), (1, 16, 16), (1, 32, 32))
STEPS = (0.003, 0.05, 2.0)
_H = 1e-5  # the step of differences
_TINY = 1e-300
_CALLS = {
    Can.GRAD: lambda p, x: p.grad(x),
    Can.HVP: lambda p, x: p.hvp(x, x),
    Can.PROX: lambda p, x: p.prox(x, 0.5),
    Can.DENOISE: lambda p, x: p.denoise(x, 0.1),
}


def cases(prior: Prior) -> list[tuple[tuple[int, ...], torch.dtype]]:
    """The first shape, real and complex, that the prior takes."""
    both = [(shape, dtype) for dtype in (torch.float64, torch.complex128) for shape in SHAPES]
    fit = {dtype: shape for shape, dtype in reversed(both) if not prior.unfit(shape, dtype)}
    return [(shape, dtype) for dtype, shape in fit.items()]


def kinds(prior: Prior) -> Iterator[Finding]:
    """There is a signal that it takes, and its value is one real number for each item."""
    found = cases(prior)
    yield holds("it takes some signal", bool(found), f"`unfit` refuses {SHAPES}, real and complex")
    for shape, dtype in found:
        for kind in (dtype, torch.complex64 if dtype.is_complex else torch.float32):
            value = prior(random((3, *shape), kind))
            fine = value.shape == (3,) and value.dtype == real_of(kind)
            name = str(kind).removeprefix("torch.")
            yield holds(f"g(x) is (B,), real, in the precision of {name}", fine, f"{tuple(value.shape)}, {value.dtype}")


def batches(prior: Prior) -> Iterator[Finding]:
    """Each item of a batch by itself; the input stays as it was."""
    for shape, dtype in cases(prior):
        x = random((3, *shape), dtype)
        before = x.clone()
        calls = [call for ability, call in _CALLS.items() if ability in prior.can] + [lambda p, x: p(x)[:, None]]
        error = max(float(_apart(call(prior, x)[1:2], call(prior, x[1:2])).max()) for call in calls)
        yield at_most("items of a batch are independent", error, 1e-12)
        yield holds("the input stays as it was", torch.equal(x, before), "it was written into: clone it first")


def feasibility(prior: Prior) -> Iterator[Finding]:
    """`feasible(x)` has a finite value, and is x where that is finite already."""
    if Can.VALUE not in prior.can:
        return
    for shape, dtype in cases(prior):
        x = random((2, *shape), dtype)
        inside = prior.feasible(x)
        yield holds("g(feasible(x)) is finite", bool(prior(inside).isfinite().all()), "it is infinite or NaN")
        again = _apart(prior.feasible(inside), inside)
        yield at_most("feasible(x) is x inside", again, 1e-9)


def _apart(a: Tensor, b: Tensor) -> Tensor:
    a, b = (torch.nan_to_num(v, nan=0, posinf=1, neginf=-1) for v in (a, b))
    return norm(a - b) / (norm(a) + norm(b) + _TINY)


def gradient(prior: Prior) -> Iterator[Finding]:
    """<grad g, v> is the slope of g along v, also at x = 0."""
    if Can.GRAD | Can.VALUE not in prior.can:
        return
    for shape, dtype in cases(prior):
        v = random((2, *shape), dtype, 1)
        for name, x in (("x", random((2, *shape), dtype)), ("0", torch.zeros(2, *shape, dtype=dtype))):
            slope = (prior(x + _H * v) - prior(x - _H * v)) / (2 * _H)
            size = slope.abs() + prior(v).abs() + _TINY
            yield at_most(f"grad is the slope of g at {name}", (dot(prior.grad(x), v) - slope).abs() / size, 1e-6)


def hessian(prior: Prior) -> Iterator[Finding]:
    """hvp is the slope of grad, also at x = 0; no eigenvalue exceeds `lipschitz`."""
    if Can.HVP | Can.GRAD not in prior.can:
        return
    for shape, dtype in cases(prior):
        v = random((2, *shape), dtype, 1)
        for name, x in (("x", random((2, *shape), dtype)), ("0", torch.zeros(2, *shape, dtype=dtype))):
            slope = (prior.grad(x + _H * v) - prior.grad(x - _H * v)) / (2 * _H)
            rounding = torch.finfo(torch.float64).eps * norm(prior.grad(x)) / _H
            error = (norm(prior.hvp(x, v) - slope) - rounding).clamp_min(0) / (norm(slope) + _TINY)
            yield at_most(f"hvp is the slope of grad at {name}", error, 1e-6)


def lipschitz(prior: Prior) -> Iterator[Finding]:
    """|grad g(x) - grad g(z)| <= lipschitz |x - z|, and no eigenvalue of the Hessian is larger."""
    if Can.GRAD not in prior.can:
        return
    for shape, dtype in cases(prior):
        bound = prior.lipschitz_on(shape)
        for scale in (1.0, 1e-2):
            x, z = scale * random((4, *shape), dtype), scale * random((4, *shape), dtype, 1)
            most = float((norm(prior.grad(x) - prior.grad(z)) / norm(x - z)).max())
            fact = f"gradients differ by {most:.4g} |x - z|, lipschitz is {bound:.4g}"
            yield holds("grad has the Lipschitz constant `lipschitz`", most <= bound * (1 + 1e-9), fact, fact)
            if Can.HVP in prior.can:
                curve = Map((shape, shape), lambda v, x=x: prior.hvp(x[:1], v), lambda v, x=x: prior.hvp(x[:1], v))
                largest = power_norm(curve, x[:1], steps=50)
                fact = f"an eigenvalue {largest:.4g}, lipschitz {bound:.4g}"
                yield holds("no eigenvalue of the Hessian exceeds it", largest <= bound * (1 + 1e-9), fact, fact)


def prox(prior: Prior) -> Iterator[Finding]:
    """u = prox(x, step): no other signal has a lower |v - x|^2 / 2 + step g(v); for convex g by |v - u|^2 / 2."""
    if Can.PROX | Can.VALUE not in prior.can:
        return
    convex = Can.CONVEX in prior.can
    iterative = any(p.name == "iterations" for p in parameters(type(prior)))
    bound = 1e-2 if iterative else 1e-5  # a prox that is a loop may end early; the laws of tests/ run it to its end
    for shape, dtype in cases(prior):
        x = random((2, *shape), dtype)
        for step in STEPS:
            u = prior.prox(x, step)
            fine = u.shape == x.shape and u.dtype == x.dtype and bool(prior(u).isfinite().all())
            yield holds(
                f"prox(x, {step:g}) is like x, with a finite g", fine, f"{tuple(u.shape)}, {u.dtype}, g = {prior(u)}"
            )
            others = [x, 0 * x, 0.5 * u, 1.001 * u, (u + x) / 2, prior.prox(x, 2 * step), prior.prox(0.9 * x, step)]
            others += [u + s * random(tuple(x.shape), dtype, 5 + k) for k, s in enumerate((1e-6, 1e-4, 1e-2, 1.0))]
            gain = max(float(_excess(prior, x, u, v, step, convex).max()) for v in others)
            yield at_most(f"no signal is better than prox(x, {step:g})", gain, bound, "relative gain of another")


def _excess(prior: Prior, x: Tensor, u: Tensor, v: Tensor, step: float, convex: bool) -> Tensor:
    """How much lower than at u the prox's objective is at v, where it should be higher by |v - u|^2 / 2 if convex."""
    at_u, at_v = (norm2(w - x) / 2 + step * prior(w) for w in (u, v))
    return (at_u - at_v + (norm2(v - u) / 2 if convex else 0)) / (at_u.abs() + norm2(x) + _TINY)


def split(prior: Prior) -> Iterator[Finding]:
    """g(x) = outer(linear(x)), outer with a prox."""
    if Can.SPLIT | Can.VALUE not in prior.can:
        return
    for shape, dtype in cases(prior):
        x, K, outer = random((2, *shape), dtype), prior.linear(shape), prior.outer
        yield holds("`linear` takes the signal", K.in_shape == shape, f"it takes {K.in_shape}")
        yield holds("`outer` has a prox", Can.PROX in outer.can, f"{type(outer).__name__} has none")
        error = (prior(x) - outer(K(x))).abs() / (prior(x).abs() + _TINY)
        yield at_most("g(x) = outer(linear(x))", torch.nan_to_num(error), 1e-12)


def convexity(prior: Prior) -> Iterator[Finding]:
    """g(t x + (1 - t) z) <= t g(x) + (1 - t) g(z)."""
    if Can.CONVEX | Can.VALUE not in prior.can:
        return
    for shape, dtype in cases(prior):
        x, z = random((8, *shape), dtype), random((8, *shape), dtype, 1)
        t = spread(torch.rand(8, generator=stream(0, "mixtures of a check"), dtype=torch.float64), x)
        bound = t.flatten() * prior(x) + (1 - t.flatten()) * prior(z)
        above = (prior(t * x + (1 - t) * z) - bound) / (bound.abs() + _TINY)
        yield at_most("g is convex", torch.nan_to_num(above, nan=0), 1e-10, "relative excess")


def abilities(prior: Prior) -> Iterator[Finding]:
    """What `can` says is there; what it does not say is refused."""
    for shape, dtype in cases(prior)[:1]:
        for ability, call in _CALLS.items():
            name = str(ability.name).lower()
            try:
                call(prior, random((1, *shape), dtype))
                yield holds(
                    f"{name}: `can` says what is there", ability in prior.can, f"add Can.{ability.name} to `can`"
                )
            except Refusal as refusal:
                yield holds(f"{name}: `can` says what is there", ability not in prior.can, str(refusal))


LAWS: tuple[Law, ...] = (kinds, batches, feasibility, gradient, hessian, lipschitz, prox, split, convexity, abilities)
