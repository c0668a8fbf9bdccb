"""A network in the information plane, against a forward pass and counts made by hand."""

import json

import numpy as np
import pytest
import torch

from workbench import networks, run
from workbench.analysis.information import KSG, AdaptiveBins, Bins, Exact
from workbench.networks import LOSSY, MLP, Adam, CrossEntropy, Disturbance, LayerInformation, Training, TwelveBit
from workbench.parameters import changed, describe, rebuild
from workbench.refusal import Refusal

from .small import Classes, Numbers, moved, problem

NETWORK = MLP((5, 4), biases=0.3)


def entropy_of(rows: np.ndarray) -> float:
    counts = np.unique(rows, axis=0, return_counts=True)[1]
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def by_hand(made, weights: np.ndarray) -> list[np.ndarray]:
    """The layers of tanh perceptrons 4-5-4-3, all examples in their order."""
    h, at, found = Classes().table().inputs.numpy(), 0, []
    for few, many, last in ((4, 5, False), (5, 4, False), (4, 3, True)):
        W = weights[at : at + few * many].reshape(many, few)
        b = weights[at + few * many : at + few * many + many]
        at += few * many + many
        h = h @ W.T + b
        h = np.exp(h) / np.exp(h).sum(1, keepdims=True) if last else np.tanh(h)
        found.append(h)
    return found


def test_layers_and_their_information_are_those_found_by_hand():
    made = problem(NETWORK, Classes(), CrossEntropy())
    x = moved(made)
    found, edges = networks.information(made, x, Bins(8)), np.linspace(-1, 1, 8)
    labels = Classes().table().targets.argmax(1).numpy()
    assert networks.layer_names(made) == ("T1", "T2", "output")
    assert networks.units_of(made) == 12
    for seed in range(2):
        layers = by_hand(made, x[seed, 0].numpy())
        for place, layer in enumerate(layers):
            np.testing.assert_allclose(networks.units(made, x)[place][seed].numpy(), layer, atol=1e-12)
            bins = np.digitize(layer, edges)
            given = sum((labels == c).mean() * entropy_of(bins[labels == c]) for c in np.unique(labels))
            assert float(found.with_input[place, seed]) == pytest.approx(entropy_of(bins), abs=1e-9)
            assert float(found.with_label[place, seed]) == pytest.approx(entropy_of(bins) - given, abs=1e-9)


@pytest.mark.parametrize("reader", [Bins(), AdaptiveBins(), KSG(), LOSSY], ids=lambda e: type(e).__name__)
def test_layers_of_dead_units_say_nothing_and_are_not_missing(reader):
    made = problem(NETWORK, Classes(), CrossEntropy())
    x = moved(made)
    x[1] = 0  # every unit of the second seed is constant
    found = networks.information(made, x, reader)
    assert not found.with_input[:, 1].any() and not found.with_label[:, 1].any()


def test_a_network_that_starts_dead_counts_as_one_of_two():
    """The first of the two networks of seed 42 has a last hidden layer of zeros for every input, the second has not."""
    training = changed(networks.PRESETS["tishby, ReLU"], seeds=2, seed=42, epochs=1)
    made = training.problem()
    x = next(run.iterate(made, training.optimiser)).x
    assert [bool((layer == layer[0]).all()) for layer in networks.units(made, x)[-2]] == [True, False]
    found = networks.information(made, x, networks.reader("tishby, ReLU"))
    assert not found.refused and found.with_input.isfinite().all()
    assert found.with_input[-2, 0] == found.with_label[-2, 0] == 0 < found.with_input[-2, 1]


def test_layers_that_cannot_be_read_are_nan_with_a_sentence():
    made = problem(NETWORK, Classes(), CrossEntropy())
    x = moved(made)
    x[1, 0, -1] = torch.nan  # in the output of the second seed alone
    found = networks.information(made, x)
    assert found.with_input[:, 0].isfinite().all()
    assert found.with_input[:-1, 1].isfinite().all() and found.with_input[-1, 1].isnan()
    assert "finite values in the layer" in found.refused[0]
    with pytest.raises(Refusal, match="classes"):
        networks.information(problem(NETWORK, Numbers(), networks.SquaredLoss()), x)


def test_a_breach_is_the_largest_gain_from_a_layer_to_the_next():
    falling = torch.tensor([[3.0], [2.0], [1.0]])
    assert LayerInformation(falling, falling).breach is None
    rising = torch.tensor([[3.0], [2.0], [2.5]])
    point = LayerInformation(falling, rising)
    assert point.breach == (1, 0.5)
    assert networks.breaches({0: LayerInformation(falling, falling), 7: point}) == {7: (1, 0.5)}
    lost = torch.tensor([[3.0], [torch.nan], [1.0]])
    assert LayerInformation(lost, lost).breach is None


def test_a_convolutional_network_is_read_after_a_lossy_compression():
    preset = "digits, lossy compression"
    training = changed(networks.PRESETS[preset], seeds=1)
    made = training.problem()
    found = networks.information(made, made.start(), networks.reader(preset))
    assert not found.refused
    assert bool((found.with_input > 1).all())
    assert bool((found.with_label > 0.5).all()) and bool((found.with_label < networks.label_entropy(made) + 0.3).all())


def test_the_exact_estimator_breaks_nothing_while_a_quantised_network_trains():
    network = MLP((5, 4, 3), disturbance=Disturbance(bits=4))
    training = Training(network, TwelveBit(), optimiser=Adam(1e-2, 512), seeds=2, epochs=12)
    states = run.until(run.iterate(training.problem(), training.optimiser), run.after(training.steps))
    kept = networks.at_epochs(states, networks.spaced_epochs(12, 5))
    path = {s.epoch: networks.information(training.problem(), s.x, Exact(4)) for s in kept}
    assert len(path) == 5
    assert not networks.breaches(path)


def test_the_label_of_the_twelve_bits_has_nearly_a_bit_and_a_dataset_rebuilds_its_training():
    training = Training(MLP((3,)), seeds=2, seed=4, epochs=1)
    made = training.problem()
    assert networks.label_entropy(made) == pytest.approx(0.9991571, abs=1e-6)
    estimator = AdaptiveBins(7)
    saved = networks.as_dataset(training, estimator, {0: networks.information(made, made.start(), estimator)})
    assert dict(saved.sizes) == {"epoch": 1, "layer": 2, "seed": 2}
    assert list(saved.seed) == [0, 1] and saved.attrs["seeds"] == list(made.operator.seeds(made.y))
    assert saved.attrs["ceiling"] == 12
    around = {e: {0: networks.information(made, made.start(), e)} for e in estimator.around()}
    banded = networks.as_dataset(training, estimator, {0: networks.information(made, made.start(), estimator)}, around)
    assert banded.attrs["free"] == "parts"
    assert list(banded.free) == [4, 14]
    for k, reader in enumerate(around):
        np.testing.assert_array_equal(banded.I_x_around[k, 0], around[reader][0].with_input)
    assert describe(rebuild(json.loads(saved.attrs["training"]))) == describe(training)
    assert rebuild(json.loads(saved.attrs["estimator"])) == estimator
