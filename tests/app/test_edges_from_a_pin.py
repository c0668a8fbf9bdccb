"""A prior with a map takes the edges of a pinned run: on the page, in its address, beside what Python makes."""

from collections.abc import Iterator

import pytest
import torch

from tests.app.test_session import reached
from workbench.algorithms import PDHG
from workbench.app.run.choices import Choices
from workbench.app.run.sections import Priors
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.live.address import KEPT, read_address
from workbench.live.pins.beside import pin
from workbench.live.session import Session
from workbench.noise import Gaussian
from workbench.operators import Radon
from workbench.priors import TotalVariation, WeightedTotalVariation
from workbench.tuning import informed

SIDE = 64


@pytest.fixture
def session() -> Iterator[Session]:
    parts = Radon((1, SIDE, SIDE), 15), Gaussian(0.005), TotalVariation(5.0), PDHG()
    made = Session(Experiment(Shipped("shepp_logan", SIDE), *parts, steps=150))
    yield made
    made.close()


def test_the_edges_of_a_pin_make_the_picture_better(session):
    choices = Choices(session, lambda: None)
    section = choices.sections["prior"]
    assert isinstance(section, Priors) and not section.edges.visible
    session.play()
    first = reached(session, 150)
    made = pin(session)
    choices.beat()
    assert not section.edges.visible  # total variation has no map
    choices._grant("prior", "WeightedTotalVariation")
    choices._grant("prior.weight", 12.5)
    assert section.edges.visible and made.label in section.edges.options
    section.edges.value = made.key
    prior = session.experiment.prior
    assert isinstance(prior, WeightedTotalVariation) and len(prior.weights) == SIDE and prior.weight == 12.5
    picture = torch.from_numpy(made.run.dataset["x"].values)
    made_in_python = informed(WeightedTotalVariation(12.5), picture)
    assert isinstance(made_in_python, WeightedTotalVariation) and prior.weights == made_in_python.weights
    assert all(len(text) < 200 for _, text in session.job.latest.marks)
    session.reset()
    session.play()
    second = reached(session, 150)
    assert second.curves["psnr"][-1] > first.curves["psnr"][-1] + 0.4
    choices.refresh()
    assert section.edges.value == made.key
    section.edges.value = None
    assert session.experiment.prior.weights == ()


def test_an_address_does_not_hold_the_map_and_says_so(session):
    picture = torch.rand(1, 1, SIDE, SIDE)
    session.set("prior", informed(WeightedTotalVariation(), picture))
    address = session.address()
    assert len(address) < 2000 and f"prior.weights={KEPT}" in address
    found = read_address(address)
    assert "does not hold so many" in found.wrong["prior.weights"]
    assert found.experiment.prior.weights == ()


def test_without_a_pin_the_page_says_how_to_get_edges(session):
    choices = Choices(session, lambda: None)
    choices._grant("prior", "WeightedTotalVariation")
    assert "Pin a run" in choices.sections["prior"].aside.sentence
