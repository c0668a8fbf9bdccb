"""Layers in the information plane: the values of a fixed network, and what is refused."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from workbench import catalog, data
from workbench.analysis.information import (
    KSG,
    AdaptiveBins,
    Bins,
    Exact,
    FloorBins,
    KDELower,
    KDEUpper,
    layer_information,
    quantised,
)
from workbench.refusal import Refusal

WORDS, LABELS = data.twelve_bit()
SIZES = (12, 10, 7, 5, 4, 3)


def weights(layer: int) -> Tensor:
    i, j = torch.meshgrid(torch.arange(SIZES[layer]), torch.arange(SIZES[layer + 1]), indexing="ij")
    return 2 / math.sqrt(SIZES[layer]) * torch.sin(1 + 1.7 * i.double() + 2.9 * j.double() + 0.3 * layer)


def network(bits: int | None = None) -> list[Tensor]:
    """The activations of the fixed network, rounded as they are made where it is quantised."""
    a, layers = WORDS.double(), []
    for layer in range(5):
        a = torch.tanh(a @ weights(layer))
        a = a if bits is None else quantised(a, bits)
        layers.append(a)
    return layers


LAYERS = network()


def test_exact_values_of_the_task():
    popcount, six = WORDS.sum(1), WORDS[:, :6]
    assert layer_information(popcount, LABELS, Exact()) == pytest.approx((2.838529, 0.627641), abs=1e-6)
    assert layer_information(six, LABELS, Exact()) == pytest.approx((6, 0.257807), abs=1e-6)
    assert layer_information(WORDS, LABELS, Exact()) == pytest.approx((12, 0.9991571), abs=1e-7)


@pytest.mark.parametrize(
    ("estimator", "layer", "wanted"),
    [
        (Bins(), 1, (11.420147, 0.796448)),
        (Bins(), 3, (5.530854, 0.022942)),
        (FloorBins(0.07), 1, (11.397673, 0.777826)),
    ],
)
def test_binned_values_of_the_fixed_network(estimator, layer, wanted):
    assert layer_information(LAYERS[layer - 1], LABELS, estimator) == pytest.approx(wanted, abs=1e-6)


def test_kernel_bounds_of_the_fixed_network():
    upper, lower = (layer_information(LAYERS[1], LABELS, kde(1e-3)) for kde in (KDEUpper, KDELower))
    assert (upper[0], lower[0]) == pytest.approx((7.029543, 5.221963), abs=1e-6)
    # I(T;Y) by NumPy, from the whole matrix.
    t, y = LAYERS[1].numpy(), LABELS.numpy()
    kernel = np.exp(-sum((c[:, None] - c) ** 2 for c in t.T) / 2e-3)
    within = sum((y == c).mean() * -np.log2(kernel[y == c][:, y == c].mean(1)).mean() for c in (0, 1))
    assert upper[1] == pytest.approx(upper[0] - within, abs=1e-9)


def test_adaptive_kernel_bounds_scale_with_the_layer():
    t = 3.7 * LAYERS[1] / LAYERS[1].abs().max()
    fixed = layer_information(t, LABELS, KDEUpper(1e-3 * 3.7**2))
    assert layer_information(t, LABELS, KDEUpper(1e-3, relative=True)) == pytest.approx(fixed, abs=1e-9)


def test_adaptive_bins_break_the_data_processing_inequality():
    second, third = (layer_information(LAYERS[k], LABELS, AdaptiveBins())[0] for k in (1, 2))
    assert second == pytest.approx(10.044, abs=5e-4) and third == pytest.approx(10.070, abs=5e-4)
    assert third > second


@pytest.mark.parametrize("bits", [2, 4, 8])
def test_exact_readings_of_a_quantised_network_never_rise(bits):
    x, y = zip(*(layer_information(t, LABELS, Exact(bits)) for t in network(bits)), strict=True)
    assert all(b <= a for values in (x, y) for a, b in pairwise(values))


def test_a_layer_without_noise_is_its_inputs_by_every_estimator():
    """Rows far apart: the reading is log2 N, the ceiling, and all that the labels have."""
    t, y = torch.arange(64.0)[:, None] * 10, torch.arange(64) % 4
    for estimator in (FloorBins(), AdaptiveBins(1000), KDEUpper(), KDELower(), Exact()):
        assert layer_information(t, y, estimator) == pytest.approx((6, 2), abs=1e-9)
        assert estimator.ceiling(64) == 6


@pytest.mark.parametrize("estimator", [Bins(), AdaptiveBins(), KDEUpper(), Exact()])
def test_bad_layers_are_refused(estimator):
    t, y = LAYERS[4][:40], LABELS[:40]
    with pytest.raises(Refusal, match="two classes or more, got one"):
        layer_information(t, torch.zeros(40, dtype=torch.long), estimator)
    with pytest.raises(Refusal, match="finite values in the layer"):
        layer_information(torch.full((40, 2), math.nan), y, estimator)
    with pytest.raises(Refusal, match="a label for each of 40 samples"):
        layer_information(t, LABELS[1000:1060], estimator)
    with pytest.raises(Refusal, match="two or more samples"):
        layer_information(t[:1], y[:1], estimator)
    with pytest.raises(Refusal, match="whole numbers as labels"):
        layer_information(t, y.float(), estimator)
    with pytest.raises(Refusal, match="not their scores"):
        layer_information(t, torch.nn.functional.one_hot(y, 2), estimator)


@pytest.mark.parametrize("cls", catalog.members("estimator").values(), ids=lambda cls: cls.__name__)
def test_a_layer_that_is_constant_says_nothing(cls):
    """Dead ReLU, saturated tanh, a biased quantised unit: 0 bits of anything, whoever reads."""
    y, x = LABELS[:64], WORDS[:64].double()
    for t in (torch.zeros(64, 3), torch.ones(64, 3), torch.full((64, 2, 2), -0.3), torch.zeros(64, dtype=torch.long)):
        assert layer_information(t, y, cls(), x) == (0.0, 0.0)
        assert layer_information(t, y, cls()) == (0.0, 0.0)


def test_bins_without_end_have_one():
    """Beyond 64 bits all floors were one number: 0 bits of a layer that tells all samples apart."""
    t, y = torch.arange(8.0)[:, None], torch.arange(8) % 2
    assert layer_information(1e17 * t, y, FloorBins(width=0.5)) == pytest.approx((3, 1))
    with pytest.raises(Refusal, match="take wider bins, or AdaptiveBins"):
        layer_information(1e30 * t, y, FloorBins())


def test_estimators_of_pairs_take_the_inputs_for_the_index():
    """T = x + w, both standard normal: I(X;T) = ln 2 / 2 nats; the label is the sign of T."""
    rng = torch.Generator().manual_seed(0)
    x, w = torch.randn(2, 4000, 1, generator=rng, dtype=torch.float64)
    t, y = x + w, (x + w)[:, 0].gt(0).long()
    with_input, with_label = layer_information(t, y, KSG(), x)
    assert with_input == pytest.approx(0.5, abs=0.05)
    assert with_label == pytest.approx(1, abs=0.02)
    with pytest.raises(Refusal, match="the inputs for KSG, which measures pairs, got none"):
        layer_information(t, y, KSG())


def test_convolutions_and_numpy_are_layers_too():
    t = LAYERS[0][:200, :8]
    wanted = layer_information(t, LABELS[:200], Bins())
    assert layer_information(t.reshape(200, 2, 2, 2), LABELS[:200], Bins()) == wanted
    assert layer_information(torch.from_numpy(t.numpy()), LABELS[:200]) == wanted
