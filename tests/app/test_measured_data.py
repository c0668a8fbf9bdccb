"""A page of data that were measured: what needs a truth is absent, all else is there."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.app.conftest import read
from tests.app.test_session import reached
from tests.operators.test_radon import disk
from workbench import figures
from workbench.algorithms import ADMM, PDHG, FilteredBackprojection
from workbench.app.compare import CompareView
from workbench.app.page.workbench import Workbench
from workbench.app.run.choices import Choices
from workbench.app.run.files import Upload
from workbench.app.run.pictures import Gallery
from workbench.app.run.stages import StagesView
from workbench.data import Measured, Shipped, noise_level
from workbench.experiment import Experiment, from_run
from workbench.live.opening import as_experiment
from workbench.live.session import Session
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Identity, Radon
from workbench.parameters import changed, describe
from workbench.priors import Tikhonov, TotalVariation
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
    gallery, compare = Gallery(measured, lambda: None), CompareView(measured, lambda: None)
    for view in (gallery, compare):
        view.show_pictures(measured.pictures())
        view.show_frame(frame)
        view.move(frame)
    assert [panel.element.visible for panel in gallery.panels] == [False, True, True, False]
    assert "x − truth" not in gallery.error.caption.object
    assert compare.beat(frame) and compare.pins.shown.options == {"data": "data", "this run": "now"}
    (line,) = compare.profile.sources
    np.testing.assert_allclose(line.data["y"], frame.image[12], rtol=1e-6)
    gallery.hands.fit()
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


@pytest.mark.parametrize("coils", [4, 7])
def test_k_space_of_coils_finds_its_operator_and_its_address_leads_back(coils, tmp_path):
    np.save(tmp_path / "k.npy", np.ones((coils, 12, 16), np.complex64))
    session = Session(
        Experiment(Measured(str(tmp_path / "k.npy")), GaussianBlur((coils, 12, 16)), prior=Tikhonov(), steps=2)
    )
    assert not session.choose("operator", "MultiCoilFourier")
    assert session.experiment.operator.in_shape == (1, 12, 16) and session.experiment.operator.coils == coils
    before = describe(session.experiment)
    session.travel(session.address())
    assert describe(session.experiment) == before and not session.errors
    session.close()


def scan(folder: Path) -> bytes:
    """A disk's projections as counts, three rows of them, with their angles, in HDF5."""
    radon = Radon((1, 24, 24), 30, detectors=24)
    rows = radon(disk(24, 0.3))[0, 0].numpy()
    with h5py.File(folder / "scan.h5", "w") as file:
        file["exchange/data"] = np.stack([0 * rows, 7 * rows, rows], 1)
        file["exchange/theta"] = radon.degrees().numpy()
        file["exchange/psf"] = np.ones((3, 3))
    return (folder / "scan.h5").read_bytes()


def test_a_scan_is_opened_from_the_page_with_its_angles(tmp_path):
    session = Session(Experiment(Shipped("camera", 32), steps=3))
    app = Workbench(session)
    upload = app.upload
    upload.measured.value = True
    read(upload)
    assert not upload.size.visible and upload.array.visible
    upload.file.param.update(filename="scan.h5", value=scan(tmp_path))
    read(upload)
    assert not upload.complaint.sentence and upload.variable.value == "exchange/data[:, 1]"
    assert [line.partition(" (")[0] for line in upload.array.options] == ["exchange/data", "exchange/psf"]
    operator = session.experiment.operator
    assert isinstance(operator, Radon) and operator.in_shape == (1, 24, 24) and len(operator.angles) == 30
    assert session.problem.truth is None and app.choices.sections["truth"].select.value.startswith("scan.h5::")
    assert isinstance(session.experiment.algorithm, FilteredBackprojection)
    assert "shows the scan first" in " ".join(session.notes)
    session.play()
    assert reached(session, 1).error is None
    assert not session.choose("algorithm", "ADMM")
    for view in app.views:
        app.turn_to(type(view))
    address = session.address()
    upload.variable.value = "exchange/data[:, 2]"
    read(upload)
    assert float(session.problem.y.max()) < 7 * 0.7
    assert isinstance(session.experiment.algorithm, ADMM), "another slice is solved as the one before"
    session.travel(address)
    assert session.experiment.source.variable == "exchange/data[:, 1]" and not session.errors
    app.close()


def test_what_does_not_open_as_measured_data_says_so_and_nothing_changes(tmp_path):
    session = Session(Experiment(Shipped("camera", 32), steps=3))
    before = describe(session.experiment)
    upload = Upload(session, lambda: None)
    upload.measured.value = True
    read(upload)
    upload.file.param.update(filename="scan.h5", value=scan(tmp_path)[:400])
    read(upload)
    assert "HDF5" in upload.complaint.sentence
    upload.file.param.update(filename="scan.h5", value=scan(tmp_path))
    read(upload)
    opened = describe(session.experiment)
    assert opened != before
    upload.variable.value = "exchange/data[:, 9]"
    read(upload)
    assert "count from 0" in upload.complaint.sentence and describe(session.experiment) == opened
    chosen = upload.array.value
    assert upload.variable.value == chosen == "exchange/data[:, 1]", "it was left at what is not shown"
    upload.array.value = "exchange/psf"
    read(upload)
    assert "3 angles for 3 projections, got 30" in upload.complaint.sentence
    assert ". Still shown: exchange/data[:, 1]" in upload.complaint.sentence
    assert describe(session.experiment) == opened
    assert upload.array.value == upload.variable.value == chosen, "the menu is back at what is shown"
    session.choose("operator", "GaussianBlur")
    upload.instrument.parts["operator"].value = ""
    read(upload)
    upload.array.value = "exchange/psf"
    read(upload)
    assert not upload.complaint.sentence and session.experiment.operator.in_shape == (1, 3, 3)
    session.close()


def test_the_page_opens_on_measured_data_and_on_a_problem_of_such(measured):
    problem = Problem(*PARTS[:3], measured.problem.y)
    assert isinstance(as_experiment(problem).source, Measured)
    app = Workbench(Session(as_experiment(problem)))
    for view in app.views:
        app.turn_to(type(view))
    app.close()


def test_curves_that_need_a_truth_are_offered_with_one_alone(measured):
    app = Workbench(measured)
    left, right = app.convergence.plots
    assert [left.series.title, right.series.title] == ["Objective", "Residual"]
    assert not {"PSNR", "SSIM"} & set(right.select.options)
    right.select.value = right.select.options["Step size"]
    assert not measured.choose("truth", "camera")
    app._draw_pictures()
    assert right.series.title == "Step size" and "PSNR" in right.select.options, "what a person chose stays"
    app.close()


def test_a_curve_that_was_wanted_is_back_with_the_truth(measured):
    app = Workbench(measured)
    right = app.convergence.plots[1]
    assert not measured.choose("truth", "camera")
    app._draw_pictures()
    assert right.series.title == "PSNR"
    app.close()


def counts(folder: Path) -> bytes:
    """A scan as photon counts with its flats and darks."""
    radon = Radon((1, 24, 24), 30, detectors=24, pixel=1.0)
    clean = np.exp(-0.01 * radon(disk(24, 0.3))[0, 0].numpy())
    with h5py.File(folder / "counts.h5", "w") as file:
        file["exchange/data"] = np.round(1e4 * clean + 50).astype(np.uint16)
        file["exchange/data_white"] = np.full((5, 24), 10050, np.uint16)
        file["exchange/data_dark"] = np.full((3, 24), 50, np.uint16)
        file["exchange/theta"] = radon.degrees().numpy()
    return (folder / "counts.h5").read_bytes()


def test_steps_are_named_and_set_on_the_page_and_seen_before_and_after(tmp_path):
    session = Session(Experiment(Shipped("camera", 32), steps=3))
    app = Workbench(session)
    app.upload.measured.value = True
    read(app.upload)
    app.upload.file.param.update(filename="counts.h5", value=counts(tmp_path))
    read(app.upload)
    app.upload.variable.value = "exchange/data"
    read(app.upload)
    assert not app.upload.complaint.sentence
    app.turn_to(StagesView)
    view = app.view(StagesView)
    assert not view.menu.visible and "name them under Signal" in view.said.sentence
    section = app.choices.sections["truth"]
    section.controls["truth.steps"].typed.value = "FlatField, MinusLog"
    app.choices.throttle.flush()
    assert not session.errors
    for name in ("flat", "dark"):
        array = {"flat": "exchange/data_white", "dark": "counts.h5::exchange/data_dark"}[name]
        assert not session.set(f"truth.steps.1.{name}", array)
    app.choices.refresh()
    assert section.controls["truth.steps.1.flat"].typed.value == "counts.h5::exchange/data_white"
    assert "FlatField: the mean of 3 dark frames" in section.aside.sentence
    raw = h5py.File(tmp_path / "counts.h5")["exchange/data"][()]
    np.testing.assert_allclose(session.problem.y[0, 0], -np.log((raw - 50) / 1e4), rtol=1e-5)
    view.show_pictures(session.pictures())
    assert view.menu.value == 2 and "MinusLog" in view.said.sentence and view.before.element.visible
    view.menu.value = 1
    assert "counts" not in view.after.caption.object and "FlatField" in view.said.sentence
    before, address = describe(session.experiment), session.address()
    assert "data.steps=FlatField,MinusLog" in address and "data.steps.1.dark=counts.h5" in address
    assert not session.set("truth.steps", "")
    assert float(session.problem.y.max()) > 1000
    session.travel(address)
    assert describe(session.experiment) == before and not session.errors
    session.travel(address.replace("MinusLog", "Logarithm"))
    assert "Logarithm" in session.errors["address"] and session.experiment.source.steps == ()
    app.close()


@pytest.mark.parametrize(
    ("path", "said", "sentence"),
    [
        ("truth.steps", "Nothing", "a list of Steps"),
        ("truth.steps.1.flat", "elsewhere.h5::flat", "an array of scan.npy"),
        ("truth.steps.1.flat", "exchange/white", "scan.npy"),
        ("truth.steps.1.flat", "-3", "brighter than darks"),
        ("truth.steps.2.flat", "3", "a place in Measured.steps, which has 1"),
    ],
)
def test_a_wrong_step_is_a_sentence_and_nothing_changes(measured, path, said, sentence):
    assert not measured.set("truth.steps", "FlatField")
    before = describe(measured.experiment)
    assert sentence in measured.set(path, said)
    assert describe(measured.experiment) == before


def test_sigma_is_taken_from_the_data_by_one_click(measured):
    choices = Choices(measured, lambda: None)
    section = choices.sections["noise"]
    assert section.button.visible and not choices.sections["operator"].button.visible
    section.button.clicks += 1
    level = noise_level.of_wavelets(Y)
    assert measured.experiment.noise.sigma == pytest.approx(level.sigma, rel=1e-3)
    assert f"{level.sigma:.4g} +- {level.error:.2g}" in section.aside.sentence
    assert not measured.set("operator.width", "0.7")
    choices.refresh()
    assert "wavelet details" in section.aside.sentence, "another operator explains the same data"
    measured.choose("noise", "Poisson")
    choices.refresh()
    assert not section.button.visible
    assert not measured.choose("truth", "camera")
    choices.refresh()
    assert not section.button.visible


def test_the_axis_of_rotation_is_found_by_one_click():
    radon = Radon((1, 48, 48), 90, detectors=64, offset=3.4)
    source = Measured(radon(disk(48, 0.3))[0])
    session = Session(Experiment(source, changed(radon, offset=0.0), Gaussian(0.01), TotalVariation(0.1), steps=2))
    section = Choices(session, lambda: None).sections["operator"]
    section.button.clicks += 1
    assert abs(session.experiment.operator.offset - 3.4) < 0.1 and "centres of mass" in section.aside.sentence
    assert not session.set("operator.angles", tuple(np.linspace(0, 60, 90)))
    before = session.experiment.operator.offset
    session.experiment = changed(session.experiment, source=Measured(np.ones((90, 64))))
    section.button.clicks += 1
    assert "half a turn apart" in section.aside.sentence and session.experiment.operator.offset == before
    session.close()


def test_the_noise_of_a_signal_of_one_axis_is_found_and_what_was_said_goes_with_the_data(measured):
    signal = np.sin(np.arange(400) / 30) + np.random.default_rng(1).normal(0, 0.2, 400)
    session = Session(Experiment(Measured(signal), Identity((1, 400)), Gaussian(1.0), Tikhonov(), steps=2))
    choices = Choices(session, lambda: None)
    section = choices.sections["noise"]
    section.button.clicks += 1
    assert session.experiment.noise.sigma == pytest.approx(0.2, rel=0.25) and "wavelet" in section.aside.sentence
    assert not session.set("truth.steps", "Rescale")
    choices.refresh()
    assert section.aside.sentence == ""
    session.close()
