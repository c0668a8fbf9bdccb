"""The spectrum beside a run: studies, cost, what follows the run, and every plot from a real finding."""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import panel as pn
import pytest
import torch
from bokeh.models import ColumnDataSource

from tests.patience import PATIENCE
from workbench.algorithms import GradientDescent, PreconditionedGradient
from workbench.analysis import spectrum
from workbench.analysis.spectrum import AXES, LinearAxis, LogarithmicAxis, modes
from workbench.app.spectrum import SpectrumView
from workbench.app.spectrum.basis import DenoiserBasis
from workbench.app.spectrum.instability import InstabilityPlot
from workbench.app.spectrum.shares import condition
from workbench.app.spectrum.view import PLOTS
from workbench.app.toolkit.figures import mark, new_figure
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.frames import frame_of
from workbench.live.session import Session
from workbench.live.spectra import Spectra
from workbench.operators import GaussianBlur
from workbench.preconditioners import Circulant
from workbench.priors import Tikhonov

SIDE = 16


@pytest.fixture
def session() -> Iterator[Session]:
    parts = {"operator": GaussianBlur((1, SIDE, SIDE)), "prior": Tikhonov(5.0), "algorithm": GradientDescent()}
    made = Session(Experiment(truth=Shipped("camera", SIDE), steps=40, **parts))
    yield made
    made.close()


@pytest.fixture
def spectra(session: Session) -> Iterator[Spectra]:
    made = Spectra(session)
    yield made
    made.cancel()


def wait(spectra: Spectra, ready: Callable[[], bool]) -> None:
    end = time.perf_counter() + PATIENCE
    while not ready():
        assert time.perf_counter() < end, spectra.trouble() or "nothing came"
        spectra.session.tick()
        spectra.tick()
        time.sleep(0.005)


def studied(spectra: Spectra) -> None:
    spectra.hessian.start()
    wait(spectra, lambda: spectra.hessian.status is Status.DONE and spectra.finding is not None)
    spectra.tick()


def test_a_study_says_its_cost_first_and_keeps_within_it(spectra):
    assert "Hessian products" in spectra.cost()
    studied(spectra)
    assert 0 < spectra.finding.products <= spectra.finding.most
    assert f"at most {spectra.finding.most} Hessian" in spectra.cost()


def test_the_exact_spectrum_lies_under_the_measured_one(spectra):
    studied(spectra)
    data, prior = spectra.finding.exact
    low, high = spectra.finding.extremes
    assert low == pytest.approx(float((data + prior).min()), rel=1e-4)
    assert high == pytest.approx(float((data + prior).max()), rel=1e-4)


def test_a_moved_slider_is_studied_again_once_the_hand_rests(spectra):
    studied(spectra)
    before = spectra.finding.extremes
    spectra.session.set("prior.weight", 500.0)
    wait(spectra, lambda: spectra.finding is not None and spectra.finding.extremes not in (None, before))
    wait(spectra, lambda: spectra.hessian.status is Status.DONE)
    assert spectra.finding.extremes[0] == pytest.approx(500, rel=1e-3)


def test_a_pause_a_cancel_and_a_wrong_wish(spectra):
    spectra.hessian.start()
    spectra.hessian.toggle()
    wait(spectra, lambda: spectra.hessian.status in (Status.PAUSED, Status.DONE))
    spectra.cancel()
    wait(spectra, lambda: spectra.hessian.status in (Status.CANCELLED, Status.DONE))
    spectra.set("steps", "many")
    assert "steps" in spectra.complaint


def test_the_error_is_split_while_the_run_goes_and_looks_follow_it(spectra):
    studied(spectra)
    spectra.follow(10)
    spectra.session.play()
    wait(spectra, lambda: len(spectra.glimpses) > 1 and len(spectra.errors) > 1)
    wait(spectra, lambda: spectra.session.job.latest.status is Status.DONE)
    spectra.tick()
    ks = [g.k for g in spectra.glimpses]
    assert all(b - a >= 10 for a, b in pairwise(ks))
    k, parts = spectra.errors[-1]
    state, truth = spectra.session.job.latest.state, spectra.session.problem.truth
    assert k == state.k == 40
    assert float(parts.sum()) == pytest.approx(float((state.x - truth).square().sum()), rel=1e-4)


def test_predictions_are_what_gradient_descent_then_does(spectra):
    """On a quadratic: the measured objective lies on the curve that was drawn before the run began."""
    spectra.at_start = True
    studied(spectra)
    step = GradientDescent().current_step(spectra.session.job.latest.state)
    foreseen = spectrum.predictions(spectra.finding, step, 40)
    spectra.session.play()
    wait(spectra, lambda: spectra.session.job.latest.status is Status.DONE)
    problem = spectra.session.problem
    first, last = (float(problem.objective(x)[0]) for x in (problem.start(), spectra.session.job.latest.state.x))
    assert first - last == pytest.approx(foreseen.drop - foreseen.curves["gradient descent"][40], rel=1e-3)


@pytest.mark.parametrize("scale", AXES.values(), ids=AXES)
def test_a_density_has_the_mass_of_its_spectrum(spectra, scale):
    studied(spectra)
    axis = scale(spectrum.reach(spectra.finding))
    for _, measure in spectra.finding.measures:
        curve = spectrum.density(measure, axis)
        assert np.trapezoid(curve.height, curve.at) == pytest.approx(1, abs=0.02)
    share = spectrum.cumulative(measure, axis)
    assert (share.low <= share.height).all()
    assert (share.height <= share.high).all()


@pytest.mark.parametrize(
    "name", [n for n in PLOTS if PLOTS[n] not in (DenoiserBasis, InstabilityPlot)]
)  # these seek for themselves
def test_every_plot_draws_a_real_finding(session, name):
    view = SpectrumView(session, lambda: None)
    view.beat(None)
    spectra = view.spectra
    spectra.set("of_data", True)
    wait(
        spectra, lambda: spectra.hessian.status is Status.DONE and spectra.finding and spectra.finding.pairs is not None
    )
    session.play()
    spectra.follow(10)
    wait(spectra, lambda: session.job.latest.status is Status.DONE and bool(spectra.glimpses))
    spectra.precondition(Circulant())
    wait(spectra, lambda: spectra.product.result is not None)
    view.menu.value = name
    view._again()
    assert view.beat(None)
    assert any(not view.beat(None) for _ in range(10)), "what is drawn is not drawn and sent again"
    assert view.look.element in list(view.place)
    sources = [s for p in view.look.element.select(pn.pane.Bokeh) for s in p.object.select({"type": ColumnDataSource})]
    assert any(len(column) for source in sources for column in source.data.values())
    view.spectra.cancel()


def test_ticks_say_the_values_behind_the_places():
    plot, axis = new_figure("λ", "share"), LogarithmicAxis(50.0)
    mark(plot.xaxis, axis)
    assert plot.xaxis[0].ticker.ticks == sorted(axis.ticks())
    assert plot.xaxis[0].major_label_overrides == axis.ticks()


def test_a_condition_is_told_where_there_is_one():
    assert condition("H", 0.5, 400.0) == "condition of H ≥ 800"
    assert condition("P H", 0.0, 1.0) == condition("P H", -1e-9, 1.0) == "P H is singular"


@pytest.mark.parametrize("algorithm", [GradientDescent(), PreconditionedGradient(Circulant())], ids=["plain", "P"])
def test_the_bound_of_the_step_stands_on_the_axis_of_what_it_bounds(algorithm):
    """2/step of a preconditioned gradient bounds the eigenvalues of P H: 0.6, say, where those of H reach 400."""
    parts = {"operator": GaussianBlur((1, SIDE, SIDE)), "prior": Tikhonov(5.0), "algorithm": algorithm}
    session = Session(Experiment(truth=Shipped("camera", SIDE), steps=5, **parts))
    spectra = Spectra(session)
    studied(spectra)
    session.play()
    wait(spectra, lambda: session.job.latest.status is Status.DONE)
    spectra.precondition(Circulant())
    wait(spectra, lambda: spectra.product.result is not None)
    frame = frame_of(session.job.latest, session._curves, session.problem, session.pictures().truth, 0.0)
    flags = {}
    for name in ("density", "preconditioner"):
        plot = PLOTS[name](spectra)
        plot.draw(frame, LinearAxis)
        flags[name] = dict(zip(*(plot.flags._source.data[c] for c in ("text", "x")), strict=True))
    known, other = ("density", "preconditioner")[:: 1 if algorithm == GradientDescent() else -1]
    assert not any("2/step" in word for word in flags[other])
    (at,) = [x for word, x in flags[known].items() if "2/step" in word]
    high = float(spectra.product.result.nodes[-1]) if known == "preconditioner" else 1.0
    assert at == pytest.approx(2 / frame.curves["step_size"][-1] / high, rel=1e-6)
    spectra.cancel()
    session.close()


def test_filter_factors_end_at_those_of_tikhonov(spectra):
    spectra.set("of_data", True)
    studied(spectra)
    spectra.session.set("steps", 800)
    spectra.session.play()
    wait(spectra, lambda: spectra.session.job.latest.status is Status.DONE)
    parts = modes.split(spectra.finding, spectra.errors, spectra.session.job.latest.state.x)
    sigma, weight = spectra.session.problem.noise.sigma, spectra.session.problem.prior.weight
    expected = parts.picard["s"] ** 2 / (parts.picard["s"] ** 2 + weight * sigma**2)
    seen = np.isfinite(parts.picard["filter"])
    np.testing.assert_allclose(parts.picard["filter"][seen], expected[seen], rtol=1e-3)
    assert torch.isfinite(spectra.errors[-1][1]).all()
