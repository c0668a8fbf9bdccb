"""The laws of operators: shapes, batches, linearity, adjoints, Jacobians, closed forms."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from workbench.checks.report import Finding, Law, at_most, holds
from workbench.operators import Field, LinearOperator, Operator
from workbench.operators.diagonalisation import RANK
from workbench.refusal import Refusal
from workbench.tensors import dot, norm, normal_like, shown, stream

DOUBLE, SINGLE = 1e-12, 1e-5
_EXACT = 1e-14
_LARGEST = 400  # unknowns of an operator whose matrix is made
_TINY = 1e-300


def dtypes(operator: Operator, double: bool = True) -> list[torch.dtype]:
    """The dtypes of one precision that an operator takes."""
    real, cplx = (torch.float64, torch.complex128) if double else (torch.float32, torch.complex64)
    return [real] * (Field.REAL in operator.field) + [cplx] * (Field.COMPLEX in operator.field)


def random(shape: tuple[int, ...], dtype: torch.dtype, number: int = 0) -> Tensor:
    """Standard normal numbers that are the same in every check."""
    return normal_like(torch.empty(shape, dtype=dtype), stream(0, "signals of a check", number))


def pair(operator: Operator, dtype: torch.dtype, batch: int = 2) -> tuple[Tensor, Tensor]:
    """An unknown, and data that are as random."""
    x = random((batch, *operator.in_shape), dtype)
    return x, random((batch, *operator.out_shape), operator(x).dtype, 1)


def away(a: Tensor, b: Tensor) -> Tensor:
    """|a - b| over |a| + |b|, item by item."""
    return norm(a - b) / (norm(a) + norm(b) + _TINY)


def shapes(operator: Operator) -> Iterator[Finding]:
    """Outputs have the shape that was promised, the precision and the device of the input."""
    for dtype in dtypes(operator) + dtypes(operator, double=False):
        x = random((2, *operator.in_shape), dtype)
        clean = operator(x)
        name = str(dtype).removeprefix("torch.")
        wanted = f"wanted 2 x {shown(operator.out_shape)}, got {shown(tuple(clean.shape))}"
        yield holds(f"A x has the shape of the data, {name}", clean.shape == (2, *operator.out_shape), wanted)
        same = clean.dtype.to_real() == dtype.to_real() and clean.device == x.device
        yield holds(f"A x keeps precision and device, {name}", same, f"got {clean.dtype} on {clean.device}")
        back = operator.at(x).adjoint(random(tuple(clean.shape), clean.dtype, 1))
        came = f"got {shown(tuple(back.shape))}, {back.dtype}"
        yield holds(f"A* y is like x, {name}", back.shape == x.shape and back.dtype == dtype, came)


def batches(operator: Operator) -> Iterator[Finding]:
    """Each item of a batch by itself, inputs untouched, the same again."""
    x, y = pair(operator, dtypes(operator)[0], batch=3)
    before = x.clone(), y.clone()
    clean, back = operator(x), operator.at(x).adjoint(y)
    alone = away(clean[1:2], operator(x[1:2])), away(back[1:2], operator.at(x[1:2]).adjoint(y[1:2]))
    yield at_most("items of a batch are independent", torch.cat(alone), _EXACT)
    untouched = torch.equal(x, before[0]) and torch.equal(y, before[1])
    yield holds("the input stays as it was", untouched, "it was written into: clone it first")
    yield holds(
        "the same x gives the same A x", torch.equal(operator(x), clean), "a random one: draw in the constructor"
    )


def linearity(operator: Operator) -> Iterator[Finding]:
    """A (x + c v) = A x + c A v, for operators that say so."""
    if isinstance(operator, LinearOperator):
        itself = operator.at(random((1, *operator.in_shape), dtypes(operator)[0])) is operator
        yield holds("`at` gives the operator itself", itself, "another: leave `at` as it is")
        for dtype in dtypes(operator):
            x, v = random((2, *operator.in_shape), dtype), random((2, *operator.in_shape), dtype, 2)
            factor = 2 - 3j if dtype.is_complex else -2.5
            yield at_most(
                "A (x + c v) = A x + c A v", away(operator(x + factor * v), operator(x) + factor * operator(v)), DOUBLE
            )


def adjoint(operator: Operator) -> Iterator[Finding]:
    """The dot test: <A v, y> = <v, A* y>, of the Jacobian where A is not linear."""
    for double, bound in ((True, DOUBLE), (False, SINGLE)):
        for dtype in dtypes(operator, double):
            x, y = pair(operator, dtype)
            A, v = operator.at(x), random((2, *operator.in_shape), dtype, 2)
            size = norm(A(v)).double() * norm(y).double() + _TINY
            error = (dot(A(v), y) - dot(v, A.adjoint(y))).abs() / size
            yield at_most(f"<A v, y> = <v, A* y>, {str(dtype).removeprefix('torch.')}", error, bound)


def jacobian(operator: Operator) -> Iterator[Finding]:
    """A (x + t v) - A x - t J v falls with t^2, for operators that are not linear."""
    if operator.linear:
        return
    for dtype in dtypes(operator):
        x, v = random((1, *operator.in_shape), dtype), random((1, *operator.in_shape), dtype, 2)
        J, clean = operator.at(x), operator(x)
        rest = [float(norm(operator(x + t * v) - clean - t * J(v))[0]) for t in (1e-2, 1e-4)]
        rounding = float(norm(clean)) * 1e-14
        slope = math.log(max(rest[0], _TINY) / max(rest[1], rounding, _TINY)) / math.log(1e2)
        fine = rest[0] <= rounding or slope >= 1.85
        yield holds(
            "J is the derivative", fine, f"the rest falls with t^{slope:.2f}, wanted t^2", f"rest ~ t^{slope:.2f}"
        )


def closed_forms(operator: Operator) -> Iterator[Finding]:
    """Norm, spectrum and inverses in closed form, where there are any, beside those of the matrix."""
    if not isinstance(operator, LinearOperator) or math.prod(operator.in_shape) > _LARGEST:
        return
    for dtype in dtypes(operator):
        A = matrix(operator, dtype)
        yield from _inverses(operator, A, dtype)
        values = torch.linalg.svdvals(A)
        norm, spectrum = operator.closed_norm(), operator.spectrum()
        if norm is not None:
            yield at_most("closed_norm is that of the matrix", abs(norm - values[0]) / (values[0] + _TINY), 1e-10)
        if spectrum is not None:
            wanted = torch.cat([values.square(), values.new_zeros(A.shape[1])])[: A.shape[1]]
            error = (spectrum.sort(descending=True).values - wanted).abs().max() / max(1.0, float(wanted.max()))
            yield at_most("spectrum is that of the matrix", error, DOUBLE)


def _inverses(operator: LinearOperator, A: Tensor, dtype: torch.dtype) -> Iterator[Finding]:
    x, y, c = random((2, *operator.in_shape), dtype), random((2, *operator.out_shape), A.dtype, 1), 0.3
    values = torch.linalg.svdvals(A)
    kept = values[values > RANK * values[0]]
    condition = float(kept[0] / kept[-1]) if len(kept) else 1.0
    made = (
        ("gram_inverse", operator.gram_inverse(x, c), lambda b: _shifted(A.mH @ A, c, b), x, DOUBLE),
        ("data_inverse", operator.data_inverse(y, c), lambda b: _shifted(A @ A.mH, c, b), y, DOUBLE),
        ("pseudo_inverse", operator.pseudo_inverse(y), lambda b: _inverted(A, b), y, DOUBLE * condition),
        ("adjoint_inverse", operator.adjoint_inverse(x), lambda b: _inverted(A.mH, b), x, DOUBLE * condition),
    )
    for name, found, right, b, bound in made:
        if found is not None:
            wanted = right(b.flatten(1).T.to(A.dtype)).T
            yield at_most(f"{name} is that of the matrix", away(found.flatten(1).to(A.dtype), wanted), bound)


def _shifted(gram: Tensor, c: float, b: Tensor) -> Tensor:
    return torch.linalg.solve(gram + c * torch.eye(len(gram), dtype=gram.dtype), b)


def _inverted(A: Tensor, b: Tensor) -> Tensor:
    return torch.linalg.pinv(A, rtol=RANK) @ b


def matrix(operator: LinearOperator, dtype: torch.dtype) -> Tensor:
    """A as (prod(out_shape), prod(in_shape)), column by column."""
    size = math.prod(operator.in_shape)
    return operator(torch.eye(size, dtype=dtype).reshape(size, *operator.in_shape)).flatten(1).T


def alignment(operator: Operator) -> Iterator[Finding]:
    """What `aligned` gives has the same data as x, and is no farther from the truth."""
    for dtype in dtypes(operator):
        x, truth = random((2, *operator.in_shape), dtype), random((2, *operator.in_shape), dtype, 3)
        found = operator.aligned(x, truth)
        yield at_most("aligned x has the data of x", away(operator(x), operator(found)), DOUBLE)
        nearer = bool((norm(found - truth) <= norm(x - truth) * (1 + DOUBLE)).all())
        yield holds("aligned x is no farther from the truth", nearer, "it is farther")


def refusals(operator: Operator) -> Iterator[Finding]:
    """A signal of another shape is refused in a sentence."""
    side = (*operator.in_shape[:-1], operator.in_shape[-1] + 1)
    try:
        operator(random((2, *side), dtypes(operator)[0]))
        yield holds("a signal of another shape is refused", False, "it was taken")
    except Refusal:
        yield holds("a signal of another shape is refused", True, "")


LAWS: tuple[Law, ...] = (shapes, batches, linearity, adjoint, jacobian, closed_forms, alignment, refusals)
