"""Deformations: pictures read between pixels, areas that are kept, displacements that are found."""

from itertools import islice

import numpy as np
import pytest
import scipy.ndimage
import torch

from workbench.algorithms import LBFGS
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.parametrisations import FourierFeatures, IncompressibleWarp, Warp
from workbench.parametrisations.fields.splines import control_points
from workbench.priors import Elastic, OnUnknown
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import generator, norm, normal_like

SHAPE = (1, 24, 20)


def drawn(shape: tuple[int, ...], seed: int = 0) -> torch.Tensor:
    return normal_like(torch.zeros(shape).double(), generator(seed, 0))


def linear(phi: Warp, slope: torch.Tensor) -> torch.Tensor:
    """The unknown of displacements slope p, p in px."""
    axes = [
        (torch.arange(n).double() - 1) * (side - 1) / (n - 3)
        for n, side in zip(control_points(SHAPE[1:], phi.spacing), SHAPE[1:], strict=True)
    ]
    points = torch.stack(torch.meshgrid(*axes, indexing="ij"))
    return phi.joined({"displacement": torch.einsum("ab,b...->a...", slope, points)[None]})


@pytest.mark.parametrize("shape", [(2, 11, 9), (1, 13), (1, 5, 6, 4)])
def test_a_picture_is_read_between_its_pixels_as_scipy_reads_it(shape):
    picture, far = drawn(shape), 0.4 * min(shape[1:])
    phi = Warp(shape, 3.0, picture)
    u = far * drawn((1, *phi.in_shape), 1)
    places = phi.places(phi.views(u))[0].numpy()
    wanted = [scipy.ndimage.map_coordinates(m.numpy(), places, order=3, mode="mirror") for m in picture]
    assert np.allclose(phi(u)[0].numpy(), np.stack(wanted), atol=1e-12)
    assert torch.allclose(phi(0 * u)[0], picture, atol=1e-12)


def test_a_grey_picture_is_moved_without_its_channel_too():
    picture = drawn(SHAPE)
    u = drawn((1, *Warp(SHAPE).in_shape), 1)
    assert torch.equal(Warp(SHAPE, moving=picture[0])(u), Warp(SHAPE, moving=picture)(u))
    with pytest.raises(Refusal, match="24 x 20"):
        Warp((2, 24, 20), moving=picture[0])


def test_the_determinant_of_a_linear_field_is_that_of_its_matrix():
    phi = Warp(SHAPE, 6.0)
    slope = torch.tensor([[0.1, -0.2], [0.3, 0.05]]).double()
    u = linear(phi, slope)
    pixels = torch.stack(torch.meshgrid(*(torch.arange(n).double() for n in SHAPE[1:]), indexing="ij"))
    assert torch.allclose(phi.displacement(u)[0], torch.einsum("ab,b...->a...", slope, pixels), atol=1e-12)
    wanted = torch.linalg.det(torch.eye(2).double() + slope)
    assert torch.allclose(phi.determinant(u), wanted.expand(1, *SHAPE), atol=1e-12)


def test_a_flow_keeps_areas_and_stays_inside():
    """Displacements of several px; beside it a free field of the same size, which keeps nothing."""
    phi = IncompressibleWarp(SHAPE, 6.0)
    u = 20 * drawn((3, *phi.in_shape))
    moved = phi.displacement(u)
    assert float(moved.abs().amax()) > 3
    assert float((phi.determinant(u) - 1).abs().amax()) <= 1e-3
    places = phi.places(phi.views(u))
    assert (places >= -0.05).all() and all((places[:, a] <= SHAPE[1 + a] - 0.95).all() for a in range(2))
    free = Warp(SHAPE, 6.0)
    assert float((free.determinant(2 * drawn((1, *free.in_shape))) - 1).abs().amax()) > 0.2


def test_the_determinant_is_that_of_differences_of_places():
    for phi, size in ((Warp(SHAPE, 8.0), 2.0), (IncompressibleWarp(SHAPE, 8.0), 8.0)):
        u = size * drawn((1, *phi.in_shape), 2)
        q = phi.places(phi.views(u))[0]
        down, across = (q[:, 2:, 1:-1] - q[:, :-2, 1:-1]) / 2, (q[:, 1:-1, 2:] - q[:, 1:-1, :-2]) / 2
        rough = down[0] * across[1] - down[1] * across[0]
        assert float((phi.determinant(u)[0, 0, 1:-1, 1:-1] - rough).abs().mean()) < 0.02


def test_the_flow_has_the_order_that_a_cubic_stream_allows():
    """Its third derivatives jump, so that halving a step divides the error by eight."""
    u = 20 * drawn((1, *IncompressibleWarp(SHAPE, 6.0).in_shape), 3)
    best, few, more = (IncompressibleWarp(SHAPE, 6.0, steps=n).displacement(u) for n in (64, 4, 8))
    assert 6 <= float(norm(few - best) / norm(more - best)) <= 20
    assert float((few - best).abs().amax()) < 1e-3


@pytest.mark.parametrize("cls", [Warp, IncompressibleWarp])
def test_registration_finds_the_field_that_moved_the_picture(cls):
    """Seen through a blur; errors where the picture has slopes, along them."""
    phi = cls(SHAPE, 8.0)
    u = (1.0 if cls is Warp else 6.0) * drawn((1, *phi.in_shape), 4)
    truth = phi(u)
    prior = OnUnknown(Elastic(1e-3), next(iter(phi.layout.shapes)))
    problem = Problem.simulate(GaussianBlur(SHAPE, 0.7), Gaussian(1e-3), prior, truth, parametrisation=phi)
    *_, state = islice(iterate(problem, LBFGS()), 120)
    still = phi(0 * u)
    assert float(norm(problem.picture(state.x) - truth)) <= 0.02 * float(norm(still - truth))
    inside = (..., slice(4, -4), slice(4, -4))
    slopes = torch.stack(torch.gradient(truth[0, 0]))[None]
    off = ((phi.displacement(state.x) - phi.displacement(u)) * slopes).sum(1)[inside]
    assert float(off.norm()) <= 0.1 * float((phi.displacement(u) * slopes).sum(1)[inside].norm())


def test_the_energy_of_a_linear_field_is_counted_by_hand():
    n, m, slope = 7, 5, torch.tensor([[0.3, -0.2], [0.5, 0.7]]).double()
    pixels = torch.stack(torch.meshgrid(torch.arange(n).double(), torch.arange(m).double(), indexing="ij"))
    d = torch.einsum("ab,b...->a...", slope, pixels)[None]
    down, across = slope.square().sum(0).tolist()
    (a, _), (_, b) = slope.tolist()
    areas = (n - 1) * (m - 1) * (a + b) ** 2 + (m - 1) * b**2 + (n - 1) * a**2
    wanted = 2.0 / 2 * ((n - 1) * m * down + n * (m - 1) * across + 3.0 * areas)
    assert float(Elastic(2.0, 3.0)(d)) == pytest.approx(wanted, rel=1e-12)


def test_another_picture_to_move_is_refused():
    with pytest.raises(Refusal, match="to move, for Warp"):
        Warp(SHAPE, moving=torch.zeros(1, 8, 8))
    with pytest.raises(Refusal, match="2 axes for IncompressibleWarp"):
        IncompressibleWarp((1, 12))


@pytest.mark.parametrize(("make", "name"), [(FourierFeatures, "_inputs"), (Warp, "_moving"), (Warp, "_pixels")])
def test_what_is_as_large_as_the_picture_is_made_when_it_is_asked_for(make, name):
    """A menu builds every member for the data that there are, to say which can stand there: 1.5 s at 1024 pixels."""
    made = make((1, 12, 12))
    assert name not in vars(made)
    made(torch.zeros(1, *made.in_shape))
    assert name in vars(made)
