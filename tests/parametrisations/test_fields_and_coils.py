"""Field networks and grids, coils that are found with the image."""

from itertools import islice

import numpy as np
import pytest
import torch

from workbench.algorithms import LBFGS, PALM, AlternatingMinimisation
from workbench.data import truth
from workbench.noise import Gaussian
from workbench.operators import FourierMask, MultiCoilFourier
from workbench.parametrisations import CoilsAndImage, CompoundGaussian, Grid, LearnableActivation, MultiscaleGrid
from workbench.priors import OnUnknown, Tikhonov
from workbench.problem import Problem
from workbench.run import iterate
from workbench.tensors import abs2, generator, norm, normal_like


def drawn(shape: tuple[int, ...], seed: int = 0) -> torch.Tensor:
    return normal_like(torch.zeros(shape).double(), generator(seed, 0))


def test_one_level_is_the_grid_and_several_share_it():
    shape = (2, 12, 8)
    one, grid = MultiscaleGrid(shape, 3.0, 1), Grid(shape, 3.0)
    u = drawn((2, *grid.in_shape))
    assert torch.equal(one(u), grid(u)) and torch.equal(one.starts(grid(u)), grid.starts(grid(u)))
    many = MultiscaleGrid(shape, 2.0, 3)
    views = many.views(drawn((1, *many.in_shape), 1))
    parts = [Grid(shape, 2.0 * 2**i)(views[f"level_{i}"].reshape(1, 1, -1)) for i in range(3)]
    assert torch.allclose(many.made(views), sum(parts) / 3**0.5, atol=1e-12)


def test_a_field_of_sines_is_that_of_numpy():
    phi = LearnableActivation((1, 4, 5), width=3, sines=2)
    u = 0.5 * drawn((1, *phi.in_shape))
    v = {name: view[0].numpy() for name, view in phi.views(u).items()}

    def s(t: np.ndarray, layer: int) -> np.ndarray:
        c, w, f = (v[f"{name}_{layer}"] for name in ("amplitude", "frequency", "phase"))
        return (c * np.sin(t[..., None] * w + f)).sum(-1)

    for i, p in enumerate((np.arange(4) + 0.5) / 2 - 1):
        for j, q in enumerate((np.arange(5) + 0.5) / 2.5 - 1):
            first = s(np.array([p, q]) @ v["weight_0"] + v["bias_0"], 0)
            value = s(first @ v["weight_1"] + v["bias_1"], 1) @ v["weight_2"] + v["bias_2"]
            assert float(phi(u)[0, 0, i, j]) == pytest.approx(float(value[0]), abs=1e-12)
    t = torch.linspace(-2, 2, 7).double()
    assert np.allclose(phi.activation(u, 0, t)[0].numpy(), s(t.numpy(), 0))


def test_scales_and_normal_numbers_make_the_picture_of_the_start():
    phi, picture = CompoundGaussian((1, 6, 5), 0.1), drawn((2, 1, 6, 5))
    u = phi.starts(picture)
    assert torch.allclose(phi(u), picture) and phi.views(u)["gaussian"].abs().max() <= 1 + 1e-12
    wanted = picture.abs().maximum(0.1 * picture.abs().flatten(1).amax(1).reshape(-1, 1, 1, 1)).log()
    assert torch.allclose(phi.views(u)["log_scale"], wanted)


@pytest.fixture(scope="module")
def coils():
    """Two fifths of the frequencies of four coils, whose pictures are the truth."""
    maps = MultiCoilFourier((1, 32, 32), 4).maps()
    image = truth("shepp_logan", 32).double()
    pictures = maps[None] * image
    measured = FourierMask((4, 32, 32), 0.4, 0.1, "points")
    prior = OnUnknown(Tikhonov(1e-2))
    phi = CoilsAndImage((4, 32, 32), 8.0)
    return Problem.simulate(measured, Gaussian(1e-3), prior, pictures, parametrisation=phi), image


@pytest.mark.parametrize(("algorithm", "steps"), [(AlternatingMinimisation(20), 15), (LBFGS(), 150), (PALM(), 150)])
def test_coils_and_image_are_found_together(coils, algorithm, steps):
    problem, _ = coils
    zero_filled = problem.given_operator.adjoint(problem.y)
    *_, state = islice(iterate(problem, algorithm), steps)
    miss = [float(norm(x - problem.truth) / norm(problem.truth)) for x in (problem.picture(state.x), zero_filled)]
    assert miss[0] < 0.15 and miss[1] > 2 * miss[0]


def test_balanced_coils_have_an_image_of_the_root_of_the_sum_of_squares(coils):
    problem, image = coils
    phi = problem.parametrisation
    u = phi.balanced(phi.starts(problem.truth))
    seen, inside = phi.views(u)["image"].abs(), image > 0.1
    assert float(norm(seen - image) / norm(image)) < 0.01 and torch.allclose(norm(seen), norm(phi(u)))
    squares = abs2(phi.maps(u)).sum(1, keepdim=True)[inside]
    assert float((squares - 1).abs().mean()) < 0.02
