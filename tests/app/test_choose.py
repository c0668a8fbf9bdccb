"""The choose tab: a path beside the run, marks of every rule, a handle that costs no solve."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.patience import PATIENCE
from workbench.app.choose import ChooseView, Choosing
from workbench.app.choose.choosing import HAND
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.session import Session
from workbench.operators import GaussianBlur
from workbench.priors import NonNegative, TotalVariation


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session(Experiment(Shipped("coins", 24), GaussianBlur((1, 24, 24), 1.0), prior=TotalVariation()))
    yield made
    made.close()


def wait(view: ChooseView, ready: Callable[[], bool]) -> None:
    end = time.perf_counter() + PATIENCE
    while not ready():
        assert time.perf_counter() < end, view.choosing.trouble() or "nothing came"
        view.beat()
        time.sleep(0.005)
    view.beat()


def test_a_path_is_walked_and_a_weight_taken(session):
    heard: list[bool] = []
    view = ChooseView(session, lambda: heard.append(True))
    view.beat()
    assert "No path yet" in view.choosing.sentence()
    view.choosing.path.start()
    wait(view, lambda: view.choosing.path.status is Status.DONE)
    path, told = view.choosing.found, view.choosing.told()
    assert path is not None and told is not None and len(path.points) == 25
    assert view.rule.value == told.chosen.word and view.choosing.weight == told.chosen.weight
    assert len(view.lines["gcv"].data["weight"]) == 25 and len(view.lines["evidence"].data["weight"]) == 0
    view.handle.value = 20  # a hand takes over, and nothing is solved
    view.beat()
    assert view.rule.value == HAND and view.choosing.weight == path.points[20].weight
    assert view.choosing.found is path and f"{path.points[20].weight:.3g}" in view.picture.caption.object
    assert not view.beat(), "what nobody touched is not drawn again"
    view.rule.value = "oracle"
    best = path.nearest(told.selected["oracle"].weight)
    assert view.beat() and f"at weight {best.weight:.3g}<" in view.picture.caption.object
    view.use.clicks += 1
    assert view.beat()
    view.look.value = next(look for look in view.look.options if look != view.look.value)
    assert view.beat()
    assert heard and session.experiment.prior.weight == pytest.approx(told.selected["oracle"].weight, rel=1e-3)
    view.choosing.tick()
    assert view.choosing.found is path  # another weight is the same path
    view.close()


def test_a_prior_without_a_weight_is_said(session):
    session.choose("prior", "NonNegative")
    assert isinstance(session.problem.prior, NonNegative)
    choosing = Choosing(session)
    assert "no weight" in choosing.sentence()
    choosing.path.start()
    assert not choosing.path.begun


def test_the_choice_is_spread_over_draws_of_the_noise_and_the_l_curve_stands_beside(session):
    view = ChooseView(session, lambda: None)
    view.beat()
    assert view.scatter.disabled
    view.choosing.path.start()
    wait(view, lambda: view.choosing.path.status is Status.DONE)
    path, told = view.choosing.found, view.choosing.told()
    for name, column in (("data misfit", [p.misfit for p in path.points]),
                         ("prior / weight", [p.prior / p.weight for p in path.points])):  # fmt: skip
        drawn = view.terms[name].data["value"]
        assert (drawn.min(), drawn.max()) == (0, 1) and drawn.argmax() == column.index(max(column))
    assert not view.scatter.disabled, "a path that is whole can be spread"
    view.scatter.clicks += 1
    wait(view, lambda: view.choosing.spread.status is Status.DONE)
    spread = view.choosing.spread.result
    assert spread.draws == 8 and set(spread.chosen) == set(told.selected)
    assert tuple(view.spread["sure"].data["weight"]) == spread.chosen["sure"]
    assert spread.sentence("sure") in view.mark.sentence and "data made of the truth" in view.mark.sentence
    view.look.value = "L-curve"
    view.handle.value = 4
    view.beat()
    assert list(view._place) == [view.lcurve.element]
    assert view.lcurve.here.data["weight"] == pytest.approx([path.points[4].weight])
    assert len(view.lcurve.points.data["misfit"]) == 25
    if "l_curve" in told.selected:
        corner = path.nearest(told.selected["l_curve"].weight)
        assert view.lcurve.corner.data["misfit"] == pytest.approx([corner.misfit])
    session.set("noise.sigma", 0.2)  # another path, and another spread
    view.beat()
    assert view.choosing.scattered("sure") == "" or not view.choosing.spread.idle
    view.close()
