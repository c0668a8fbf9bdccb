"""The spectrum beside a run: studies, cost, what follows the run, and every plot from a real finding."""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import panel as pn
import pytest
import torch
from bokeh.models import ColumnDataSource
from scipy.sparse.linalg import cg

from tests.analysis.test_spectrum import diagonal
from workbench.algorithms import GradientDescent, PreconditionedGradient
from workbench.analysis.spectrum import Finding, slq
from workbench.app import spectral
from workbench.app.axes import AXES, Linear, Logarithmic, SymmetricLogarithmic
from workbench.app.frames import frame_of
from workbench.app.session import Session
from workbench.app.spectra import Spectra
from workbench.app.views.spectrum import SpectrumView
from workbench.app.views.spectrum.view import PLOTS
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
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
    end = time.perf_counter() + 60
    while not ready():
        assert time.perf_counter() < end, spectra.trouble() or "nothing came"
        spectra.session.tick()
        spectra.tick()
        time.sleep(0.005)


def studied(spectra: Spectra) -> None:
    spectra.start()
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
    spectra.start()
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
    foreseen = spectral.predictions(spectra.finding, step, 40)
    spectra.session.play()
    wait(spectra, lambda: spectra.session.job.latest.status is Status.DONE)
    problem = spectra.session.problem
    first, last = (float(problem.objective(x)[0]) for x in (problem.start(), spectra.session.job.latest.state.x))
    assert first - last == pytest.approx(foreseen.drop - foreseen.curves["gradient descent"][40], rel=1e-3)


@pytest.mark.parametrize("axis", [Linear(50.0), Logarithmic(50.0), SymmetricLogarithmic(50.0)])
def test_axes_go_there_and_back(axis):
    values = np.array([1e-4, 0.3, 7.0, 50.0])
    np.testing.assert_allclose(axis.values(axis.place(values)), values, rtol=1e-9)
    for place, label in axis.ticks().items():
        assert label
        assert np.isfinite(place)
    assert set(AXES) == {"linear", "log", "symmetric log"}


@pytest.mark.parametrize("scale", AXES.values(), ids=AXES)
def test_a_density_has_the_mass_of_its_spectrum(spectra, scale):
    studied(spectra)
    axis = scale(spectral.reach(spectra.finding))
    for _, measure in spectra.finding.measures:
        curve = spectral.density(measure, axis)
        assert np.trapezoid(curve.height, curve.at) == pytest.approx(1, abs=0.02)
    share = spectral.cumulative(measure, axis)
    assert (share.low <= share.height).all()
    assert (share.height <= share.high).all()


@pytest.mark.parametrize("name", PLOTS)
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
    wait(spectra, lambda: spectra.balanced is not None)
    view.menu.value = name
    view._again()
    assert view.beat(None)
    assert any(not view.beat(None) for _ in range(10)), "what is drawn is not drawn and sent again"
    assert view._plot.element in list(view.place)
    sources = [s for p in view._plot.element.select(pn.pane.Bokeh) for s in p.object.select({"type": ColumnDataSource})]
    assert any(len(column) for source in sources for column in source.data.values())
    view.spectra.cancel()


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
    wait(spectra, lambda: spectra.balanced is not None)
    frame = frame_of(session.job.latest, session._curves, session.problem, session.pictures().truth, 0.0)
    flags = {}
    for name in ("density", "preconditioner"):
        plot = PLOTS[name]()
        plot.draw(spectra, frame, Linear)
        flags[name] = dict(zip(*(plot.flags._source.data[c] for c in ("text", "x")), strict=True))
    known, other = ("density", "preconditioner")[:: 1 if algorithm == GradientDescent() else -1]
    assert not any("2/step" in word for word in flags[other])
    (at,) = [x for word, x in flags[known].items() if "2/step" in word]
    high = float(spectra.balanced.nodes[-1]) if known == "preconditioner" else 1.0
    assert at == pytest.approx(2 / frame.curves["step_size"][-1] / high, rel=1e-6)
    spectra.cancel()
    session.close()


def test_filter_factors_end_at_those_of_tikhonov(spectra):
    spectra.set("of_data", True)
    studied(spectra)
    spectra.session.set("steps", 800)
    spectra.session.play()
    wait(spectra, lambda: spectra.session.job.latest.status is Status.DONE)
    parts = spectral.split(spectra.finding, spectra.errors, spectra.session.job.latest.state.x)
    sigma, weight = spectra.session.problem.noise.sigma, spectra.session.problem.prior.weight
    expected = parts.picard["s"] ** 2 / (parts.picard["s"] ** 2 + weight * sigma**2)
    seen = np.isfinite(parts.picard["filter"])
    np.testing.assert_allclose(parts.picard["filter"][seen], expected[seen], rtol=1e-3)
    assert torch.isfinite(spectra.errors[-1][1]).all()


def by_hand(values: list[float], masses: list[float]) -> Finding:
    """A finding of a diagonal Hessian and a gradient with these masses along its modes."""
    exact, along = (torch.tensor(column, dtype=torch.float64) for column in (values, masses))
    measure = slq(diagonal(exact), len(values), 1)
    return Finding(None, 0, measures=(("objective", measure),), slope=(exact, along))


def written_out(values: np.ndarray, error: np.ndarray, step: float, momentum: float, nesterov: bool) -> list[float]:
    """Objective minus minimum of x <- v - step grad at v or x, v = x + momentum (x - x before), from rest."""
    x = before = error
    found = []
    for _ in range(13):
        found.append(float((values * x * x).sum() / 2))
        ahead = x + momentum * (x - before)
        x, before = ahead - step * values * (ahead if nesterov else x), x
    return found


@pytest.mark.parametrize("step", [None, 0.15, 0.45])
def test_predictions_are_those_of_the_four_methods_written_out(step) -> None:
    """The step in use for gradient descent; for the others Polyak's and Nesterov's best for the extremes, 1 and 4."""
    values, masses = np.array([1.0, 2.5, 4.0]), np.array([0.3, 2.0, 1.0])
    error = np.sqrt(masses) / values
    foreseen = spectral.predictions(by_hand(values.tolist(), masses.tolist()), step, 12)
    third = 1 / 3  # (sqrt 4 - 1) / (sqrt 4 + 1)
    known = {
        "gradient descent": written_out(values, error, step or 0.25, 0.0, False),
        "heavy ball": written_out(values, error, 4 / 9, third**2, False),
        "Nesterov": written_out(values, error, 0.25, third, True),
    }
    for name, curve in known.items():
        np.testing.assert_allclose(foreseen.curves[name], curve, rtol=1e-9, err_msg=name)
    for k, excess in enumerate(foreseen.curves["conjugate gradients"][:3]):
        x, _ = cg(np.diag(values), values * error, rtol=1e-30, maxiter=k) if k else (0 * error, 0)
        assert excess == pytest.approx(float((values * (x - error) ** 2).sum() / 2), rel=1e-9)
    assert foreseen.drop == pytest.approx(float((masses / values).sum() / 2), rel=1e-12)


def test_phases_are_the_steps_for_a_digit_of_the_iteration_itself() -> None:
    """Against the eigenvalues of its matrix, [[1 + b - s value, -b], [1, 0]], for a Hessian between 1 and 9."""
    drawn = spectral.phases(by_hand([1.0, 4.0, 9.0], [1.0, 1.0, 1.0]), side=23)
    steps, momenta = np.logspace(*drawn.steps, 23), np.linspace(0, spectral.MOMENTA, 23)
    assert drawn.steps == pytest.approx((np.log10(5 / 9) - 2.3, np.log10(5 / 9)))
    assert drawn.best == pytest.approx((np.log10(4 / 16), 0.25))
    for row, b in enumerate(momenta):
        for column, s in enumerate(steps):
            radius = max(abs(np.linalg.eigvals([[1 + b - s * v, -b], [1, 0]])).max() for v in (1.0, 9.0))
            wanted = -1 / np.log10(radius) if radius < 1 else np.nan
            assert drawn.image[row, column] == pytest.approx(wanted, rel=1e-5, nan_ok=True), (s, b)
    assert 0.1 < np.isnan(drawn.image).mean() < 0.5
