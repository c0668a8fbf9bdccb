"""Networks: shapes, precision, potentials, and what each architecture promises whatever its weights."""

import json

import pytest
import torch
from torch import Tensor

from workbench.denoisers import (
    ConvexPotential,
    Denoiser,
    DnCNN,
    GradientStepDenoiser,
    ImageNetwork,
    ScoreDenoiser,
    SuperResolution,
    UNet,
    UnrolledADMMNet,
    UnrolledIHTNet,
    UnrolledISTANet,
    UnrolledPDHGNet,
    VariationalAutoEncoder,
)
from workbench.operators import GaussianBlur
from workbench.parameters import describe, rebuild
from workbench.tensors import dot, generator, normal_like

SMALL = UNet(1, (4, 6), smooth=True)
DENOISERS = [
    DnCNN(1, 6, 3),
    DnCNN(3, 6, 3, smooth=True),
    UNet(1, (4, 6)),
    UNet(3, (4, 6), biases=True),
    GradientStepDenoiser(SMALL),
    ScoreDenoiser(SMALL),
]
UNROLLED = [cls(1, 4, 3, 3) for cls in (UnrolledISTANet, UnrolledIHTNet, UnrolledPDHGNet, UnrolledADMMNet)]
OTHERS = [VariationalAutoEncoder(1, 6, 3, 5), ConvexPotential(1, 4, 3, 3), SuperResolution(1, 4, 2), *UNROLLED]


def name(network: ImageNetwork) -> str:
    return type(network).__name__


def picture(*shape: int, seed: int = 0) -> Tensor:
    return normal_like(torch.empty(shape, dtype=torch.float64), generator(seed, 0))


@pytest.mark.parametrize("network", [*DENOISERS, *OTHERS], ids=name)
def test_its_description_rebuilds_it_and_its_weights_come_from_the_seed_alone(network):
    description = json.loads(json.dumps(describe(network)))
    assert describe(rebuild(description)) == description
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one, other = (rebuild(description).drawn(generator(3, 0)).state_dict() for _ in range(2))
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize("network", DENOISERS, ids=name)
@pytest.mark.parametrize("sides", [(8, 8), (7, 10), (1, 5)])
def test_any_sides_in_the_precision_of_the_signal_and_items_by_themselves(network: Denoiser, sides):
    network.drawn(generator(0, 0))
    x, levels = picture(2, network.channels, *sides), torch.tensor([0.1, 0.7], dtype=torch.float64)
    both = network(x, levels)
    assert both.shape == x.shape and both.dtype == x.dtype
    for item, level in enumerate(levels.tolist()):
        torch.testing.assert_close(both[item : item + 1], network(x[item : item + 1], level), rtol=1e-11, atol=1e-12)
    assert network(x.float(), 0.1).dtype == torch.float32


@pytest.mark.parametrize("network", DENOISERS, ids=name)
def test_complex_and_1_d_signals_and_other_channels_are_refused_in_words(network: Denoiser):
    shape = (network.channels, 8, 8)
    assert not network.unfit(shape, torch.float32)
    assert "real" in network.unfit(shape, torch.complex64)
    assert "pictures" in network.unfit((1, 8), torch.float32)
    assert "and not 2" in network.unfit((2, 8, 8), torch.float32)


@pytest.mark.parametrize("network", [DnCNN(1, 6, 3), UNet(1, (4, 6))], ids=name)
def test_without_biases_brightness_does_not_matter(network: Denoiser):
    network.drawn(generator(0, 0))
    x = picture(1, 1, 8, 8)
    torch.testing.assert_close(network(3 * x, 0.3), 3 * network(x, 0.1), rtol=1e-10, atol=1e-12)


def test_a_gradient_step_is_the_slope_of_its_potential_and_its_jacobian_is_symmetric():
    network = GradientStepDenoiser(SMALL).drawn(generator(0, 0))
    x, v, w = (picture(2, 1, 6, 6, seed=k) for k in range(3))
    h = 1e-5
    slope = (network.potential(x + h * v, 0.2) - network.potential(x - h * v, 0.2)) / (2 * h)
    torch.testing.assert_close(dot(x - network(x, 0.2), v), slope, rtol=1e-7, atol=1e-9)
    forward = (torch.func.jvp(lambda u: network(u, 0.2), (x,), (d,))[1] for d in (v, w))
    of_v, of_w = forward
    torch.testing.assert_close(dot(of_v, w), dot(v, of_w), rtol=1e-9, atol=1e-11)


def test_a_convex_potential_is_convex_with_its_least_curvature_and_its_network_is_monotone():
    network = ConvexPotential(1, 4, 3, 3, curvature=0.1).drawn(generator(0, 0))
    x, z = 3 * picture(16, 1, 5, 5), 3 * picture(16, 1, 5, 5, seed=1)
    for t in (0.2, 0.5):
        gap = t * network.potential(x) + (1 - t) * network.potential(z) - network.potential(t * x + (1 - t) * z)
        assert (gap >= 0.1 / 2 * t * (1 - t) * dot(x - z, x - z) * (1 - 1e-12)).all()
    assert (dot(network(x) - network(z), x - z) >= 0.1 * dot(x - z, x - z) * (1 - 1e-12)).all()


def test_a_score_denoiser_keeps_what_has_no_noise_and_gives_the_middle_for_noise_alone():
    network = ScoreDenoiser(SMALL, deviation=0.25, middle=0.4)  # weights 0: the answer of R is 0
    x = picture(1, 1, 8, 8)
    torch.testing.assert_close(network(x, 1e-6), x, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(network(x, 1e4), torch.full_like(x, 0.4), rtol=0, atol=1e-6)
    wiener = 0.4 + 0.25**2 / (0.25**2 + 0.5**2) * (x - 0.4)  # the mean for white normal signals
    torch.testing.assert_close(network(x, 0.5), wiener, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("network", UNROLLED, ids=name)
def test_unrolled_stages_do_not_see_the_scale_of_the_operator(network):
    """A and y times 3: the same unknown, the same estimate."""
    network.drawn(generator(0, 0))
    blur, y = GaussianBlur((1, 8, 8), 1.0), picture(2, 1, 8, 8)
    torch.testing.assert_close(network(3 * y, 3.0 * blur, 9.0), network(y, blur, 1.0), rtol=1e-9, atol=1e-11)
