"""Where training is stable: exactly, for linear networks, and at the edge, for one that is not."""

import dataclasses

import pytest
import torch

from tests.networks.small import Numbers, matrix, problem
from workbench.networks import MLP, SGD, Sharpness, SquaredLoss, Table, edge_of_stability, hessian
from workbench.networks.curvature.base import critical_steps
from workbench.parameters import changed
from workbench.run import after, iterate, resume, until

LINEAR = MLP((), biases=None)


@dataclasses.dataclass(frozen=True)
class Interpolated(Numbers):
    """Rows of equal norms, whose targets 0 are met exactly at weights 0."""

    def table(self) -> Table:
        inputs, targets = super().table()
        return Table(1.7 * inputs / inputs.norm(dim=1, keepdim=True), 0 * targets)


def step_of(made, optimiser, x):
    """One step from x."""
    return next(resume(made, optimiser, next(iterate(made, optimiser, x)))).x


def test_gradient_descent_is_stable_below_2_over_lambda():
    made = problem(LINEAR, Interpolated(outputs=1), SquaredLoss(), seeds=1)
    values, vectors = torch.linalg.eigh(matrix(hessian(made, made.start()), 1)[0])
    x = vectors[:, -1][None, None]
    for side, grows in ((1 - 1e-6, False), (1 + 1e-6, True)):
        after_one = step_of(made, SGD(side * 2 / float(values[-1]), None), x)
        assert (float(after_one.norm()) > float(x.norm())) is grows


@pytest.mark.parametrize("momentum", [0.5, 0.9])
def test_with_momentum_it_is_stable_below_its_edge(momentum):
    """(x, v) after two steps is linear in (x, v): its matrix has a radius of 1 at the edge exactly."""
    made = problem(LINEAR, Interpolated(outputs=1), SquaredLoss(), seeds=1)
    values, vectors = torch.linalg.eigh(matrix(hessian(made, made.start()), 1)[0])
    x = vectors[:, -1][None, None]
    largest = float(values[-1])
    for side, grows in ((1 - 1e-6, False), (1 + 1e-6, True)):
        optimiser = SGD(side * 2 * (1 + momentum) / largest, None, momentum)
        start = next(iterate(made, optimiser, x))
        assert (optimiser.sharpest(start) < largest) is grows
        columns = []
        for place, velocity in ((x, 0 * x), (0 * x, x)):
            state = next(resume(made, optimiser, dataclasses.replace(start, x=place, velocity=velocity)))
            columns.append(torch.stack([(state.x * x).sum(), (state.velocity * x).sum()]))
        radius = float(torch.linalg.eigvals(torch.stack(columns, 1)).abs().max())
        assert (radius > 1) is grows
        assert radius == pytest.approx(1, abs=1e-4)


def test_sgd_of_single_rows_of_equal_norms_is_stable_below_2_over_the_trace():
    made = problem(LINEAR, Interpolated(outputs=1), SquaredLoss(), seeds=1)
    dense = matrix(hessian(made, made.start()), 1)[0]
    trace = float(dense.trace())
    critical = float(critical_steps(torch.linalg.eigvalsh(dense)[-1:], torch.tensor([trace]), 1.0))
    assert critical == pytest.approx(2 / 1.7**2, rel=1e-7)
    x = torch.tensor([[[0.3, -1.0, 0.5, 0.7]]], dtype=torch.float64)
    count = made.y.shape[1]
    for side, grows in ((1 - 1e-6, False), (1 + 1e-6, True)):
        optimiser = SGD(side * critical, 1, shuffle=False)
        start = next(iterate(made, optimiser, x))
        ends = [next(resume(made, optimiser, dataclasses.replace(start, place=i))).x for i in range(count)]
        mean_square = float(torch.cat(ends).square().sum((1, 2)).mean())
        assert (mean_square > float(x.square().sum())) is grows


@pytest.mark.parametrize("degree", [3, 4, 5])
def test_gradient_descent_trains_at_the_edge_of_stability(degree):
    training = changed(edge_of_stability(degree=degree), seeds=2)
    made, sharpness = training.problem(), Sharpness(1e-3)
    values = [
        sharpness(made, state)["sharpness"]
        for state in until(iterate(made, training.optimiser), after(training.steps))
        if state.k > 2 * training.steps / 3 and state.k % 20 == 0
    ]
    edge = 2 / training.optimiser.step_size
    median = torch.stack(values).median(0).values / edge
    assert bool(((median > 0.95) & (median < 1.15)).all())
