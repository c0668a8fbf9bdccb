"""The address of a page: it brings the experiment back, and what is wrong in it takes nothing else with it."""

import numpy as np
import pytest
import torch

from tests.app.conftest import opened_file
from tests.app.test_session import experiment, png
from workbench.algorithms import FISTA, GradientDescent
from workbench.data import Array, Painted, Shipped, Simulated
from workbench.data.regions import Rectangle
from workbench.experiment import Experiment
from workbench.live.address import from_address, read_address, to_address
from workbench.live.session import Session
from workbench.operators import GaussianBlur, Radon
from workbench.parameters import describe
from workbench.priors import L1, Tikhonov

SHAPE = (1, 32, 32)


@pytest.mark.parametrize(
    "made",
    [
        Experiment(),
        experiment(seed=3, steps=7),
        experiment(operator=Radon(SHAPE, (0.0, 45.0, 90.0)), prior=Tikhonov(2.0), algorithm=GradientDescent(0.001)),
        experiment(operator=GaussianBlur(SHAPE, 2.0), prior=L1(1.0)),
        Experiment(Simulated(Shipped("coins", 32), finer=2), GaussianBlur(SHAPE)),
        Experiment(Simulated(Painted(Shipped("coins", 32), (Rectangle(),), (0.3,)), finer=3), GaussianBlur(SHAPE)),
    ],
)
def test_an_address_brings_the_experiment_back(made):
    assert describe(from_address(to_address(made))) == describe(made)


def test_an_empty_address_is_the_default():
    assert describe(from_address("")) == describe(Experiment())


@pytest.mark.parametrize(
    "query", ["?operator=Blurr", "?prior.weight=-3", "?operator.size=3", "?truth=cat", "?steps=many"]
)
def test_a_bad_address_shows_its_sentence_and_the_default(query):
    session = Session.from_address(query)
    assert session.errors["address"].startswith("wanted")
    assert describe(session.experiment) == describe(Experiment())
    session.close()


@pytest.mark.parametrize(
    ("bad", "path"),
    [
        ("operator.width=wide", "operator.width"),
        ("noise=Gaussean", "noise"),
        ("algorithm.step_size=-1", "algorithm.step_size"),
        ("steps=0", "steps"),
        ("colour=red", "colour"),
    ],
)
def test_a_bad_item_takes_no_other_with_it(bad, path):
    good = "truth=moon&truth.size=64&prior=L1&prior.weight=0.25&algorithm=FISTA&seed=5"
    found = read_address(f"?{bad}&{good}")
    assert list(found.wrong) == [path]
    made = found.experiment
    assert (made.truth.name, made.truth.size, made.seed) == ("moon", 64, 5)
    assert describe(made.prior) == describe(L1(0.25)) and isinstance(made.algorithm, FISTA)


def test_a_file_of_ones_own_is_in_the_address_by_its_name_alone():
    session = Session(experiment())
    picture = (np.add.outer(np.arange(40), np.arange(40)) * 3).astype(np.uint8)
    assert opened_file(session, "mine.png", png(picture)) == ""
    assert session.set("prior.weight", 0.5) == ""
    folder = session.experiment.truth.path.removesuffix("mine.png")
    assert "truth.file=mine.png" in session.address()
    assert folder not in session.address() and folder not in session.code() and "mine.png" in session.code()
    later = Session.from_address(session.address())
    assert "mine.png" in later.errors["address"] and "Your own file" in later.errors["address"]
    assert describe(later.experiment.prior) == describe(L1(0.5)), "the settings are kept"
    session.choose("truth", "camera")
    session.travel("?truth.file=mine.png&prior=L1&prior.weight=0.5")
    assert np.allclose(session.pictures().truth, picture / 255), "who goes back finds the file where it was"
    for each in (session, later):
        each.close()


def test_an_array_is_in_the_address_as_such_and_found_again_by_who_goes_back():
    session = Session(Experiment(Simulated(Array(torch.rand(1, 32, 32)), finer=2), GaussianBlur(SHAPE)))
    begun, address = describe(session.experiment), session.address()
    assert "an array" in read_address(address).wrong["truth.file"]
    session.choose("truth", "camera")
    session.travel(address)
    assert describe(session.experiment) == begun and not session.errors
    session.close()
