"""A page of data that were measured: what needs a truth is absent, all else is there."""

import numpy as np
import pytest

from tests.app.test_session import reached
from workbench import figures
from workbench.algorithms import PDHG
from workbench.app.page.workbench import Workbench
from workbench.app.run.choices import Choices
from workbench.app.run.compare import Compare
from workbench.app.run.pictures import Gallery
from workbench.data import Measured
from workbench.experiment import Experiment, from_run
from workbench.live.opening import as_experiment
from workbench.live.session import Session
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.parameters import describe
from workbench.priors import TotalVariation
from workbench.problem import Problem

Y = 100 + 50 * np.random.default_rng(0).random((24, 30)).astype(np.float32)
PARTS = (GaussianBlur((1, 24, 30), 1.0), Gaussian(2.0), TotalVariation(0.1), PDHG())


@pytest.fixture
def measured(tmp_path):
    np.save(tmp_path / "scan.npy", Y)
    session = Session(Experiment(Measured(str(tmp_path / "scan.npy"), notes=("flat divided",)), *PARTS, steps=5))
    yield session
    session.close()


def test_a_run_has_pictures_of_data_and_reconstruction_and_no_others(measured):
    measured.play()
    frame = reached(measured, 5)
    assert frame.error is None and "psnr" not in frame.curves and "residual" in frame.curves
    gallery, compare = Gallery(measured, lambda: None), Compare(measured, lambda: None)
    for view in (gallery, compare):
        view.show_pictures(measured.pictures())
        view.show_frame(frame)
        view.move(frame)
    assert [panel.element.visible for panel in gallery.panels] == [False, True, True, False]
    assert "x − truth" not in gallery.error.caption.object and not compare.divider.visible
    drawn = compare._lines.data
    np.testing.assert_allclose(drawn["image"], frame.image[12])
    assert np.isnan(drawn["truth"]).all()
    gallery._fit()
    result = measured.dataset()
    assert "truth" not in result and describe(from_run(result).operator) == describe(PARTS[0])
    assert figures.png(result)[:4] == b"\x89PNG"


def test_its_signal_is_the_file_and_its_python_and_address_hold_its_name_alone(measured):
    choices = Choices(measured, lambda: None)
    assert choices.sections["truth"].select.value == "scan.npy"
    assert "flat divided" in choices.sections["truth"].aside.sentence
    assert "data.Measured(data='scan.npy'" in measured.code() and "scan.npy is your own file" in measured.code()
    address = measured.address()
    assert "data=scan.npy" in address and "truth" not in address
    before = describe(measured.experiment)
    measured.set("operator.width", 2.0)
    measured.travel(address)
    assert describe(measured.experiment) == before and not measured.errors
    stranger = Session.from_address(address)
    assert "only its name, scan.npy" in stranger.errors["address"]
    stranger.close()


def test_another_operator_is_fitted_to_the_data_or_refused(measured):
    assert not measured.choose("operator", "Downsample")
    assert measured.experiment.operator.in_shape == (1, 48, 60)
    assert "24 angles for 24 projections, got 60" in measured.choose("operator", "Radon")
    assert not measured.choose("truth", "camera")
    assert measured.problem.truth is not None


def test_the_page_opens_on_measured_data_and_on_a_problem_of_such(measured):
    problem = Problem(*PARTS[:3], measured.problem.y)
    assert isinstance(as_experiment(problem).source, Measured)
    app = Workbench(Session(as_experiment(problem)))
    for view in app.views:
        app.turn_to(type(view))
    app.close()
