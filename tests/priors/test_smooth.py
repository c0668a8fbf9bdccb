"""The quadratic and smooth priors against dense matrices and their limits."""

import itertools
import math

import numpy as np
import pytest
import torch

from workbench.operators import GraphIncidence
from workbench.priors import GraphSmoothness, Huber, HuberTV, Sobolev, Tikhonov, TotalVariation, WeightedTotalVariation
from workbench.refusal import Refusal
from workbench.tensors import dot, generator, norm2, normal_like


def signal(*shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return normal_like(torch.empty(shape, dtype=dtype), generator(0, 0))


@pytest.mark.parametrize("homogeneous", [False, True])
@pytest.mark.parametrize("order", [0.5, 1.0, 2.0])
def test_sobolev_is_a_sum_over_a_dense_fourier_matrix(order, homogeneous):
    n, length, x = 9, 0.7, signal(1, 1, 9)
    F = np.fft.fft(np.eye(n), norm="ortho")
    w = 2 * np.pi * np.fft.fftfreq(n)
    gain = ((0 if homogeneous else 1) + (length * w) ** 2) ** order
    H = 3.0 * (F.conj().T @ np.diag(gain) @ F).real
    prior = Sobolev(3.0, order, length, homogeneous)
    v = x.numpy().ravel()
    assert float(prior(x)) == pytest.approx(v @ H @ v / 2)
    np.testing.assert_allclose(prior.grad(x).numpy().ravel(), H @ v, atol=1e-12)
    np.testing.assert_allclose(prior.prox(x, 0.4).numpy().ravel(), np.linalg.solve(np.eye(n) + 0.4 * H, v), atol=1e-12)


def test_sobolev_of_order_0_is_tikhonov_and_a_seminorm_leaves_the_mean():
    x = signal(1, 2, 6, 6)
    assert torch.allclose(Sobolev(2.0, 0.0)(x), Tikhonov(2.0)(x))
    flat = torch.full_like(x, 3.0)
    assert float(Sobolev(2.0, 1.0, 3.0, True)(flat)) < 1e-12
    assert Sobolev(2.0, 1.0, 3.0, True).conjugate(flat).tolist() == [math.inf]
    with pytest.raises(Refusal, match="seminorm"):
        Sobolev(order=-1.0, homogeneous=True)


def test_huber_by_hand_and_in_groups():
    x = torch.tensor([[[0.1, 3.0]], [[-0.5, 0.0]]], dtype=torch.float64)
    assert torch.allclose(Huber(2.0, 0.5)(x), 2 * torch.tensor([0.01 + 2.75, 0.25], dtype=torch.float64))
    pair = torch.tensor([[[3.0], [4.0]]], dtype=torch.float64)
    assert float(Huber(2.0, 1.0, axis=1)(pair)) == pytest.approx(2 * 4.5)


@pytest.mark.parametrize("isotropic", [True, False])
def test_huber_tv_nears_total_variation_and_its_slope_is_that_of_autograd(isotropic):
    x = signal(1, 2, 7, 5)
    exact = TotalVariation(3.0, isotropic)(x)
    assert torch.allclose(HuberTV(3.0, 1e-9, isotropic)(x), exact)
    assert float(HuberTV(3.0, 0.5, isotropic)(x)) < float(exact)
    prior = HuberTV(3.0, 0.5, isotropic)
    z = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(prior(z).sum(), z)
    assert torch.allclose(slope, prior.grad(x))


def test_graph_laplacian_on_four_neighbours_is_that_of_the_incidence():
    x = signal(2, 1, 6, 5)
    assert torch.allclose(GraphSmoothness(4.0)(x), 2 * norm2(GraphIncidence((1, 6, 5))(x)))
    line = signal(1, 2, 7)
    assert torch.allclose(GraphSmoothness(4.0)(line), 2 * norm2(line.diff()))


def test_a_volume_has_neighbours_along_its_diagonals_too():
    """All 26 of a voxel; it ended in an error of shapes."""
    x, found = signal(1, 1, 3, 2, 4), 0.0
    for i, j in itertools.combinations(itertools.product(range(3), range(2), range(4)), 2):
        apart = [abs(a - b) for a, b in zip(i, j, strict=True)]
        if max(apart) == 1:
            found += float(x[0, 0][i] - x[0, 0][j]) ** 2 / sum(apart)
    prior = GraphSmoothness(4.0, diagonals=True)
    assert float(prior(x)) == pytest.approx(2 * found)
    assert float(dot(prior.grad(x), x)) == pytest.approx(4 * found)


@pytest.mark.parametrize("diagonals", [False, True])
def test_graph_laplacian_edge_by_edge(diagonals):
    x, guide = signal(1, 1, 4, 5), signal(1, 2, 4, 5)
    u, v = guide.abs().mean(1)[0], x[0, 0]
    total, places = 0.0, [(i, j) for i in range(4) for j in range(5)]
    for a in places:
        for b in places:
            apart = (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
            if a < b and (apart == 1 or (apart == 2 and diagonals)):
                total += float(torch.exp(-((u[a] - u[b]) ** 2) / (2 * 0.3**2)) * (v[a] - v[b]) ** 2) / apart
    prior = GraphSmoothness.guided_by(guide, 2.0, diagonals, 0.3)
    assert float(prior(x)) == pytest.approx(total)
    assert float(dot(x, prior.grad(x))) == pytest.approx(2 * total)


def test_weights_of_a_picture_are_low_where_it_has_edges():
    x = torch.zeros(1, 1, 12, 10, dtype=torch.float64)
    x[..., 5:] = 1
    prior = WeightedTotalVariation.weights_from(x, 3.0, contrast=0.1, width=0.5)
    weights = torch.tensor(prior.weights)
    assert weights.shape == (12, 10)
    assert float(weights[:, 4].max()) < 0.2
    assert float(weights[:, [0, 9]].min()) > 0.9
    assert float(weights.max()) <= 1
    steps = x[0, 0].diff(dim=1)
    assert float(prior(x)) == pytest.approx(3 * float((weights[:, :-1] * steps).sum()))


def test_without_weights_it_is_total_variation():
    x = signal(2, 3, 6, 5)
    assert torch.allclose(WeightedTotalVariation(2.0)(x), TotalVariation(2.0)(x))


@pytest.mark.parametrize("rows", [((1.0, -0.5),), ((1.0, 2.0), (1.0,)), ((math.inf,),)])
def test_weights_that_are_none_are_refused(rows):
    with pytest.raises(Refusal):
        WeightedTotalVariation(1.0, rows)


def test_a_map_of_another_size_does_not_suit():
    prior = WeightedTotalVariation(1.0, ((1.0, 1.0, 1.0),))
    assert not prior.unfit((1, 3), torch.float64)
    assert "3 px" in prior.unfit((1, 8, 8), torch.float64)
    assert "3 px" in GraphSmoothness(guide=((1.0, 1.0, 1.0),)).unfit((1, 8), torch.float64)


def test_a_long_step_of_huber_keeps_its_digits_in_single_precision():
    """On its parabola the prox is delta / (delta + t) of x; at t = 1e6 it was 0."""
    x = torch.tensor([[[[0.05, -0.02]]]])
    torch.testing.assert_close(Huber(1.0, 0.1).prox(x, 1e6), x * (0.1 / (0.1 + 1e6)), rtol=1e-6, atol=0)
