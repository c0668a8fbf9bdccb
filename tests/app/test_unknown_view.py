"""The unknown tab: blocks beside the true ones, starts and where they end, flat directions, a run begun elsewhere."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch

from tests.app.test_session import reached
from tests.patience import PATIENCE
from workbench.algorithms import LBFGS
from workbench.app.unknowns import UnknownView
from workbench.data import Shipped
from workbench.example_scans import example
from workbench.experiment import Experiment
from workbench.live.session import Session
from workbench.noise import Gaussian
from workbench.operators import Identity
from workbench.parameters import changed
from workbench.parametrisations import KernelAndImage, LowRank
from workbench.priors import Zero

SHAPE = (1, 16, 16)


def opened(experiment: Experiment) -> tuple[Session, UnknownView]:
    session = Session(experiment)
    view = UnknownView(session, lambda: None)
    session.play()
    reached(session, experiment.steps)
    view.beat(session.tick())
    return session, view


@pytest.fixture
def factors() -> Iterator[tuple[Session, UnknownView]]:
    parts = Identity(SHAPE), Gaussian(0.05), Zero(), LBFGS()
    session, view = opened(
        Experiment(Shipped("camera", 16), *parts, steps=40, parametrisation=LowRank(SHAPE, 2, seed=1))
    )
    yield session, view
    view.close()
    session.close()


def until(view: UnknownView, ready: Callable[[], bool]) -> None:
    end = time.perf_counter() + PATIENCE
    while not ready():
        assert time.perf_counter() < end
        time.sleep(0.005)
        view.beat()
    view.beat()


def titles(row) -> list[str]:
    return [panel.title for panel in row._panels[: len(row.element)]]


def test_blocks_of_an_example_stand_above_the_true_ones_with_their_error():
    session, view = opened(changed(example("matrix_completion"), steps=10))
    look = view.look
    assert titles(look.found) == ["left", "right"] and titles(look.true) == ["true left", "true right"]
    assert all("off, aligned" in panel.caption.object for panel in look.found._panels)
    assert "make the same picture" in look.words.element.object
    one, other = (np.asarray(row._panels[0]._grey.data["image"][0], dtype=float) for row in (look.found, look.true))
    assert np.abs(one - other).max() <= 2, "colours have the same limits, and the factors were found"
    view.close()
    session.close()


def test_starts_are_counted_and_the_best_one_begins_the_run(factors):
    session, view = factors
    view.menu.value = "many starts"
    view.beat()
    look = view.look
    assert look.onward.disabled and not look.points.data["at"]
    view.studies.set("starts.starts", 4)
    look.work.start.clicks += 1
    until(view, lambda: view.studies.landing is not None and view.studies.landing.over)
    landing = view.studies.landing
    assert len(look.points.data["value"]) == 4 and titles(look.row)[0] == f"{len(landing.places[0])} of 4"
    assert not look.onward.disabled
    best = landing.u[landing.order[0]][None]
    look.onward.clicks += 1
    frame = reached(session, 40)
    assert (0, "another start") in frame.marks
    first = session.job.latest.moments[0]
    assert first.k == 0 and torch.equal(first.unknown, best)


def test_flat_directions_are_counted_drawn_and_belong_to_the_moment(factors):
    session, view = factors
    view.menu.value = "flat directions"
    view.beat()
    look = view.look
    look.work.start.clicks += 1
    until(view, lambda: view.studies.flat.idle and view.studies.flatness is not None)
    found = view.studies.flatness
    assert (found.silent, found.open) == (4, 0) and "At k = 40." in look.words.element.object
    assert titles(look.row) == [f"flat {n}: {look_at}" for n, look_at in zip("1234", _blocks(found), strict=True)]
    session.look_at(0)
    view.beat(session.tick())
    assert view.studies.flatness is None, "that of another iterate is not shown for this one"


def _blocks(found) -> list[str]:
    views = LowRank(SHAPE, 2).layout.views(found.vectors)
    return ["left" if views["left"][n].abs().max() > views["right"][n].abs().max() else "right" for n in range(4)]


def test_a_kernel_that_is_a_point_is_said():
    phi = KernelAndImage(SHAPE, 5)
    session, view = opened(
        Experiment(Shipped("camera", 16), Identity(SHAPE), Gaussian(0.05), Zero(), LBFGS(), 1, parametrisation=phi)
    )
    point = phi.joined({"kernel": torch.eye(25)[12].reshape(1, 1, 5, 5), "image": torch.rand(1, *SHAPE)})
    session.begin_with(point)
    reached(session, 1)
    session.look_at(0)
    view.beat(session.tick())
    assert "The kernel is a point" in view.complaint.element.object
    view.close()
    session.close()
