"""Fourier sampling along trajectories: against the sum itself, the FFT, and weights known in closed form."""

import math

import numpy as np
import pytest
import torch

from workbench import storage
from workbench.algorithms import ConjugateGradient, Gridding, RootSumOfSquares
from workbench.cli import main
from workbench.data import Measured, steps
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.operators import FourierMask, GaussianBlur, MultiCoilFourier, NonCartesianFourier
from workbench.priors import Zero
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import iterate
from workbench.tensors import dot

RNG = np.random.default_rng(0)
N = 64


def positions(axes: int, *samples: int) -> np.ndarray:
    """In radians a pixel."""
    return RNG.uniform(-math.pi, math.pi, (*samples, axes))


def signal(*shape: int) -> torch.Tensor:
    return torch.from_numpy(RNG.normal(size=shape) + 1j * RNG.normal(size=shape))


def summed(x: torch.Tensor, radians: np.ndarray) -> np.ndarray:
    """The transform by its definition, an exponential for every pixel and sample; x is (B, C, *space)."""
    space = x.shape[2:]
    pixels = np.stack(np.meshgrid(*[np.arange(n) - n // 2 for n in space], indexing="ij"), -1).reshape(-1, len(space))
    waves = np.exp(-1j * radians.reshape(-1, len(space)) @ pixels.T) / math.sqrt(len(pixels))
    return (x.numpy().reshape(*x.shape[:2], -1) @ waves.T).reshape(*x.shape[:2], *radians.shape[:-1])


@pytest.mark.parametrize("space", [(17,), (12, 15), (6, 7, 8)], ids=str)
@pytest.mark.parametrize("tolerance", [1e-2, 1e-4, 1e-6, 1e-9, 1e-12])
def test_it_is_the_sum_to_its_tolerance_and_the_adjoint_is_exact(space, tolerance):
    radians = positions(len(space), 9, 11)
    operator = NonCartesianFourier((2, *space), radians, "radians", tolerance=tolerance)
    x, y = signal(2, 2, *space), signal(2, 2, 9, 11)
    found, wanted = operator(x), summed(x, radians)
    assert np.linalg.norm(found.numpy() - wanted) <= tolerance * np.linalg.norm(wanted)
    away = (dot(found, y) - dot(x, operator.adjoint(y))).abs()
    assert bool((away <= 1e-13 * found.flatten(1).norm(dim=1) * y.flatten(1).norm(dim=1)).all())


def test_units_and_orders_say_the_same_positions():
    cycles = RNG.uniform(-0.5, 0.5, (40, 2)) * [12, 16]  # per field of view, rows first
    x = signal(1, 1, 12, 16)
    same = [
        NonCartesianFourier((1, 12, 16), cycles),
        NonCartesianFourier((1, 12, 16), cycles[:, ::-1], order="x"),
        NonCartesianFourier((1, 12, 16), 2 * math.pi * cycles / [12, 16], "radians"),
        NonCartesianFourier((1, 12, 16), cycles / [12, 16], "per_pixel"),
    ]
    for operator in same:
        np.testing.assert_allclose(operator(x), same[0](x), atol=1e-12)
        np.testing.assert_allclose(operator.positions(), 2 * math.pi * cycles / [12, 16], atol=1e-14)


@pytest.mark.parametrize("coils", [1, 3])
def test_on_the_grid_it_is_the_fft_of_a_centred_picture(coils):
    """Every frequency of the grid: the k-space of FourierMask and MultiCoilFourier with all of it kept, centred."""
    sides = (8, 10)
    grid = np.stack(np.meshgrid(*[np.arange(n) - n // 2 for n in sides], indexing="ij"), -1).astype(float)
    operator = NonCartesianFourier((1, *sides), grid, coils=coils, tolerance=1e-12)
    whole = (
        MultiCoilFourier((1, *sides), coils, keep=1.0, centre=0.0, centred=True)
        if coils > 1
        else FourierMask((1, *sides), 1.0, 0.0, centred=True)
    )
    x = signal(1, 1, *sides)
    np.testing.assert_allclose(operator(x), whole(x), atol=1e-11)
    np.testing.assert_allclose(operator.density(), np.ones(sides), rtol=0.6)


def test_weights_of_spokes_are_the_ramp():
    """Away from the rim, where nothing lies outside, a sample of a spoke stands for |k| dk pi / spokes."""
    spokes = 144
    weights = NonCartesianFourier((1, N, N), spokes).density().mean(0).numpy()
    k = np.abs(np.arange(-N, N) / 2)
    ramp = k * 0.5 * math.pi / spokes
    inner = (k > 3) & (k < 0.4 * N)
    np.testing.assert_allclose(weights[inner], ramp[inner], rtol=0.03)


def disk() -> torch.Tensor:
    rows, columns = np.mgrid[:N, :N] - N // 2
    return torch.from_numpy(0.01 * ((rows - 5) ** 2 + (columns + 8) ** 2 <= 14**2) + 0j)[None, None]


def solved(operator, y, algorithm) -> torch.Tensor:
    return list(iterate(Problem(operator, Gaussian(1e-3), Zero(), y), algorithm))[-1].x


@pytest.mark.parametrize("coils", [1, 4])
def test_gridding_has_the_scale_of_the_picture(coils):
    operator = NonCartesianFourier((1, N, N), 120, coils=coils)
    x, rows_columns = disk(), np.mgrid[:N, :N] - N // 2
    found = solved(operator, operator(x), Gridding())[0, 0].numpy()
    inside = (rows_columns[0] - 5) ** 2 + (rows_columns[1] + 8) ** 2 <= 10**2
    assert abs(found[inside].mean() - 0.01) < 2e-4
    assert np.abs(found[inside] - 0.01).mean() < 5e-4
    magnitude = solved(operator, operator(x), RootSumOfSquares())[0, 0].numpy()
    assert abs(magnitude[inside].mean() - 0.01) < 3e-4


def test_gridding_is_a_start_and_conjugate_gradients_end_nearer():
    operator = NonCartesianFourier((1, N, N), 60, coils=4)
    squares = np.square(np.mgrid[:N, :N] - N // 2).sum(0)
    x = torch.from_numpy(np.exp(-squares / 50) + 0j)[None, None]
    y = operator(x)
    first = solved(operator, y, Gridding())
    problem = Problem(operator, Gaussian(1e-3), Zero(), y)
    states = iterate(problem, ConjugateGradient(), first)
    *_, last = (next(states) for _ in range(12))
    assert (last.x - x).norm() < 0.2 * (first - x).norm()


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: NonCartesianFourier((1, 8, 8), np.ones((4, 5, 3))), "readouts x samples x 2, got 4 x 5 x 3"),
        (lambda: NonCartesianFourier((1, 8, 8), np.full((4, 2), np.nan)), "finite values in the trajectory"),
        (lambda: NonCartesianFourier((1, 8, 8), np.ones((4, 2)) * 1j), "complex 4 x 2"),
        (lambda: NonCartesianFourier((1, 8, 8), np.full((4, 2), 7.0)), "within pi.*check the unit"),
        (lambda: NonCartesianFourier((1, 8, 8), np.full((4, 2), 3.9), "radians"), "within pi, got 3.9"),
        (lambda: NonCartesianFourier((1, 8), 5), "two axes|2 axes"),
        (lambda: NonCartesianFourier((1, 8, 8), 5, coils=np.ones((2, 7, 8))), "maps of coils x 8 x 8"),
    ],
)
def test_what_is_no_trajectory_is_refused_in_a_sentence(make, sentence):
    with pytest.raises(Refusal, match=sentence):
        make()


def test_data_of_another_trajectory_are_refused_and_other_operators_have_none():
    operator = NonCartesianFourier((1, 8, 8), np.ones((4, 5, 2)), coils=3)
    with pytest.raises(Refusal, match=r"coils x 4 x 5 for NonCartesianFourier.*TransposeAxes"):
        Experiment(Measured(np.ones((5, 3, 4)) + 0j), operator).fitted()
    problem = Problem(GaussianBlur((1, 8, 8)), Gaussian(), Zero(), torch.zeros(1, 1, 8, 8))
    assert "k-space along a trajectory, which GaussianBlur has not" in Gridding().unmet(problem)


def test_readouts_as_a_scanner_writes_them_are_reconstructed():
    """(readout, coil, sample) by way of a step, x first, in cycles a field of view; compressed to fewer coils."""
    operator = NonCartesianFourier((1, N, N), 90, coils=6)
    y = operator(disk())[0].numpy()
    trajectory = (operator.positions().numpy() * N / (2 * math.pi))[..., ::-1]
    chain = (steps.TransposeAxes((1, 0, 2)), steps.CoilCompression(4))
    source = Measured(y.transpose(1, 0, 2), steps=chain)
    given = NonCartesianFourier((1, N, N), trajectory, order="x", coils=4)
    result = Experiment(source, given, prior=Zero(), algorithm=RootSumOfSquares(), steps=1).fitted().run()
    inside = np.abs(disk()[0, 0].numpy()) > 0
    assert result.x.values[0, 0][inside].real.mean() == pytest.approx(0.01, rel=0.06)


def test_the_command_line_takes_a_trajectory_and_the_picture_that_it_resolves(tmp_path, capsys):
    operator = NonCartesianFourier((1, N, N), 90, coils=3)
    x_first = (operator.positions().numpy() * N / (2 * math.pi))[..., ::-1]
    for name, values in {"y": operator(disk())[0].numpy().transpose(1, 0, 2), "k": x_first}.items():
        np.save(tmp_path / f"{name}.npy", values)
    words = ["run", "--data", str(tmp_path / "y.npy"), "--operator", "NonCartesianFourier", "--prior", "Zero"]
    sets = {"data.steps": "TransposeAxes", "data.steps.1.order": "1,0,2", "operator.coils": "3"}
    sets |= {"operator.trajectory": tmp_path / "k.npy", "operator.order": "x"}
    words += [word for path, value in sets.items() for word in ("--set", f"{path}={value}")]
    assert main([*words, "--algorithm", "RootSumOfSquares", "--steps", "1", "--out", str(tmp_path / "r.nc")]) == 0
    assert "cycles a field of view, x first, for a picture of 64 x 64 pixels" in capsys.readouterr().out
    found = storage.load(tmp_path / "r.nc").x.values[0, 0].real
    inside = np.abs(disk()[0, 0].numpy()) > 0
    assert found.shape == (N, N) and found[inside].mean() == pytest.approx(0.01, rel=0.06)


def test_a_trajectory_tells_even_sides_in_the_order_of_the_picture():
    k = torch.tensor([[-20.0, 3.0], [19.5, -2.2]])
    assert NonCartesianFourier.resolved(k, "rows") == (40, 6)
    assert NonCartesianFourier.resolved(k, "x") == (6, 40)


def test_positions_in_1_over_m_are_those_of_the_field_of_view():
    cycles = np.random.default_rng(3).uniform(-0.5, 0.5, (5, 7, 2)) * [12, 16]
    x = torch.randn(1, 1, 12, 16, dtype=torch.complex128)
    known = NonCartesianFourier((1, 12, 16), cycles)(x)
    one = NonCartesianFourier((1, 12, 16), cycles / 0.2, "per_metre", field_of_view=0.2)
    two = NonCartesianFourier((1, 12, 16), cycles / [0.2, 0.3], "per_metre", field_of_view=(0.2, 0.3))
    for operator in (one, two):
        assert float((operator(x) - known).abs().max()) < 1e-12
    assert NonCartesianFourier.resolved(torch.tensor([[30.0, -40.0]]), "x", (0.2, 0.3)) == (16, 18)
    for view in (None, 0.0, -1.0, (0.2,), (0.2, 0.2, 0.2), math.inf):
        with pytest.raises(Refusal, match="field of view"):
            NonCartesianFourier((1, 12, 16), cycles, "per_metre", field_of_view=view)


def test_positions_that_reach_a_few_cycles_are_another_unit():
    for reach in (0.5, math.pi):
        with pytest.raises(Refusal, match="many cycles"):
            NonCartesianFourier.resolved(torch.tensor([[reach, -reach]]), "rows")


def test_the_command_line_asks_how_many_pixels_a_trajectory_in_radians_has(tmp_path, capsys):
    operator = NonCartesianFourier((1, 12, 16), 30)
    np.savez(tmp_path / "s.npz", y=operator(torch.ones(1, 1, 12, 16) + 0j)[0].numpy(), k=operator.positions().numpy())
    words = ["run", "--data", f"{tmp_path / 's.npz'}::y", "--operator", "NonCartesianFourier", "--prior", "Zero"]
    words += ["--set", f"operator.trajectory={tmp_path / 's.npz'}::k", "--set", "operator.unit=radians", "--steps", "1"]
    assert main(words) == 2
    assert "how many pixels the picture has" in capsys.readouterr().err
    words += ["--set", "operator.shape=1,12,16", "--out", str(tmp_path / "r.nc")]
    assert main(words) == 0
    assert "radians a pixel, row first, for a picture of 12 x 16 pixels" in capsys.readouterr().out
    assert storage.load(tmp_path / "r.nc").x.values.shape == (1, 1, 12, 16)
    assert main(["run", "--operator", "GaussianBlur", "--set", "operator.shape=1,12,16"]) == 2
    assert "beside the positions of a trajectory" in capsys.readouterr().err
