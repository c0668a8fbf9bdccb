"""Differences, graphs, integrals and Abel's shadows against numpy and closed forms."""

import math

import numpy as np
import pytest
import torch

from tests.laws.small import matrix, random
from workbench.operators import Abel, FiniteDifference, Gradient, GraphIncidence, GraphLaplacian, Integration
from workbench.refusal import Refusal


@pytest.mark.parametrize(("boundary", "mode"), [("periodic", "wrap"), ("reflect", "symmetric"), ("zero", "constant")])
def test_differences_are_those_of_numpy(boundary, mode):
    x = random((1, 2, 5, 6), torch.float64)
    padded = np.pad(x[0].numpy(), ((0, 0), (1, 1), (1, 1)), mode)
    down, right = np.diff(padded, axis=1)[:, 1:, 1:-1], np.diff(padded, axis=2)[:, 1:-1, 1:]
    first = FiniteDifference((2, 5, 6), 1, boundary)(x)[0].numpy()
    assert np.abs(first - np.stack([down, right], 1)).max() < 1e-15
    bend = np.diff(padded, 2, axis=1)[..., 1:-1], np.diff(padded, 2, axis=2)[:, 1:-1]
    assert np.abs(FiniteDifference((2, 5, 6), 2, boundary)(x)[0].numpy() - np.stack(bend, 1)).max() < 1e-15


def test_reflecting_differences_are_the_gradient():
    assert torch.equal(matrix(FiniteDifference((2, 5, 6), 1)), matrix(Gradient((2, 5, 6))))


def test_the_grid_has_the_gradient_on_its_edges():
    x = random((1, 1, 5, 6), torch.float64)
    wanted = Gradient((1, 5, 6))(x)
    found = GraphIncidence((1, 5, 6))(x)
    assert found.shape == (1, 1, 4 * 6 + 5 * 5)
    assert torch.equal(found.flatten(), torch.cat([wanted[0, 0, 0, :-1].flatten(), wanted[0, 0, 1, :, :-1].flatten()]))


def test_a_laplacian_counts_neighbours():
    L = matrix(GraphLaplacian((1, 6), graph=((0, 1), (1, 2), (4, 1))))
    assert L.diagonal().tolist() == [1, 3, 1, 0, 1, 0]
    assert torch.equal(L, L.mT)
    assert float(L.sum(0).abs().max()) == 0
    ring = GraphIncidence((1, 6), "ring")(torch.arange(6.0)[None, None])
    assert ring.flatten().tolist() == [1, 1, 1, 1, 1, -5]


def test_a_geometric_graph_has_eight_neighbours_in_the_mean():
    A = GraphIncidence((1, 40, 40), "geometric")
    assert 2 * A.out_shape[1] / 1600 == pytest.approx(8, rel=0.1)
    again, other = GraphIncidence((1, 40, 40), "geometric"), GraphIncidence((1, 40, 40), "geometric", 1)
    assert A.out_shape == again.out_shape != other.out_shape


def test_an_integral_and_its_derivative():
    n = 200
    t = (torch.arange(n, dtype=torch.float64) + 0.5) / n
    A, x = Integration((1, n)), torch.cos(3 * t)[None, None]
    assert torch.allclose(A(x)[0, 0], torch.sin(3 * (t + 0.5 / n)) / 3, atol=1e-5)
    assert torch.allclose(A.pseudo_inverse(A(x)), x, atol=1e-12)
    assert A.closed_norm() == pytest.approx(2 / math.pi, rel=0.01)  # of the integral over (0, 1)


def test_the_shadows_of_a_ball_and_of_a_bell():
    n = 400
    y = torch.arange(n, dtype=torch.float64) / n
    A = Abel((1, n))
    assert torch.allclose(A(torch.ones(1, 1, n, dtype=torch.float64))[0, 0], 2 * (1 - y**2).sqrt(), atol=1e-14)
    r = y + 0.5 / n
    shadow = A(torch.exp(-50 * r**2)[None, None])[0, 0]
    assert torch.allclose(shadow, math.sqrt(math.pi / 50) * torch.exp(-50 * y**2), atol=1e-3)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda: GraphIncidence(graph=()), "got none"),
        (lambda: GraphIncidence((1, 4), ((0, 4),)), "nodes 0 to 3"),
        (lambda: GraphIncidence((1, 4), ((2, 2),)), "nodes 0 to 3"),
        (lambda: GraphLaplacian((1, 4), ((0, 1, 2),)), "nodes 0 to 3"),
        (lambda: GraphIncidence((1, 2), "ring"), "at least 3"),
        (lambda: GraphIncidence((1, 1)), "a graph with an edge"),
        (lambda: GraphIncidence((1, 256, 256), "geometric"), "at most 16384"),
        (lambda: FiniteDifference(order=3), "FiniteDifference.order"),
        (lambda: Integration((1, 8, 8)), "Integration"),
        (lambda: Abel((1, 8, 8)), "Abel"),
    ],
)
def test_refusals(wrong, sentence):
    with pytest.raises(Refusal, match=sentence):
        wrong()
