"""Small pictures of what members do: one of every member, and true ones."""

import io

import numpy as np
import pytest
import torch

from workbench import catalog
from workbench.algorithms import GaussNewtonCG
from workbench.figures import Preview, preview
from workbench.operators import GaussianBlur
from workbench.tensors import norm

MEMBERS = [(kind, name) for kind in ("operator", "noise", "prior") for name in catalog.members(kind)]


@pytest.mark.parametrize(("kind", "name"), MEMBERS, ids=str)
def test_every_member_has_one(kind, name):
    made = preview(catalog.find(kind, name)())
    assert made.before.isfinite().all() and made.after.isfinite().all()
    assert made.before.ndim >= 3 and made.after.ndim >= 3


def test_an_operator_shows_its_data():
    made = preview(GaussianBlur())
    assert torch.equal(made.after, GaussianBlur((1, 64, 64))(made.before))
    assert made.names == ("signal", "data")


def test_a_prior_that_has_a_weight_is_shown_at_work():
    """The noise is 0.1: at its default weight L1 takes away a tenth of it, and a sum of squares nothing."""
    for name in ("L1", "Tikhonov", "TotalVariation", "WaveletL1"):
        made = preview(catalog.find("prior", name)())
        taken = float(norm(made.before - made.after)) / made.before.numel() ** 0.5
        assert 0.05 < taken < 0.3, (name, taken)


def test_the_picture_is_small():
    from PIL import Image

    for kind, name in (
        ("operator", "Radon"),
        ("operator", "Integration"),
        ("operator", "Colour"),
        ("prior", "L1"),
        ("algorithm", "ADMM"),
    ):
        data = preview(catalog.find(kind, name)()).png()
        assert len(data) < 32_000
        assert Image.open(io.BytesIO(data)).size == (240, 128)


@pytest.mark.parametrize("name", catalog.members("algorithm"))
def test_every_method_has_a_path_or_a_picture(name):
    made = preview(catalog.find("algorithm", name)())
    if isinstance(made, Preview):
        assert made.after.isfinite().all() and made.names[1] == "result"
    else:
        left, right, low, high = made.limits
        assert len(made.path) > 1 and np.isfinite(made.objective).any()
        assert ((made.path >= (left, low)) & (made.path <= (right, high))).all()


def test_a_valley_is_that_of_the_objective_and_newton_goes_to_its_bottom():
    """|A x - y|^2 / (2 sigma^2) with A = [[1, 0], [1, 1]] / 2, y = (-0.245, 0.19), sigma = 0.1, by hand."""
    made = preview(GaussNewtonCG())
    left, right, low, high = made.limits
    rows, columns = made.objective.shape
    x, y = np.linspace(left, right, columns), np.linspace(low, high, rows)[:, None]
    wanted = ((x + 0.49) ** 2 + (x + y - 0.38) ** 2) / 4 / (2 * 0.1**2)
    np.testing.assert_allclose(made.objective - made.objective.min(), wanted - wanted.min(), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(made.path[-1], (-0.49, 0.87), atol=1e-4)
