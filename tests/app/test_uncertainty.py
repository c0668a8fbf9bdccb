"""The uncertainty tab: chains of the session's posterior, their pictures and sentences, and what it advises."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import panel as pn
import pytest
from bokeh.models import ColumnDataSource

from tests.patience import PATIENCE
from workbench.algorithms import MALA, UnadjustedLangevin
from workbench.analysis.chains import correlations
from workbench.app.main import Workbench
from workbench.app.toolkit.panels import Panel
from workbench.app.uncertainty import UncertaintyView
from workbench.app.uncertainty.curves import Mixing
from workbench.app.uncertainty.pictures import DRAWS
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.session import Session
from workbench.live.uncertainty import Uncertainty
from workbench.operators import GaussianBlur
from workbench.priors import GaussianProcess, Tikhonov

SIDE = 16


@pytest.fixture
def session() -> Iterator[Session]:
    parts = {"operator": GaussianBlur((1, SIDE, SIDE), 1.0), "prior": GaussianProcess(), "algorithm": MALA()}
    made = Session(Experiment(truth=Shipped("camera", SIDE), **parts))
    yield made
    made.close()


@pytest.fixture
def uncertainty(session: Session) -> Iterator[Uncertainty]:
    made = Uncertainty(session)
    made.set("chains", 4)
    made.set("warmup", 20)
    made.set("draws", 40)
    yield made
    made.cancel()


def wait(uncertainty: Uncertainty, ready: Callable[[], bool]) -> None:
    end = time.perf_counter() + PATIENCE
    while not ready():
        assert time.perf_counter() < end, uncertainty.trouble() or "nothing came"
        uncertainty.session.tick()
        uncertainty.tick()
        time.sleep(0.005)
    uncertainty.tick()


def drawn(uncertainty: Uncertainty) -> None:
    uncertainty.chains.start()
    wait(uncertainty, lambda: uncertainty.chains.status is Status.DONE)


def test_chains_have_pictures_of_the_moments_and_of_the_truth(uncertainty):
    drawn(uncertainty)
    maps, found = uncertainty.maps(), uncertainty.found
    assert found.draws == 40 and found.sampling.chains == 4 and 0 < found.acceptance <= 1
    np.testing.assert_allclose(maps.mean, found.moments.mean[0], rtol=1e-6)
    np.testing.assert_allclose(maps.deviation, found.moments.variance.sqrt()[0], rtol=1e-6)
    np.testing.assert_allclose(maps.width, found.intervals[1].width[0], rtol=1e-6)
    assert maps.inside[0] <= maps.inside[1] == pytest.approx((maps.side == 0).mean())
    assert len(maps.newest) == 4 and not np.array_equal(maps.newest[0], maps.newest[1])
    worst, mean = correlations(found.paths)
    assert worst[0] == mean[0] == 1 and len(worst) == 13


def test_too_few_draws_are_said_and_the_button_draws_more(uncertainty):
    drawn(uncertainty)
    advice = uncertainty.advice()
    assert "Too few draws" in advice.sentence and advice.label == "Draw 4 times as many"
    uncertainty.follow(advice)
    assert uncertainty.sampling.draws == 160 and uncertainty.sampling.warmup == 80
    wait(uncertainty, lambda: uncertainty.chains.status is Status.DONE)
    assert uncertainty.found.draws == 160


@pytest.mark.parametrize(("name", "path", "value"), [
    ("MALA", "algorithm.step_size", 1.0),
    ("PreconditionedCrankNicolson", "algorithm.beta", 1.0),
])  # fmt: skip
def test_chains_that_stand_still_are_told_to_take_smaller_steps_and_not_to_draw_more(uncertainty, name, path, value):
    session = uncertainty.session
    session.choose("algorithm", name)
    session.set(path, value)
    drawn(uncertainty)
    advice = uncertainty.advice()
    assert uncertainty.found.acceptance < 0.05 and "accepted" in advice.sentence and "draw more" not in advice.sentence
    mixing = Mixing()
    mixing.show(uncertainty.found.looks)
    assert 0.9 < mixing.rhats.start < mixing.rhats.end < 1e3
    assert advice.values == {path: None}
    uncertainty.follow(advice)
    wait(uncertainty, lambda: uncertainty.chains.status is Status.DONE)
    assert uncertainty.found.acceptance > 0.2


@pytest.mark.parametrize("prior", ["Tikhonov", "GaussianProcess"])
def test_where_draws_can_be_had_one_by_one_that_sampler_is_offered(uncertainty, prior):
    """With a quadratic prior, Gaussian noise and a linear operator: no chain mixes as well as no chain."""
    uncertainty.session.choose("prior", prior)
    uncertainty.session.choose("algorithm", "ConjugateGradient")
    assert uncertainty.advice().values == {"algorithm": "PerturbOptimise"}


def test_an_algorithm_with_one_answer_is_told_and_a_sampler_offered(uncertainty):
    session = uncertainty.session
    session.choose("prior", "Tikhonov")
    session.choose("algorithm", "GradientDescent")
    uncertainty.chains.start()
    advice = uncertainty.advice()
    assert "GradientDescent has one answer" in advice.sentence
    assert uncertainty.found is None and uncertainty.chains.status is Status.CANCELLED
    uncertainty.follow(advice)
    assert session.experiment.algorithm.random and isinstance(session.experiment.prior, Tikhonov)
    wait(uncertainty, lambda: bool(uncertainty.found and uncertainty.found.looks))


def test_a_prior_that_nothing_samples_is_replaced_by_one_with_an_exact_posterior(uncertainty):
    session = uncertainty.session
    session.choose("prior", "WeightedTotalVariation")
    session.choose("algorithm", "PDHG")
    advice = uncertainty.advice()
    assert "Nothing here samples a posterior with WeightedTotalVariation" in advice.sentence
    uncertainty.follow(advice)
    wait(uncertainty, lambda: bool(uncertainty.found and uncertainty.found.looks))
    assert uncertainty.found.known is not None


def test_another_posterior_begins_anew_once_the_hand_rests(uncertainty):
    drawn(uncertainty)
    before = float(uncertainty.found.moments.variance.mean())
    uncertainty.session.set("noise.sigma", 0.3)
    wait(uncertainty, lambda: uncertainty.found is None)
    wait(uncertainty, lambda: uncertainty.chains.status is Status.DONE)
    assert float(uncertainty.found.moments.variance.mean()) > before


def test_pause_go_on_cancel_and_a_wrong_wish(uncertainty):
    uncertainty.set("draws", 10_000)
    uncertainty.chains.start()
    uncertainty.chains.toggle()
    wait(uncertainty, lambda: uncertainty.chains.status is Status.PAUSED)
    uncertainty.chains.toggle()
    wait(uncertainty, lambda: bool(uncertainty.found and uncertainty.found.looks))
    uncertainty.cancel()
    wait(uncertainty, lambda: uncertainty.chains.status is Status.CANCELLED)
    assert uncertainty.found.draws > 0
    uncertainty.set("chains", 1)
    assert "chains" in uncertainty.complaint and uncertainty.sampling.chains == 4


def lines(element: pn.viewable.Viewable) -> list[ColumnDataSource]:
    return [s for p in element.select(pn.pane.Bokeh) for s in p.object.select({"type": ColumnDataSource})]


def test_the_tab_draws_real_chains_and_says_what_is_wrong_with_them(session):
    session.choose("algorithm", "UnadjustedLangevin")
    session.set(
        "algorithm.step_size", UnadjustedLangevin().largest_step(session.job.latest.state or started(session)) / 2
    )
    view = UncertaintyView(session, lambda: None)
    for name, value in {"chains": 16, "warmup": 50, "draws": 100}.items():
        view.uncertainty.set(name, value)
    view.beat()
    wait(view.uncertainty, lambda: view.uncertainty.chains.status is Status.DONE)
    view._stale = True
    view.beat()
    assert "too large" in view.note.sentence and "intervals hold" in view.note.sentence
    assert "done: UnadjustedLangevin, 16 chains, draw 100 of 100" in view.status.sentence
    assert "A applied 150 times" in view.counts.sentence
    assert "of the truth" in view.note.sentence
    for curve in (view.mixing, view.correlation, view.distances):
        assert all(len(column) for column in curve.source.data.values())
        assert curve.element in [place[0] for place in view.curves]
    for panel in view.pictures._summary:
        assert len(panel._grey.data["image"]) == 1
    view.menu.value = DRAWS
    view.beat()
    assert all(isinstance(p, Panel) and len(p._grey.data["image"]) == 1 for p in view.pictures._draws)


def started(session: Session):
    session.step()
    end = time.perf_counter() + PATIENCE
    while session.job.latest.state is None and time.perf_counter() < end:
        time.sleep(0.005)
    return session.job.latest.state


def test_a_minimiser_leaves_the_tab_with_a_sentence_and_a_button_that_samples(small):
    session = Session(small)
    app = Workbench(session)
    app.session.step()
    app.beat()
    view = app.view(UncertaintyView)
    view.beat()
    assert "ADMM has one answer" in view.advice.sentence and view.mend.visible
    app.turn_to(UncertaintyView)
    assert app.seen is view and app.tabs.element[app.tabs.place] is view.element
    view._follow()
    assert app.choices.sections["algorithm"].menu.select.value == type(session.experiment.algorithm).__name__ != "PDHG"
    wait(view.uncertainty, lambda: bool(view.uncertainty.found))
    view._stale = True
    view.beat()
    assert not view.mend.visible
    app.close()
    wait(view.uncertainty, lambda: view.uncertainty.chains.status is Status.CANCELLED)
