"""Derivatives of trainings against autograd, differences and dense matrices; spectra against closed forms."""

import math
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from tests.networks.small import CASES, Classes, Numbers, case, matrix, moved, problem
from workbench.analysis.spectrum import Search, hessians, last, sketched_trace, top
from workbench.networks import (
    MLP,
    CrossEntropy,
    Linear,
    SquaredLoss,
    Table,
    batch_slope,
    broadening,
    critical_steps,
    fisher,
    hessian,
    landscape,
    leading,
    one_of,
    suggested_rate,
    traces,
)
from workbench.networks.curvature.base import random_starts
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tensors import generator

each = pytest.mark.parametrize("name", CASES)


def scalar(made, item):
    """The objective of one item as a function of its weights, written without the workbench's loss."""
    one, _ = one_of(made, made.start(), item)

    def value(w):
        outputs = one.operator(w[None, None])[0]
        if isinstance(one.noise, CrossEntropy):
            misfit = torch.nn.functional.cross_entropy(outputs, one.y[0])
        else:
            misfit = (outputs - one.y[0]).square().sum(1).mean() / 2
        return misfit + 0.05 * w.square().sum()

    return value


@each
def test_the_slope_is_the_gradient(name):
    made = case(name)
    x = moved(made)
    slope = batch_slope(made, x, None)
    torch.testing.assert_close(slope, made.misfit_grad(x) + made.prior.grad(x), rtol=1e-11, atol=1e-13)
    for item in range(2):
        known = torch.func.grad(scalar(made, item))(x[item, 0])
        torch.testing.assert_close(slope[item, 0], known, rtol=1e-11, atol=1e-13)
    v = torch.randn(x.shape, generator=generator(9, 0), dtype=x.dtype)
    step = 1e-5
    difference = (made.objective(x + step * v) - made.objective(x - step * v)) / (2 * step)
    torch.testing.assert_close((slope * v).flatten(1).sum(1), difference, rtol=1e-7, atol=1e-9)


@each
def test_the_slopes_of_batches_have_the_slope_as_their_mean(name):
    made = case(name)
    x, count = moved(made), made.y.shape[1]
    parts = [batch_slope(made, x, torch.tensor([[i], [count - 1 - i]])) for i in range(count)]
    torch.testing.assert_close(torch.stack(parts).mean(0), batch_slope(made, x, None), rtol=1e-11, atol=1e-13)


@each
def test_the_hessian_is_that_of_autograd(name):
    made = case(name)
    x = moved(made)
    for found in (matrix(made.hessian(x), 2), matrix(hessian(made, x), 2)):
        for item in range(2):
            known = torch.func.hessian(scalar(made, item))(x[item, 0])
            torch.testing.assert_close(found[item], known, rtol=1e-10, atol=1e-12)


@each
def test_gauss_newton_and_fisher_are_sums_over_examples(name):
    made = case(name)
    x, count = moved(made), made.y.shape[1]
    newton, squares = matrix(made.gauss_newton(x), 2), matrix(fisher(made, x), 2)
    for item in range(2):
        one, w = one_of(made, x, item)
        J = torch.func.jacrev(lambda w, one=one: one.operator(w[None, None])[0])(w[0, 0])  # (N, outputs, P)
        outputs = one.operator(w)[0]
        p = outputs.softmax(1)
        known, known_squares = 0.1 * torch.eye(len(w[0, 0]), dtype=torch.float64), 0
        for j, q, out, y in zip(J, p, outputs, one.y[0], strict=True):
            classes = isinstance(one.noise, CrossEntropy)
            bend = torch.diag(q) - torch.outer(q, q) if classes else torch.eye(len(q), dtype=torch.float64)
            g = j.T @ ((q if classes else out) - y)
            known = known + j.T @ bend @ j / count
            known_squares = known_squares + torch.outer(g, g) / count
        torch.testing.assert_close(newton[item], known, rtol=1e-10, atol=1e-12)
        torch.testing.assert_close(squares[item], known_squares, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", ["Hessian", "the page's Hessian", "Gauss-Newton", "Fisher"])
def test_the_top_is_that_of_the_matrix(kind):
    made, x = one_of(*with_weights("CNN, classes"))
    operator = {
        "Hessian": hessian(made, x),
        "the page's Hessian": hessians(made, x).objective,
        "Gauss-Newton": hessians(made, x, gauss_newton=True).objective,
        "Fisher": fisher(made, x),
    }[kind]
    known = torch.linalg.eigvalsh(matrix(operator, 1)[0]).flip(0)
    pairs = top(operator, 6, Search(like=x.flatten()[0]))
    assert pairs.converged
    torch.testing.assert_close(pairs.values, known[:6], rtol=1e-6, atol=0)


def with_weights(name):
    made = case(name)
    return made, moved(made)


@each
def test_leading_and_traces_are_those_of_every_item(name):
    made, x = with_weights(name)
    operator = hessian(made, x)
    dense = matrix(operator, 2)
    found = leading(operator, random_starts(x), 1e-9, 200)
    torch.testing.assert_close(found.values, torch.linalg.eigvalsh(dense)[:, -1], rtol=1e-9, atol=1e-12)
    images = operator(found.vectors) - found.values[:, None, None] * found.vectors
    assert float(images.norm()) < 1e-7
    sums = dense.diagonal(dim1=1, dim2=2).sum(1)
    spread = dense.square().sum((1, 2)).mul(2 / 400).sqrt()
    assert bool(((traces(operator, x, 400) - sums).abs() < 4 * spread).all())


def test_softmax_regression_at_zero_weights():
    """H = (X'X / N) times (I / C - 1 1' / C^2), X with a column of ones for the biases."""
    made = problem(MLP(()), Classes((3,), 4, 40), CrossEntropy(), seeds=1)
    inputs = made.operator.examples.split()[0].inputs
    X = torch.cat([inputs, torch.ones(len(inputs), 1, dtype=torch.float64)], 1)
    of_inputs = torch.linalg.eigvalsh(X.T @ X / len(X))
    known = torch.cat([of_inputs.repeat(3) / 4, torch.zeros(4, dtype=torch.float64)]).sort(descending=True).values
    operator = hessian(made, 0 * made.start())
    pairs = top(operator, 16)
    torch.testing.assert_close(pairs.values, known, rtol=1e-6, atol=1e-12)
    assert last(sketched_trace(operator, 48)).value == pytest.approx(float(known.sum()), rel=1e-9)


def test_matrix_factorisation_at_a_balanced_minimum():
    """|W V - M|^2 / 2 at W = U sqrt S, V = sqrt S Q': the Hessian has s_i + s_j, and 0 along the symmetry."""
    rank, size = 3, 4
    made = problem(MLP((rank,), Linear(), biases=None), Identity4(), SquaredLoss(), seeds=1)
    left, sizes, right = torch.linalg.svd(made.y[0].T)
    root = sizes[:rank].sqrt()
    V, W = root[:, None] * right[:rank], left[:, :rank] * root
    x = torch.cat([V.flatten(), W.flatten()])[None, None]
    assert float(made.misfit_grad(x).abs().max()) < 1e-12
    operator = hessian(made, x)
    values = torch.linalg.eigvalsh(matrix(operator, 1)[0]).flip(0) * size  # the loss is a mean over rows
    s = sizes.tolist()
    known = [s[i] + s[j] for i in range(rank) for j in range(rank)]
    # The rest of space: rows and columns beyond the rank, which M does not reach.
    known += [s[i] for i in range(rank) for _ in range(2 * (size - rank))]
    known += [0.0] * (2 * rank * size - len(known))
    torch.testing.assert_close(values, torch.tensor(sorted(known, reverse=True)).double(), rtol=1e-6, atol=1e-10)
    pairs = top(operator, 5)
    torch.testing.assert_close(size * pairs.values, torch.tensor(sorted(known)[:-6:-1]).double(), rtol=1e-6, atol=0)


class Identity4(Numbers):
    """The rows of the identity, with the columns of a matrix of rank 3 as targets."""

    def __init__(self) -> None:
        super().__init__((4,), 4, 4, 1.0)

    def table(self):
        _, targets = super().table()
        left, sizes, right = torch.linalg.svd(targets)
        sizes[3] = 0
        return type(super().table())(torch.eye(4, dtype=torch.float64), left @ torch.diag(sizes) @ right)


@dataclass(frozen=True)
class Coloured(Numbers):
    """Inputs whose squares have these means along orthogonal directions."""

    variances: tuple[float, ...] = ()

    def table(self) -> Table:
        size = len(self.variances)
        q = torch.linalg.qr(torch.randn(2 * size, size, generator=generator(1, 0), dtype=torch.float64)).Q
        targets = torch.zeros(2 * size, 1, dtype=torch.float64)
        return Table(q * (2 * size * torch.tensor(self.variances).double()).sqrt(), targets)


BULK = tuple(0.5 * (i / 56) ** 2 for i in range(57))


def coloured(*variances: float) -> tuple[Problem, Tensor]:
    """A problem whose Hessian has exactly these eigenvalues."""
    made = problem(MLP((), biases=None), Coloured(share=1.0, variances=variances), SquaredLoss(), seeds=1)
    return made, made.start()


def test_the_landscape_has_the_mass_of_the_spectrum_and_its_outliers():
    found, known = landscape(*coloured(9.0, 6.5, 5.0, *BULK), steps=40, probes=3), torch.tensor([9.0, 6.5, 5.0, *BULK])
    for t in (0.0, 0.1, 0.3, 1.0, 6.0, 10.0):
        share = float((known <= t).double().mean())
        assert float(found.measure.lower(t)) - 0.1 <= share <= float(found.measure.upper(t)) + 0.1
    assert 0.5 < found.edge < 5
    for values in found.outliers:
        torch.testing.assert_close(values, known[:3].flip(0).double(), rtol=1e-9, atol=0)


def test_a_spectrum_without_a_gap_has_no_outliers():
    found = landscape(*coloured(*(1 + i / 60 for i in range(60))), steps=30, probes=2)
    assert found.edge == math.inf
    assert not any(map(len, found.outliers))


def test_batches_broaden_the_spectrum():
    made, x = one_of(*with_weights("tanh, classes"))
    count = made.y.shape[1]
    found = broadening(made, x, (2, 6, count), draws=12)
    whole = float(torch.linalg.eigvalsh(matrix(hessian(made, x), 1)[0])[-1])
    assert found.whole == pytest.approx(whole, rel=1e-4)
    torch.testing.assert_close(found.largest[2], torch.full((12,), whole, dtype=torch.float64), rtol=2e-3, atol=0)
    means = found.largest.mean(1)
    assert means[0] > means[1] > means[2]
    with pytest.raises(Refusal, match="batches of 1 to"):
        broadening(made, x, (count + 1,))


def test_the_suggested_rate_is_half_the_critical_step():
    made, x = with_weights("tanh, classes")
    dense = matrix(made.gauss_newton(x), 2)
    trace, largest = dense.diagonal(dim1=1, dim2=2).sum(1), torch.linalg.eigvalsh(dense)[:, -1]
    for batch in (1.0, 4.0, 12.0):
        known = 1 / (trace / batch + (1 - 1 / batch) * largest)
        torch.testing.assert_close(suggested_rate(made, x, batch), known, rtol=0.25, atol=0)
        torch.testing.assert_close(critical_steps(largest, trace, batch), 2 * known, rtol=1e-12, atol=0)
    flat = problem(MLP((), biases=None), Numbers(), SquaredLoss())
    nothing = flat.__class__(flat.operator.part(torch.tensor([0])), flat.noise, flat.prior, flat.y[:, :1])
    assert bool(suggested_rate(nothing, nothing.zeros(), 1.0).isfinite().all())
