"""A workbench in cells without a front end: variable, slider and run agree; what is wrong is refused; threads end."""

import asyncio
import importlib
import json
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch
import xarray as xr
from ipywidgets import Widget
from ipywidgets.widgets import widget as registry

from tests.patience import PATIENCE
from workbench import catalog, storage
from workbench.algorithms import CGLS, FISTA, GradientDescent
from workbench.analysis.spectrum import SpectralMeasure, SpectrumEstimate
from workbench.analysis.spectrum.hessians import hessians
from workbench.data import Measured, Shipped
from workbench.data.regions import Brush, Rectangle
from workbench.experiment import Experiment
from workbench.jobs import Columns, Snapshot, Status
from workbench.live.frames import frame_of, picture, pictures
from workbench.live.images import bytes_of, unit
from workbench.noise import Gaussian
from workbench.notebook import Workbench, cell
from workbench.notebook.cell_controls import CellNumber
from workbench.notebook.form_box import FormBox
from workbench.notebook.panels import curve_panel, signal_panel, values_of
from workbench.notebook.shot import Shot
from workbench.notebook.still import drawn, png
from workbench.notebook.views.cell_studies import spectrum_panel
from workbench.operators import GaussianBlur
from workbench.parameters import changed
from workbench.paths import Form, own_parameters
from workbench.priors import Sum, Tikhonov
from workbench.problem import Problem
from workbench.refusal import Refusal


def registered() -> dict[str, object]:
    """All widgets that ipywidgets keeps, by their model."""
    return registry._instances


def until(reached: Callable[[], object], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "not reached in time"
        time.sleep(0.02)


def finished(wb: Workbench) -> xr.Dataset:
    """What `await wb.done()` returns, by a thread of its own: once a browser was driven, this one has a loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, wb.done()).result()


@pytest.fixture
def small() -> Experiment:
    blur = GaussianBlur((1, 32, 32), 1.0)
    return Experiment(Shipped("shepp_logan", 32), blur, Gaussian(0.1), Tikhonov(1.0), FISTA(), steps=100_000)


@pytest.fixture
def wb(small: Experiment) -> Iterator[Workbench]:
    made = Workbench(small)
    yield made
    made.close()


def test_steps_are_counted_and_the_variables_are_those_of_the_run(wb, small):
    wb.step(7)
    assert (wb.k, wb.status) == (7, Status.PAUSED)
    wb.step()
    assert wb.k == 8 and wb.result.sizes["k"] == 9
    straight = Workbench(small)
    straight.step(8)
    assert torch.equal(straight.x, wb.x) and np.array_equal(wb.result.x.values, wb.x.numpy())
    straight.close()
    with pytest.raises(Refusal, match="1 or more"):
        wb.step(0)


def test_a_variable_moves_slider_and_run(wb):
    control = wb.widget.controls["prior.weight"]
    wb.step(3)
    wb.prior.weight = 0.1
    assert (control.slider.value, control.typed.value) == (-1.0, "0.1")
    assert wb.problem.prior.weight == 0.1 and wb.prior.weight == 0.1
    wb.step(2)
    assert wb.result.attrs["marks"] == '[[3, "prior.weight = 0.1"]]'


def test_a_hand_paints_the_truth_loses_data_and_takes_them_back(wb):
    wb.step(3)
    truth, y = wb.problem.truth, wb.problem.y
    wb.paint(Brush(((16.0, 16.0),), 2.0), 0.75)
    wb.lose(Rectangle((0.0, 4.0), (31.0, 6.0)))
    wb.step(2)
    assert wb.k == 5 and float(wb.problem.truth[0, 0, 16, 16]) == 0.75 and not bool(wb.problem.y[0, 0, :, 4:7].any())
    assert [text for _, text in json.loads(wb.result.attrs["marks"])] == ["painted", "lost"]
    wb.undo()
    wb.undo()
    assert torch.equal(wb.problem.truth, truth) and torch.equal(wb.problem.y, y)
    with pytest.raises(Refusal, match="take back"):
        wb.undo()


def test_a_slider_changes_variable_and_run(wb):
    wb.widget.controls["prior.weight"].slider.value = 1.0
    until(lambda: wb.prior.weight == 10.0)
    assert wb.problem.prior.weight == 10.0
    wb.widget.controls["prior.weight"].typed.value = "0.25"
    until(lambda: wb.prior.weight == 0.25)


def test_buttons_move_the_run_and_are_greyed_where_they_would_do_nothing(wb):
    transport = wb.widget.transport
    buttons = transport.buttons

    def able() -> set[str]:
        return {name for name, button in buttons.items() if not button.disabled}

    until(lambda: able() == {"Play", "Step"})
    buttons["Step"].click()
    until(lambda: wb.k == 1 and able() == {"Play", "Step", "Reset"})
    buttons["Play"].click()
    until(lambda: wb.k > 5 and able() == {"Pause", "Step", "Reset"})
    buttons["Pause"].click()
    until(lambda: wb.status is Status.PAUSED and "Play" in able())
    buttons["Reset"].click()
    until(lambda: wb.k == 0 and "iteration 0 of 100000" in transport.words.value)


def test_a_run_that_diverged_says_why_and_has_a_button_that_mends_it(wb):
    mend = wb.widget.transport.mend
    wb.algorithm = GradientDescent(step_size=50.0)
    wb.play()
    until(lambda: wb.status is Status.DIVERGED and mend.layout.display == "")
    assert mend.description == "Repair: step size automatic" and wb.widget.transport.said.value
    mend.click()
    until(lambda: wb.status is Status.RUNNING and wb.k > 3 and mend.layout.display == "none")
    assert wb.algorithm.step_size is None
    wb.pause()


def test_nonsense_is_refused_and_the_run_goes_on(wb):
    wb.play()
    until(lambda: wb.k > 3)
    with pytest.raises(Refusal, match=r"Tikhonov\.weight.*got -1"):
        wb.prior.weight = -1
    with pytest.raises(Refusal):
        wb.prior = "Nobody"
    with pytest.raises(Refusal, match="wdith"):
        wb.operator.wdith = 3
    assert wb.prior.weight == 1.0 and not wb.widget.controls["prior.weight"].complaint.value
    before = wb.k
    until(lambda: wb.k > before)
    wb.widget.controls["prior.weight"].typed.value = "much"
    until(lambda: "'much'" in wb.widget.controls["prior.weight"].complaint.value)
    assert wb.status is Status.RUNNING and wb.prior.weight == 1.0


def test_objects_inside_objects_have_controls_and_variables(wb):
    wb.prior = "Sum"
    assert isinstance(wb.problem.prior, Sum)
    wb.prior.second = "Box"
    wb.prior.second.low = -1.0
    assert wb.problem.prior.second.low == -1.0
    assert wb.widget.controls["prior.second.low"].typed.value == "-1"
    wb.prior = Tikhonov(2.0)
    assert "prior.second" not in wb.widget.controls and wb.prior.weight == 2.0


def test_a_picture_is_the_iterate_in_eight_bits(wb):
    screen = wb.widget.screen
    wb.step(4)
    until(
        lambda: (
            [p["caption"] for p in screen.panels if p["title"] == "Reconstruction"][:1] != []
            and "k = 4" in next(p["caption"] for p in screen.panels if p["title"] == "Reconstruction")
        )
    )
    panels = {panel["title"]: panel for panel in screen.panels}
    assert list(panels) == ["Truth", "Data", "Reconstruction", "Error", "Objective", "PSNR"]
    truth = picture(wb.problem.truth)
    np.testing.assert_array_equal(values_of(panels["Reconstruction"]), bytes_of(picture(wb.x), unit(truth)))
    (psnr,) = values_of(panels["PSNR"])
    np.testing.assert_allclose(psnr[1], wb.result.psnr.values[:, 0], rtol=1e-6)


def test_pictures_and_curves_survive_the_way():
    colours = np.random.default_rng(0).random((5, 7, 3))
    sent = values_of(signal_panel(0, "x", colours, (0.0, 1.0)))
    np.testing.assert_allclose(sent / 255, colours, atol=1 / 255)
    ramp = values_of(signal_panel(0, "x", np.arange(9.0), (0.0, 1.0)))
    np.testing.assert_array_equal(ramp[0, 1], np.arange(9))
    gappy = curve_panel(0, "c", {"a": ([0, 1, 2], [1, np.nan, 3]), "b": ([5], [6])}, ("k", "v"))
    np.testing.assert_array_equal(values_of(gappy), [[[0, 2], [1, 3]], [[5, np.nan], [6, np.nan]]])


def test_curves_have_the_axes_of_what_was_read(small):
    """A gap, where nobody looked, is no reason against a logarithmic axis; a value below zero is one."""
    problem = small.problem()
    frame = frame_of(Snapshot(), Columns(), problem, None, 0.0)
    frame = replace(frame, ks=np.arange(3.0), marks=((1, "prior.weight = 2"),))
    for objective, prior, log in (([9, np.nan, 4], [0, 1, 2], True), ([9, 2, -1], [1, 1, 1], False)):
        curves = {"objective": np.array(objective), "prior": np.array(prior), "residual": np.array([0.5, 0.4, 0.3])}
        shot = Shot(replace(frame, curves=curves | {"psnr": np.full(3, np.nan)}), pictures(problem, 1), {})
        shown = [(p["title"], p["y"], p["log"], [line["name"] for line in p["lines"]]) for p in shot.curves]
        assert shown[0] == ("Objective", "−log p, nats", log, ["objective", "prior"])
        assert shown[1:] == [("Residual", "|Ax − y| / |y|", True, ["residual"])]
        assert [p["marks"] for p in shot.curves] == 2 * [[[1.0, "prior.weight = 2"]]]


def test_two_workbenches_do_not_meet(wb, small):
    other = Workbench(small)
    other.prior.weight = 5.0
    other.step(2)
    assert (wb.prior.weight, wb.k) == (1.0, 0) and wb.widget.controls["prior.weight"].typed.value == "1"
    other.close()
    wb.step(1)
    assert wb.k == 1, "the one that is open goes on"


def test_what_was_set_before_waiting_for_the_end_is_in_the_result(small):
    """The run is over, and the thread that carries on has not heard of the change yet."""
    wb = Workbench(changed(small, steps=10))
    finished(wb)
    for weight in (2.0, 3.0, 4.0, 5.0):
        before = wb.k
        wb.prior.weight = weight
        result = finished(wb)
        assert wb.k == before + 10 and int(result.k[-1]) == wb.k
        assert f"prior.weight = {weight:g}" in result.attrs["marks"]
    wb.close()


def test_what_wait_until_done_returns_is_the_whole_run(small):
    wb = Workbench(Experiment(small.source, small.operator, small.noise, small.prior, small.algorithm, steps=20))
    assert finished(wb).sizes["k"] == 21
    assert (wb.status, wb.k) == (Status.DONE, 20)
    wb.close()
    assert wb.result.sizes["k"] == 21, "what was computed stays"
    with pytest.raises(Refusal, match="run its cell again"):
        wb.prior.weight = 2.0


def test_workbenches_that_are_closed_leave_no_control_behind(small):
    before = set(registered())
    for _ in range(5):
        opened = Workbench(small)
        controls = opened.widget.box
        for view in (opened.widget, opened.views.Compare(), opened.views.Spectrum()):
            assert view.children
        opened.prior = "TotalVariation"
        until(lambda form=controls: "prior.isotropic" in form.controls)  # others, in place of those of before
        opened.close()
    assert not [registered()[name] for name in set(registered()) - before]


def test_a_workbench_that_was_closed_stays_closed(small):
    wb = Workbench(small)
    wb.step(3)
    wb.close()
    looks = (wb.views.Spectrum, wb.views.Plane)
    for wish in (wb.play, wb.pause, wb.step, wb.reset, lambda: wb.set("steps", 9), *looks):
        with pytest.raises(Refusal, match="run its cell again"):
            wish()
    assert finished(wb).sizes["k"] == wb.result.sizes["k"] == 4 and wb.status is Status.CANCELLED
    assert wb.views.Picture().screen.panels and "iteration 3 of" in wb.widget.sentence, "what was reached can be seen"


def test_a_run_that_was_done_and_is_played_on_is_waited_for(small):
    """What is there before the run has heard of the wish is not its answer."""
    wb = Workbench(replace(small, steps=20))
    finished(wb)
    for k in (40, 60, 80):
        wb.play()
        assert finished(wb).sizes["k"] == k + 1 and wb.k == k
    wb.prior.weight = 3.0
    wb.pause()
    assert '"prior.weight = 3.0"' in wb.result.attrs["marks"], "the result has heard of it, too"
    wb.close()


def test_a_function_hears_of_the_run_until_it_raises(wb, caplog):
    heard: list[int] = []

    @wb.on(every=10)
    def remember(state):
        heard.append(state.k)
        assert len(heard) < 3

    wb.play()
    with caplog.at_level(logging.ERROR):
        until(lambda: "is called no more" in caplog.text)
    assert len(heard) == 3 and min(np.diff(heard)) >= 10
    with pytest.raises(Refusal, match="1 or more"):
        wb.on(every=0)


def test_views_are_closed_one_by_one_and_all_threads_end(small):
    before = set(threading.enumerate())
    wb = Workbench(small)
    views = [
        make() for make in (wb.views.Picture, wb.views.Compare, wb.views.Curves, wb.views.Spectrum, wb.views.Plane)
    ]
    wb.play()
    for view in views[:2]:
        until(lambda view=view: view.screen.panels)
    views[0].close()
    shown = views[1].screen.shown
    until(lambda: views[1].screen.shown > shown)
    wb.close()
    wb.close()
    assert set(threading.enumerate()) <= before and wb.status is Status.CANCELLED


def test_studies_find_what_they_show(wb):
    spectrum, plane, posterior = wb.views.Spectrum(), wb.views.Plane(), wb.views.Uncertainty()
    until(lambda: "FISTA has one answer" in posterior.words.value)
    until(lambda: spectrum.screen.panels and plane.screen.panels)
    curve = next(
        v
        for line, v in zip(spectrum.screen.panels[0]["lines"], values_of(spectrum.screen.panels[0]), strict=True)
        if line["name"] == "objective"
    )
    assert np.trapezoid(curve[1], curve[0]) == pytest.approx(1, abs=0.05)
    posterior.start.click()
    until(lambda: len(posterior.screen.panels) == 3)
    assert wb.algorithm.random, "the sampler that was advised"


@pytest.mark.parametrize(("least", "signed"), [(-40.0, True), (0.01, False), (-1e-9, False)])
def test_eigenvalues_of_both_signs_have_an_axis_of_both(small, least, signed):
    nodes = torch.tensor([[least, 1.0, 100.0]], dtype=torch.float64)
    thirds, none = torch.full_like(nodes, 1 / 3), torch.zeros(1, dtype=torch.bool)
    measure = SpectralMeasure(nodes, thirds, torch.zeros_like(nodes), none, size=3, products=3, rounding=1e-7)
    problem = small.problem()
    found = SpectrumEstimate(hessians(problem, problem.zeros()), 3, measures=(("objective", measure),))
    panel = spectrum_panel(found)
    ((at, height),) = values_of(panel)
    assert np.trapezoid(height, at) == pytest.approx(1, abs=0.02)
    words = {word: x for x, word in panel["ticks"]}
    assert ("−10¹" in words) == signed and words["10¹"] > words["1"] and list(words.values()) == sorted(words.values())
    (lowest, word), _ = panel["marks"]
    assert word == f"λmin {least:.3g}" and (not signed or lowest < words["−10¹"]), "beyond -10"
    assert png([panel], "").startswith(b"\x89PNG")


def test_a_problem_keeps_its_truth_and_its_data(small):
    problem = small.problem()
    wb = Workbench(problem)
    assert torch.equal(wb.problem.y, problem.y) and torch.equal(wb.problem.truth, problem.truth)
    wb.prior.weight = 3.0
    assert wb.problem.truth is not None
    wb.close()
    measured = Workbench(Problem(problem.operator, problem.noise, problem.prior, problem.y))
    assert measured.problem.truth is None and isinstance(measured._session.experiment.source, Measured)
    measured.step(1)
    assert "psnr" not in measured.result
    measured.close()


def test_a_saved_run_stands_at_its_end_and_goes_on_bit_for_bit(small, tmp_path):
    experiment = Experiment(small.source, small.operator, small.noise, Tikhonov(4.0), FISTA(), 5)
    storage.save(experiment.run(), tmp_path / "a.nc")
    wb = Workbench(tmp_path / "a.nc")
    assert (wb.prior.weight, wb.steps, wb.k) == (4.0, 5, 5)
    wb._ipython_display_()
    assert wb.k == 5 and wb.status is Status.DONE, "showing it is no wish to go on"
    wb.step(4)
    straight = changed(experiment, steps=9).run()
    assert wb.k == 9 and torch.equal(wb.x, torch.from_numpy(straight.x.values))
    assert wb.result.k.values.tolist() == list(range(10))
    wb.close()
    with pytest.raises(Refusal, match="got a int"):
        Workbench(3)


@pytest.mark.parametrize("missing", ["ipywidgets", "anywidget"])
def test_an_environment_without_widgets_is_a_sentence_with_the_remedy(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "workbench.notebook")
    with pytest.raises(Refusal, match=rf"without {missing}: pip install .*\[lab\].*workbench\.plots"):
        importlib.import_module("workbench.notebook")


def test_what_a_cell_keeps_has_a_picture_and_words(wb):
    wb.step(2)
    until(lambda: "k = 2" in wb.widget.sentence)
    kept = wb._repr_mimebundle_()
    assert set(kept) == {"application/vnd.jupyter.widget-view+json", "image/png", "text/plain"}
    assert kept["image/png"].startswith("iVBORw0KGgo") and "iteration 2 of" in kept["text/plain"]
    assert kept["application/vnd.jupyter.widget-view+json"]["model_id"] == wb.widget.model_id


def test_a_front_end_without_widgets_says_so_above_the_still_picture(wb, monkeypatch):
    shown: list[dict] = []
    monkeypatch.setattr("IPython.display.display", lambda data, **given: shown.append(data))
    monkeypatch.setattr("IPython.display.DisplayHandle.display", lambda handle, data, **given: shown.append(data))
    wb.views.Picture().present()
    living, still = shown
    assert "shows no widgets" in living["text/plain"] and "image/png" not in living
    assert "image/png" in still and "shows no widgets" not in still["text/plain"]


def test_a_study_that_is_over_leaves_its_picture_though_the_run_goes_on(wb, monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda data, **given: None)
    monkeypatch.setattr("IPython.display.DisplayHandle.display", lambda handle, data, **given: None)
    left: list[str] = []
    monkeypatch.setattr(
        "IPython.display.DisplayHandle.update", lambda handle, data, **given: left.append(data["text/plain"])
    )
    view = wb.views.Plane()
    view.present()
    wb.play()
    until(lambda: view.idle and "Information plane" in (left[-1] if left else ""))
    written = len(left)
    view.begin()
    until(lambda: len(left) > written)
    assert wb.status is Status.RUNNING and "Information plane" in left[-1]


@pytest.mark.parametrize("count", [0, 1, 3, 5, 6])
def test_a_still_picture_has_its_panels_alone_and_its_whole_sentence(count):
    sentence = "done · iteration 300 of 300 · 26.38 dB · the step is more than what the operator allows"
    picture = drawn(count * [signal_panel(0, "Truth", np.eye(8), (0, 1))], sentence)
    picture.canvas.draw()
    assert len(picture.axes) == count
    left, low, right, high = picture._suptitle.get_window_extent().extents
    assert left > 0 and low > 0 and right < picture.bbox.width and high < picture.bbox.height
    assert " ".join(picture.get_suptitle().split()) == sentence


def test_a_cell_that_is_run_again_closes_what_it_made(small, monkeypatch):
    monkeypatch.setattr(cell, "here", lambda: ("one", "first run"))
    first, second = Workbench(small), Workbench(small)
    assert not first._shared.closed, "two of one run live side by side"
    monkeypatch.setattr(cell, "here", lambda: ("other", "its run"))
    elsewhere = Workbench(small)
    monkeypatch.setattr(cell, "here", lambda: ("one", "second run"))
    third = Workbench(small)
    assert [each._shared.closed for each in (first, second, elsewhere, third)] == [True, True, False, False]
    for each in (elsewhere, third):
        each.close()


def test_a_cell_of_a_view_that_is_run_again_closes_the_one_it_made(wb, monkeypatch):
    monkeypatch.setattr(cell, "here", lambda: ("one", "first run"))
    first, whole = wb.views.Picture(), wb.widget
    monkeypatch.setattr(cell, "here", lambda: ("one", "second run"))
    second = wb.views.Spectrum()
    assert first.comm is None and second.comm is not None, "nobody draws for a view that is nowhere"
    assert whole.comm is not None and not wb._shared.closed, "the workbench is that of another cell"


def test_a_slow_browser_is_not_flooded(wb):
    view = wb.views.Picture()
    wb.play()
    until(lambda: view.screen.shown >= 4)
    shown, begin = view.screen.shown, time.monotonic()
    time.sleep(1.2)
    assert view.screen.shown - shown <= (time.monotonic() - begin) / 0.5 + 1, "nobody said that a picture was drawn"
    view.screen.drawn = view.screen.shown
    shown = view.screen.shown
    until(lambda: view.screen.shown - shown >= 3, 1.4)


def test_a_control_comes_to_the_cell_with_its_value():
    """One that came before it would lose what a person types the moment it is there."""
    form, came = Form(Sum()), []
    box = FormBox(form, lambda path, value: None, ("first", "second"))
    box.element.observe(lambda change: came.append(box.controls["second.low"].typed.value), "children")
    box.refresh(form.taking("second", "Box").taking("second.low", -1.0), {})
    assert came == ["-1"]


def test_every_parameter_has_a_control_that_shows_its_default_and_wishes_nothing():
    members = [(kind, cls) for kind in catalog.KINDS for cls in catalog.members(kind).values()]
    for kind, cls in members:
        for name, parameter in own_parameters(cls).items():
            asked: list = []
            control = FormBox.kinds.suited(parameter)
            each = control(f"{kind}.{name}", parameter, lambda path, value, to=asked: to.append(path))
            each.show(parameter.default)
            assert not asked and not each.complaint.value, (kind, cls, name)
            number = {int, float} & set(parameter.kinds)
            assert not number or isinstance(each, CellNumber), "a number has a slider"


def test_a_member_that_cannot_stand_there_says_why_once_and_is_refused(wb):
    wb.prior = "TotalVariation"
    options = {name: words for words, name in wb.widget.controls["algorithm"].select.options}
    assert options["ADMM"] == "ADMM" and options["CGLS"].startswith("✗ CGLS needs a quadratic form"), options
    wb.widget.controls["algorithm"].select.value = "CGLS"
    until(lambda: "CGLS needs" in wb.widget.controls["algorithm"].complaint.value)
    assert not isinstance(wb.algorithm.value, CGLS)


def test_widgets_of_an_older_workbench_may_be_closed_by_hand(small):
    """None is made with the module, or it would be gone for all that come later."""
    older = Workbench(small)
    assert older.widget.controls
    older.close()
    Widget.close_all()
    wb = Workbench(small)
    control = wb.widget.controls["prior.weight"]
    for widget in (control.slider, wb.widget.transport.buttons["Play"]):
        assert widget.layout.comm is not None
    wb.close()
