"""Networks as functions of their weights: against torch's own layers, and each set of weights by itself."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.networks.small import CASES, PICTURES, RANDOM, Classes, Numbers, case, moved, problem
from workbench.networks import (
    CNN,
    GELU,
    MLP,
    CrossEntropy,
    Disturbance,
    LeakyReLU,
    Learning,
    Linear,
    ReLU,
    Sigmoid,
    SiLU,
    SquaredLoss,
    Streams,
    Tanh,
)
from workbench.parameters import changed, describe, rebuild
from workbench.refusal import Refusal
from workbench.tensors import generator

each = pytest.mark.parametrize("name", CASES)
ACTIVATIONS = [Linear(), Tanh(), Sigmoid(), ReLU(), LeakyReLU(0.2), GELU(), SiLU()]


def test_a_perceptron_is_that_of_torch():
    made = problem(MLP((5, 4), biases=0.3), Classes(), CrossEntropy())
    operator, x = made.operator, moved(made)
    outputs = operator.layers(x)
    inputs, _ = operator.examples.split()[0]
    for item, weights in enumerate(x.flatten(1)):
        layers = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3)).double()
        nn.utils.vector_to_parameters(weights, layers.parameters())
        torch.testing.assert_close(outputs[1][item], layers[:4](inputs), rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(outputs[2][item], layers(inputs), rtol=1e-12, atol=1e-12)


def test_a_convolutional_network_is_that_of_torch():
    made = problem(CNN((3, 2), ReLU(), biases=0.2), Classes(PICTURES), CrossEntropy())
    operator, x = made.operator, moved(made)
    outputs = operator(x)
    inputs, _ = operator.examples.split()[0]
    for item, weights in enumerate(x.flatten(1)):
        layers = nn.Sequential(
            *(nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2)),
            *(nn.Conv2d(3, 2, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2)),
            *(nn.Flatten(), nn.Linear(2, 3)),
        ).double()
        nn.utils.vector_to_parameters(weights, layers.parameters())
        torch.testing.assert_close(outputs[item], layers(inputs), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda a: type(a).__name__)
def test_activations_are_those_of_torch(activation):
    x = torch.linspace(-4, 4, 41, dtype=torch.float64)
    known = {
        "Linear": x,
        "LeakyReLU": torch.where(x > 0, x, 0.2 * x),
        "GELU": x * (1 + torch.erf(x / 2**0.5)) / 2,
        "SiLU": x / (1 + torch.exp(-x)),
        "Sigmoid": 1 / (1 + torch.exp(-x)),
        "Tanh": torch.tanh(x),
        "ReLU": x.clamp_min(0),
    }[type(activation).__name__]
    torch.testing.assert_close(activation(x), known, rtol=1e-12, atol=1e-15)
    if activation.bounds is not None:
        low, high = activation.bounds
        assert low <= float(activation(x).min()) and float(activation(x).max()) <= high


def test_the_first_weights_are_cut_off_and_scaled_by_the_fan_in():
    network = MLP((300, 200), scale=0.5, biases=None)
    weights = network.first_weights((400,), 100, generator(0, 0))
    blocks = network.arrays(weights[None], (400,), 100)
    cut = 0.8796  # the standard deviation of a normal number cut off at 2
    for block, fan_in in zip(blocks, (400, 300, 200), strict=True):
        spread = 0.5 / fan_in**0.5
        assert block.shape[2] == fan_in
        assert float(block.abs().max()) <= 2 * spread
        assert float(block.std()) == pytest.approx(cut * spread, rel=0.02)


def test_first_biases_are_as_wide_as_asked():
    for biases in (0.0, 0.3):
        weights = MLP((1000,), biases=biases).first_weights((2,), 1, generator(0, 0))
        assert float(weights[2000:3000].std()) == pytest.approx(0.8796 * biases, rel=0.1)


@each
def test_an_item_alone_is_that_of_a_batch(name):
    made = case(name, seeds=3)
    x = made.start()
    for item in range(3):
        alone = changed(made.operator)
        torch.testing.assert_close(alone.first_guess(made.y[: item + 1]), x[: item + 1], rtol=0, atol=0)
        torch.testing.assert_close(alone(x[item : item + 1])[0], made.operator(x)[item], rtol=1e-12, atol=1e-12)


def test_networks_of_neighbouring_seeds_are_different_ones_and_of_the_first_format_the_next():
    made = case("tanh, classes", seeds=3)
    starts = [changed(made.operator, seed=seed).first_guess(made.y) for seed in (0, 1, 2)]
    assert len({tuple(w.flatten().tolist()) for x in starts for w in x}) == 9
    old = [changed(made.operator, seed=-1 - seed).first_guess(made.y) for seed in (0, 1)]
    assert torch.equal(old[0][1:], old[1][:2])


@each
def test_rows_and_parts_are_those_inputs(name):
    made = case(name)
    x, rows = moved(made), torch.tensor([[3, 1], [0, 7]])
    whole = made.operator(x)
    chosen = made.operator.layers(x, rows)[-1]
    for item in range(2):
        torch.testing.assert_close(chosen[item], whole[item, rows[item]], rtol=1e-12, atol=1e-12)
    inputs = made.operator.examples.table().inputs
    torch.testing.assert_close(made.operator.over(inputs)(x)[:, :12], whole, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(made.operator.part(rows[0])(x), whole[:, rows[0]], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(made.operator.layers(x, rows[:1])[-1], whole[:, rows[0]], rtol=1e-12, atol=1e-12)


def test_chance_has_the_moments_it_says():
    like = torch.zeros(2, 400, 50, dtype=torch.float64)
    streams = Streams.of(generator(0, 1), range(2))
    ones = like + 1
    kept = Disturbance(dropout=0.25).units(ones, None, streams)
    assert float((kept == 0).double().mean()) == pytest.approx(0.25, abs=0.01)
    assert float(kept.mean()) == pytest.approx(1, abs=0.02)
    noisy = Disturbance(unit_noise=0.2).units(ones, None, streams) - ones
    assert float(noisy.std()) == pytest.approx(0.2, rel=0.02)
    weights = Disturbance(weight_noise=0.1).weights(like[:, :, 0], streams)
    assert float(weights.std()) == pytest.approx(0.1, rel=0.1)
    for disturbance in (RANDOM, Disturbance()):
        assert disturbance.units(ones, None, None) is ones


def test_an_item_has_the_same_chance_alone_and_among_others():
    network = MLP((20, 10), disturbance=RANDOM)
    operator = Learning(network, Classes(), 3)
    x = operator.first_guess(torch.zeros(4, 1, dtype=torch.float64))
    together = operator.layers(x, None, Streams.of(generator(5, 9), range(3, 7)))
    alone = operator.layers(x[2:3], None, Streams.of(generator(5, 9), range(5, 6)))
    for a, b in zip(together, alone, strict=True):
        torch.testing.assert_close(a[2], b[0], rtol=1e-12, atol=1e-12)
    assert not torch.equal(together[0][0], operator.layers(x)[0][0])


@pytest.mark.parametrize("activation", [Tanh(), ReLU()], ids=lambda a: type(a).__name__)
def test_quantised_units_lie_on_their_levels(activation):
    network = MLP((6,), activation, Disturbance(bits=3), biases=0.5)
    made = problem(network, Numbers(), SquaredLoss())
    x = moved(made)
    rough = made.operator.layers(x)[0]
    fine = problem(changed(network, disturbance=Disturbance()), Numbers(), SquaredLoss()).operator.layers(x)[0]
    for item in range(2):
        low, high = (-1.0, 1.0) if activation.bounds else (fine[item].min(), fine[item].max())
        levels = (rough[item] - low) / (high - low) * 7
        torch.testing.assert_close(levels, levels.round(), rtol=0, atol=1e-9)
        assert len(rough[item].unique()) <= 8
        assert float((rough[item] - fine[item]).abs().max()) <= float(high - low) / 14 + 1e-12


def test_derivatives_pass_through_the_rounding():
    made = problem(MLP((6,), Tanh(), Disturbance(bits=8)), Numbers(), SquaredLoss())
    x = moved(made)
    v = torch.randn(x.shape, generator=generator(1, 0), dtype=x.dtype)
    smooth = Learning(MLP((6,)), Numbers()).at(x)
    rough = made.operator.at(x)
    assert float((rough(v) - smooth(v)).norm() / smooth(v).norm()) < 0.02
    w = torch.randn(made.y.shape, generator=generator(2, 0), dtype=x.dtype)
    torch.testing.assert_close((rough(v) * w).sum(), (v * rough.adjoint(w)).sum(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("inputs", [(4,), (1, 8), (1, 3, 8)], ids=str)
def test_a_convolutional_network_takes_pictures_that_are_large_enough(inputs):
    with pytest.raises(Refusal, match="pictures"):
        Learning(CNN((2, 2)), Classes(inputs))


def test_cross_entropy_takes_classes():
    with pytest.raises(Refusal, match="cross-entropy takes classes"):
        problem(MLP(()), Numbers(), CrossEntropy())


@pytest.mark.parametrize("loss", [CrossEntropy(), SquaredLoss()], ids=lambda loss: type(loss).__name__)
def test_losses_have_their_derivatives(loss):
    rng = generator(0, 0)
    clean = torch.randn((2, 5, 3), generator=rng, dtype=torch.float64)
    y = functional.one_hot(torch.randint(0, 3, (2, 5), generator=rng), 3).double()
    known = (
        functional.cross_entropy(clean.flatten(0, 1), y.flatten(0, 1), reduction="none").reshape(2, 5).mean(1)
        if isinstance(loss, CrossEntropy)
        else (clean - y).square().sum(2).mean(1) / 2
    )
    torch.testing.assert_close(loss.nll(clean, y), known, rtol=1e-12, atol=1e-12)
    slope, bend = torch.func.jacrev(lambda c: loss.nll(c, y).sum()), torch.randn(clean.shape, generator=rng).double()
    torch.testing.assert_close(loss.grad(clean, y), slope(clean), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(loss.hvp(clean, y, bend), torch.func.jvp(slope, (clean,), (bend,))[1])
    hessian = torch.func.hessian(lambda c: loss.nll(c, y).sum())(clean).reshape(30, 30)
    torch.testing.assert_close(loss.curvature(clean, y).flatten(), hessian.diagonal(), rtol=1e-12, atol=1e-12)
    assert float(torch.linalg.eigvalsh(hessian)[-1]) <= loss.lipschitz(y) + 1e-12


@pytest.mark.parametrize("loss", [CrossEntropy(), SquaredLoss()], ids=lambda loss: type(loss).__name__)
def test_the_slope_of_a_loss_is_0_on_average_and_varies_as_its_curvature(loss):
    clean = torch.tensor([[[0.5, -1.0, 0.2], [0.0, 0.3, 1.0]]], dtype=torch.float64)
    many = clean.expand(20_000, -1, -1)
    slopes = loss.grad(many, loss.sample(many, generator(0, 0)))
    assert float(slopes.mean(0).abs().max()) < 0.01
    torch.testing.assert_close(slopes.var(0), loss.precision(clean)[0] / 2, rtol=0.05, atol=0)


@pytest.mark.parametrize("part", [CNN((2,), LeakyReLU(0.3)), MLP((3, 2), disturbance=RANDOM, biases=None)])
def test_networks_are_rebuilt_from_their_descriptions(part):
    assert rebuild(describe(part)) == part
