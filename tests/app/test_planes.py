"""The information tab: exact and sampled paths, calibration, bad input, and both looks from real results."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from bokeh.models import ColumnDataSource

from tests.patience import PATIENCE
from workbench import catalog
from workbench.algorithms import GradientDescent
from workbench.analysis.information.channel import of_operator
from workbench.analysis.information.ensembles import GaussianRandomField
from workbench.analysis.information.filters import LandweberFilter
from workbench.analysis.information.paths import SIGMAS, CalibratedPath, FilterPaths
from workbench.analysis.information.plane import path
from workbench.app.information import InformationView
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.planes import Planes
from workbench.live.session import Session
from workbench.operators import GaussianBlur
from workbench.paths import NONE
from workbench.priors import Zero

SIDE = 16


@pytest.fixture
def session() -> Iterator[Session]:
    parts = {"operator": GaussianBlur((1, SIDE, SIDE), 1.0), "prior": Zero(), "algorithm": GradientDescent()}
    made = Session(Experiment(truth=Shipped("camera", SIDE), steps=20, **parts))
    yield made
    made.close()


@pytest.fixture
def planes(session: Session) -> Iterator[Planes]:
    made = Planes(session)
    for name, value in {"look.steps": 12, "side": 8, "sampling.count": 120, "sampling.steps": 4}.items():
        made.set(name, value)
    yield made
    made.cancel()


def wait(planes: Planes, ready: Callable[[], bool]) -> None:
    end = time.perf_counter() + PATIENCE
    while not ready():
        assert time.perf_counter() < end, planes.trouble() or "nothing came"
        planes.tick()
        time.sleep(0.005)
    planes.tick()


def drawn(planes: Planes) -> FilterPaths:
    planes.closed.start()
    wait(planes, lambda: planes.closed.status is Status.DONE)
    assert planes.closed.result is not None
    return planes.closed.result


def read(planes: Planes) -> CalibratedPath:
    planes.sampled.start()
    wait(planes, lambda: planes.sampled.status is Status.DONE)
    assert planes.sampled.result is not None
    return planes.sampled.result


def test_the_closed_form_is_that_of_the_sessions_channel(planes):
    found = drawn(planes)
    operator, noise = planes.session.problem.operator, planes.session.problem.noise
    known = path(
        of_operator(operator, GaussianRandomField().spectrum(operator.in_shape), noise.sigma), LandweberFilter(), 12
    )
    first, second = found.tracks
    np.testing.assert_allclose(first.i_x, known.i_x, rtol=1e-12)
    np.testing.assert_allclose(first.memorised, known.memorised, rtol=1e-12, atol=1e-12)
    assert (first.name, second.name) == ("LandweberFilter", "HeavyBallFilter") and first.gap == known.gap
    assert found.ceiling == known.ceiling and found.rule == "tau = 0.01"
    assert f"{known.gap:.3g} bits below" in first.sentence and "GaussianBlur of 1×16×16" in found.about
    i_y, i_x = found.curve
    assert (np.interp(first.i_y, i_y, i_x) >= first.i_x - 0.01 * found.ceiling).all()


def test_a_wish_draws_anew_and_a_wrong_one_is_a_sentence(planes):
    drawn(planes)
    planes.set("compared_with", NONE)
    planes.set("filter", "FrozenConjugateGradients")
    planes.set("sampling.resolution", "RelativeTau")
    wait(planes, lambda: planes.closed.status is Status.DONE)
    assert [t.name for t in planes.closed.result.tracks] == ["FrozenConjugateGradients"]
    assert "not linear in y" in planes.closed.result.tracks[0].sentence and "rms" in planes.closed.result.rule
    planes.set("look.steps", "many")
    assert "steps" in planes.complaint
    planes.set("filter", "LandweberFilter")
    planes.set("filter.step", 9.0)
    wait(planes, lambda: planes.closed.status is Status.FAILED)
    assert "a step below" in planes.closed.latest.message and not planes.complaint


@pytest.mark.parametrize("name", catalog.members("filter"))
def test_every_filter_has_a_path(planes, name):
    planes.set("filter", name)
    planes.set("compared_with", NONE)
    track = drawn(planes).tracks[0]
    assert len(track.k) in (1, 13) and np.isfinite(track.i_x).all() and (track.gap or 0) >= 0


def test_another_operator_is_drawn_once_the_hand_rests(planes):
    before = drawn(planes).ceiling
    planes.session.set("operator.width", 3.0)
    wait(planes, lambda: planes.closed.result.ceiling < before)


def test_what_has_no_closed_form_gets_a_sentence_and_the_default_channel(planes):
    planes.session.choose("operator", "Radon")
    planes.session.choose("noise", "Poisson")
    found = drawn(planes)
    assert "Radon is diagonal in no basis" in found.about and "Poisson has to be sampled" in found.about
    assert found.ceiling == pytest.approx(56.9848611706, abs=1e-6)  # REFERENCES.md


def test_an_ensemble_goes_through_the_sessions_algorithm(planes):
    planes.set("sampling.ensemble", "Digits")
    found = read(planes)
    track = found.track(planes.algorithm)
    assert track.name == "GradientDescent" and track.k.tolist() == [0, 2, 4]
    assert np.isfinite(track.label).all() and track.i_x[-1] > 1
    np.testing.assert_allclose(track.memorised, track.i_y - track.i_x)
    assert "this reads" in found.headline and "where the truth is" in found.headline and "N = 120" in found.headline
    assert len(found.readings) == 11 and all(r.n == 120 for r in found.readings)
    assert found.path.dataset().attrs["seed"] == 0


def test_too_few_samples_pause_and_cancel(planes):
    planes.set("sampling.estimator", "GaussianClosedForm")
    planes.sampled.start()
    wait(planes, lambda: planes.sampled.status is Status.FAILED)
    assert "take a larger ensemble" in planes.sampled.latest.message and planes.sampled.latest.result is None
    planes.set("sampling.estimator", "PCA")
    planes.set("sampling.estimator.estimator", "KSG")
    planes.set("sampling.steps", 300)
    planes.sampled.start()
    planes.sampled.toggle()
    wait(planes, lambda: planes.sampled.status is Status.PAUSED)
    planes.sampled.toggle()
    wait(planes, lambda: planes.sampled.latest.result is not None and planes.sampled.latest.result.path.k > 2)
    planes.sampled.cancel()
    wait(planes, lambda: planes.sampled.status is Status.CANCELLED)
    assert planes.sampled.result is not None and planes.sampled.result.path.points


@pytest.mark.parametrize("name", ["closed form", "sampled"])
def test_both_looks_draw_real_results(session, name):
    view = InformationView(session, lambda: None)
    view.planes.set("sampling.count", 100)
    view.planes.set("sampling.steps", 4)
    view.beat()
    view.menu.value = name
    planes = view.planes
    wait(planes, lambda: (planes.sampled.latest if name == "sampled" else planes.closed.latest).status is Status.DONE)
    view._stale = True
    view.beat()
    look = view.look
    for picture in (look.plane, look.course):
        sources = [s for s in picture.plot.select({"type": ColumnDataSource}) if isinstance(s, ColumnDataSource)]
        assert any(len(column) for source in sources for column in source.data.values())
        assert picture.items["first"].visible
    assert str(look.plane.plot.xaxis[0].axis_label).endswith("tau = 0.01")
    assert look.note.sentence and not view.complaint.sentence
    assert look.plane.element in list(view.place)
    planes.cancel()


def test_the_denoiser_look_follows_the_prior(session):
    view = InformationView(session, lambda: None)
    view.planes.set("side", 8)
    view.beat()
    view.menu.value = "denoiser, I-MMSE"
    wait(view.planes, lambda: view.planes.denoised.status is Status.DONE)
    view._stale = True
    view.beat()
    look = view.look
    assert len(look.errors.sources[0].data["sigma"]) == len(SIGMAS)
    assert "Zero's denoiser" in look.note.sentence and not view.complaint.sentence
    before = view.planes.denoised.result
    session.choose("prior", "TotalVariation")
    wait(
        view.planes,
        lambda: view.planes.denoised.result not in (None, before) and view.planes.denoised.status is Status.DONE,
    )
    assert view.planes.denoised.result.prior == "TotalVariation"
    assert (view.planes.denoised.result.bits > 0).all()
    view.planes.cancel()
