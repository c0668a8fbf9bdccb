"""Small pictures of what members do: one of every operator, noise and prior, and true ones."""

import io

import pytest
import torch

from workbench import catalog
from workbench.figures import preview
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

    for kind, name in (("operator", "Radon"), ("operator", "Integration"), ("operator", "Colour"), ("prior", "L1")):
        data = preview(catalog.find(kind, name)()).png()
        assert len(data) < 32_000
        assert Image.open(io.BytesIO(data)).size == (240, 128)
