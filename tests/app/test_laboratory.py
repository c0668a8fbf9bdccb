"""The network laboratory: what runs, what is kept, what a wish does to it, and every look at a real training."""

import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np
import panel as pn
import pytest
import torch
from bokeh.models import ColumnDataSource

from tests.patience import PATIENCE
from workbench import networks, weights
from workbench.analysis.information import Bins, FloorBins
from workbench.app.laboratory import LaboratoryView
from workbench.app.laboratory.laboratory import Laboratory
from workbench.app.laboratory.recipe_run import OFFERED, RecipeRun
from workbench.app.laboratory.trainings import Run
from workbench.app.laboratory.view import PLOTS
from workbench.app.toolkit.member_menu import MemberMenu
from workbench.denoisers import DnCNN
from workbench.figures.arrows import arrows
from workbench.jobs import Status
from workbench.live.session import Session
from workbench.networks import MLP, SGD, LayerInformation, Training
from workbench.parameters import changed
from workbench.recipes import (
    RECIPES,
    DenoisingTask,
    Fit,
    HandwrittenDigits,
    Recipe,
    network_of,
    prior_beside,
    score_beside,
)
from workbench.refusal import Refusal
from workbench.run import iterate

QUICK = Training(MLP((4, 3)), optimiser=SGD(0.05, 512), seeds=2, epochs=6)


@pytest.fixture
def lab() -> Iterator[Laboratory]:
    made = Laboratory()
    made.training = QUICK
    yield made
    made.cancel()


def wait(lab: Laboratory, ready: Callable[[], bool]) -> None:
    end = time.perf_counter() + PATIENCE
    while not ready():
        assert time.perf_counter() < end, lab.complaint or "nothing came"
        time.sleep(0.005)


def status(lab: Laboratory) -> Status:
    return lab.run.latest.status


def trained(lab: Laboratory) -> None:
    lab.begin()
    wait(lab, lambda: status(lab) is Status.DONE)


def test_the_weights_that_are_kept_are_those_of_the_bare_loop(lab):
    trained(lab)
    assert [epoch for epoch, _ in lab.run.trail.kept] == list(range(7))
    states = list(islice(iterate(QUICK.problem(), QUICK.optimiser), QUICK.steps + 1))
    for epoch, state in lab.run.trail.kept:
        torch.testing.assert_close(state.x, states[epoch * lab.run.steps].x, rtol=0, atol=0)
    assert lab.run.curves().values["accuracy"].shape[1] == 2
    assert lab.run.epoch == 6


def test_a_long_training_keeps_no_more_than_a_hundred():
    trail = Laboratory().training
    assert trail.epochs == 8000
    assert len(networks.spaced_epochs(trail.epochs, networks.EPOCHS)) == networks.EPOCHS


def test_pause_step_reset_and_cancel(lab):
    lab.set("epochs", 5000)
    wait(lab, lambda: lab.run.latest.state is not None)
    lab.pause()
    wait(lab, lambda: status(lab) is Status.PAUSED)
    k = lab.run.latest.state.k
    lab.step()
    wait(lab, lambda: lab.run.latest.state.k == k + 1)
    lab.play()
    wait(lab, lambda: lab.run.epoch > 2)
    before = lab.run
    lab.reset()
    wait(lab, lambda: status(lab) is Status.PAUSED and lab.run.latest.state is not None)
    assert lab.run is not before
    assert lab.run.latest.state.k == 0
    assert len(lab.runs) == 1
    wait(lab, lambda: before.latest.status is Status.CANCELLED)
    lab.cancel()
    wait(lab, lambda: status(lab) is Status.CANCELLED)
    lab.play()
    wait(lab, lambda: lab.run.epoch > 1)


def test_a_step_size_changes_the_run_that_goes_and_a_width_begins_another(lab):
    lab.set("epochs", 5000)
    first = lab.run
    wait(lab, lambda: lab.run.epoch > 1)
    lab.set("optimiser.step_size", 0.01)
    wait(lab, lambda: bool(lab.run.latest.marks))
    assert lab.run is first
    wait(lab, lambda: first.curves().values["step_size"][-1, 0] == pytest.approx(0.01))
    lab.set("network.hidden", (5, 3))
    assert lab.run is not first
    assert lab.run.layers == ("T1", "T2", "output")
    assert lab.runs[-1].name.startswith("tishby, epochs 5000, step_size 0.01")
    lab.set("optimiser", "Adam")
    assert lab.training.optimiser == networks.Adam()


def test_wishes_that_cannot_be_granted_leave_the_run_alone(lab):
    trained(lab)
    run = lab.run
    lab.set("network.hidden", "wide")
    assert "whole numbers" in lab.complaint
    lab.set("network", "CNN")
    assert "pictures" in lab.complaint
    assert lab.run is run
    lab.training = QUICK
    lab.set("network.hidden", (60_000, 60_000))
    assert "MiB" in lab.complaint
    assert lab.run is run
    lab.tune("Bins", "edges", 0)
    assert "edges" in lab.complaint


def test_an_earlier_epoch_an_earlier_run_and_a_rate_taken(lab):
    trained(lab)
    lab.epoch = 3
    assert lab.at is not None
    assert lab.at[0] == 3
    lab.keep()
    assert lab.ghost is not None
    assert lab.ghost.name.endswith("6 epochs")
    lab.compare("")
    assert lab.ghost is None
    lab.compare(lab.runs[0].name)
    assert lab.ghost is lab.runs[0]
    lab.take_rate(0.125)
    assert lab.training.optimiser == SGD(0.125, 512)


def test_planes_are_measured_coarse_to_fine_by_every_estimator(lab):
    trained(lab)
    lab.read_by(["Bins", "FloorBins"])
    lab.tune("FloorBins", "width", 0.2)
    assert lab.estimators == (Bins(), FloorBins(0.2))
    list(networks.inform(lab.run.problem, lab.run.trail, lab.estimators, lab.run.planes))
    for estimator in lab.estimators:
        epoch, state = lab.run.trail.kept[3]
        expected = networks.information(lab.run.problem, state.x, estimator)
        torch.testing.assert_close(lab.run.planes[estimator][epoch].with_input, expected.with_input)
        assert len(lab.run.planes[estimator]) == 7


def test_a_study_of_another_kind_replaces_one_and_one_of_another_moment_waits(lab):
    trained(lab)
    first = lab.study("a", lambda: iter(range(3)), 1)
    wait(lab, lambda: lab.study("a", lambda: iter(()), 1).status is Status.DONE)
    assert lab.study("a", lambda: iter(()), 1).result == 2
    assert first is not None
    lab.study("a", lambda: iter([7]), 2)
    wait(lab, lambda: lab.study("a", lambda: iter(()), 2).result == 7)
    assert lab.studied == 2
    lab.study("b", lambda: iter([8]), 2)
    wait(lab, lambda: lab.study("b", lambda: iter(()), 2).result == 8)


def test_what_a_study_has_found_stays_while_the_run_is_at_another_moment_at_every_look(lab):
    lab.study("a", lambda: iter([7]), 0)
    wait(lab, lambda: lab._study.idle)
    seen = threading.Event()
    found = lab.study("a", lambda: (seen.wait(60), iter([8]))[1], 1)  # the next one has only just begun
    assert found.result == 7 and lab.studied == 1
    seen.set()
    wait(lab, lambda: lab.study("a", lambda: iter(()), 1).result == 8)
    assert lab.study("b", lambda: iter(()), 1).result is None


@pytest.fixture(scope="module")
def view() -> Iterator[LaboratoryView]:
    """A view whose training is over, with a run beside it to compare with."""
    made = LaboratoryView(Session(), lambda: None)
    made.laboratory.training = QUICK
    made.beat()
    wait(made.laboratory, lambda: status(made.laboratory) is Status.DONE)
    made.laboratory.keep()
    yield made
    made.laboratory.cancel()


def shown(view: LaboratoryView, name: str) -> None:
    view.menu.value = name
    end = time.perf_counter() + PATIENCE
    view.beat()
    while not all(study.idle for study in view.laboratory.studies):
        assert time.perf_counter() < end
        view.beat()
        time.sleep(0.01)
    view._stale = True
    view.beat()


@pytest.mark.parametrize("name", [name for name, look in PLOTS.items() if look.reads is Run])
def test_every_look_draws_a_real_training(view, name):
    shown(view, name)
    plot = view.look
    assert plot.element in list(view.place)
    assert not plot.badge.sentence
    assert plot.note.sentence
    for pane in plot.element.select(pn.pane.Bokeh):
        drawn = [s for s in pane.object.select({"type": ColumnDataSource}) if any(map(len, s.data.values()))]
        assert drawn
        for column in (c for s in drawn for c in s.data.values() if len(c) and np.asarray(c[0]).dtype.kind == "f"):
            assert np.isfinite(np.concatenate([np.atleast_1d(v) for v in column])).all()


def test_the_plane_says_what_is_broken_and_scrubs(view):
    shown(view, "information plane")
    lab, plot = view.laboratory, view.look
    picture = plot.pictures["Bins"]
    assert list(picture.names.data["text"])[-1] == "output"
    assert len(picture.points.data["x"]) == 7 * 3
    view.epoch.value = 2
    assert lab.epoch == 2
    shown(view, "information plane")
    assert len(picture.points.data["x"]) == 3 * 3
    view.epoch.value = view.epoch.end
    assert lab.epoch is None
    whole = lab.run.planes[Bins()][0]
    lab.run.planes[Bins()][0] = LayerInformation(whole.with_input.flip(0), whole.with_label)
    shown(view, "information plane")
    assert "Bins breaks the data-processing inequality at 1 of 7 epochs" in plot.badge.sentence
    lab.run.planes[Bins()][0] = whole


def test_a_band_is_read_beside_the_estimators_and_a_preset_brings_its_own(view):
    shown(view, "information plane")
    lab, plot = view.laboratory, view.look
    plot.band.value = True
    shown(view, "information plane")
    assert len(plot.pictures["Bins"].band.data["xs"]) == len(lab.run.layers)
    assert "The band is edges 15 to 60." in plot.note.sentence
    plot.band.value = False
    shown(view, "information plane")
    assert not len(plot.pictures["Bins"].band.data["xs"])
    lab.preset("digits, lossy compression")
    assert lab.estimators == (networks.LOSSY,)
    view.beat()
    assert list(plot.pictures) == ["Noisy"]
    plot._panels["Noisy"].controls["estimator.dimensions"].slider.value = 3
    assert lab.estimators[0].estimator.dimensions == 3
    lab.read_by(["Bins"])
    view.beat()
    assert list(plot.pictures) == ["Bins"]


def test_a_task_of_numbers_has_no_plane_and_says_so(view):
    view.laboratory.training = Training(MLP((3,)), networks.ChebyshevRegression(), networks.SquaredLoss(), epochs=3)
    view.laboratory.begin()
    view.menu.value = "information plane"
    wait(view.laboratory, lambda: status(view.laboratory) is Status.DONE)
    view.beat()
    view._stale = True
    view.beat()
    assert "classes" in view.look.badge.sentence
    assert not len(view.look.pictures["Bins"].points.data["x"])
    shown(view, "loss and accuracy")
    assert len(view.look.element) == 1


TAUGHT = Recipe(DnCNN(1, 16, 3), DenoisingTask(HandwrittenDigits(), 0.05, 0.5), Fit(150, 1e-2, 16, 0.9))


def test_a_recipe_ends_with_the_weights_of_the_bare_loop_and_saves_them(lab, tmp_path):
    lab.training = TAUGHT
    trained(lab)
    *_, last = iterate(TAUGHT.problem(), TAUGHT.fit, seed=TAUGHT.seed)
    state = lab.run.latest.state
    torch.testing.assert_close(state.mean, last.mean, rtol=0, atol=0)
    file = tmp_path / "network.safetensors"
    file.write_bytes(lab.run.weights())
    saved, wanted = weights.read(file), network_of(TAUGHT.problem(), last)
    x = torch.rand(1, 1, 8, 8)
    torch.testing.assert_close(saved(x, 0.2), wanted(x, 0.2), rtol=0, atol=2e-3)  # in half precision
    (error,) = (TAUGHT.problem().operator(last.mean) - TAUGHT.problem().y).square().mean((1, 2))
    curves = lab.run.curves()
    assert curves.values["psnr"][-1, 0] == pytest.approx(-10 * np.log10(float(error)))
    assert curves.values["psnr"][-1] > curves.values["psnr"][0] + 2
    assert curves.values["running loss"][-1, 0] == pytest.approx(float(last.loss))


def test_a_recipe_goes_on_at_another_rate_and_begins_anew_with_another_network(lab):
    lab.training = changed(TAUGHT, fit=changed(TAUGHT.fit, steps=50_000))
    lab.begin()
    first = lab.run
    wait(lab, lambda: lab.run.epoch > 5)
    lab.set("fit.rate", 1e-3)
    wait(lab, lambda: bool(lab.run.latest.marks))
    assert lab.run is first
    lab.set("network.width", 8)
    assert lab.run is not first
    assert lab.runs[-1].name.endswith("steps")
    wait(lab, lambda: first.latest.status is Status.CANCELLED)
    lab.set("network", "MLP")
    assert lab.complaint
    going = lab.run
    lab.set("network.channels", 3)
    assert "3 channels and not 1" in lab.complaint
    assert lab.run is going
    with pytest.raises(Refusal, match="press Play"):
        RecipeRun("fresh", TAUGHT).weights()


def test_every_recipe_that_ships_is_a_preset_and_never_a_file_that_ships():
    assert [name.removeprefix("recipe: ") for name in OFFERED] == list(RECIPES)
    assert not set(OFFERED) & set(networks.PRESETS)


def test_a_recipe_shows_held_out_examples_and_other_looks_say_why_they_do_not():
    view = LaboratoryView(Session(), lambda: None)
    lab = view.laboratory
    lab.training = TAUGHT
    view.beat()
    wait(lab, lambda: status(lab) is Status.DONE)
    shown(view, "recipe")
    plot = view.look
    assert plot.element in list(view.place)
    assert plot.save in list(view.side)
    assert "answered at step 150" in plot.panel.caption.object
    (image,) = plot.panel._grey.data["image"]
    assert image.shape == (3 * 8 + 2 * 2, 4 * 8 + 3 * 2)
    rows = lab.run.rows(lab.at[1])
    assert rows.answered > rows.given + 1.5
    truth = TAUGHT.problem().operator.targets[0, 0].reshape(8, 8).numpy()
    np.testing.assert_array_equal(rows.picture[-8:, :8], truth)
    for band in plot.bands.values():
        assert len(band._now.data["at"]) > 10
    view.epoch.value = 2
    shown(view, "recipe")
    assert "answered at step 2 " in plot.panel.caption.object
    for name in set(PLOTS) - {"recipe"}:
        shown(view, name)
        assert not list(view.place)
        assert view.look.note.sentence == view.look.instead
    lab.training = QUICK
    lab.begin()
    wait(lab, lambda: status(lab) is Status.DONE)
    shown(view, "recipe")
    assert not list(view.place)
    assert "choose one among the presets" in view.look.note.sentence


def test_choosing_a_recipe_turns_to_its_look_and_back(view):
    view.menu.value = "information plane"
    view.preset.value = "recipe: dncnn_grey"
    assert view.menu.value == "recipe"
    view.beat()
    assert "fit.rate" in view.knobs.controls
    assert not any(isinstance(each, MemberMenu) for each in view.knobs.controls.values())
    view.preset.value = "edge of stability"
    assert view.menu.value == "information plane"
    for preset, look in (("recipe: laplacian", "learned prior"), ("edge of stability", "information plane"),
                         ("recipe: points", "score")):  # fmt: skip
        view.preset.value = preset
        assert view.menu.value == look
    view.laboratory.cancel()


def taught(recipe: Recipe, name: str, look: str) -> LaboratoryView:
    """A view of a recipe whose training is over, with that look drawn."""
    made = LaboratoryView(Session(), lambda: None)
    lab = made.laboratory
    lab.preset(f"recipe: {name}")
    lab.cancel()
    lab.training = recipe
    made.beat()
    lab.begin()
    wait(lab, lambda: status(lab) is Status.DONE)
    shown(made, look)
    shown(made, look)  # what the slider asks for as it is made is found by the second study
    assert made.look.element in list(made.place) and not made.look.badge.sentence
    return made


def quick(name: str) -> Recipe:
    recipe = RECIPES[name]()
    return changed(recipe, fit=changed(recipe.fit, steps=40, batch=32))


def test_the_residual_of_the_auto_encoder_stands_beside_the_score_as_arrows():
    view = taught(quick("points"), "points", "score")
    plot, run = view.look, view.laboratory.run
    known = score_beside(network_of(run.problem, run.latest.state), run.recipe.task, plot._level(run.recipe.task))
    for name, columns in arrows(known.plane).items():
        drawn = plot.plane.arrows[name].data
        np.testing.assert_allclose([drawn[n] for n in ("x", "y", "to_x", "to_y")], columns, rtol=1e-6)
    assert f"{known.drawn.error:.1%} off the score" in plot.note.sentence
    assert list(plot.left) == [plot.plane.element] and plot.here.data["x"] == [pytest.approx(0.1, rel=0.05)]
    plot.sigma.value = plot.sigma.end
    shown(view, "score")
    assert "At noise 1 " in plot.note.sentence and plot.sigma.label == "noise 1"
    view.laboratory.cancel()


def test_the_residual_of_fields_is_a_picture_on_the_scale_of_the_score():
    view = taught(quick("fields"), "fields", "score")
    plot = view.look
    assert list(plot.left) == [plot.pictures]
    noisy, residual, score, apart = (panel._grey.data["image"][0] for panel in plot.panels)
    assert noisy.shape == residual.shape == score.shape == apart.shape == (8, 8)
    assert plot.panels[1].strip.object.replace(plot.panels[1].meaning, "") == plot.panels[2].strip.object.replace(
        plot.panels[2].meaning, ""
    )
    view.laboratory.cancel()


def test_the_learned_prior_is_drawn_beside_the_true_one_and_that_which_ships():
    view = taught(quick("laplacian"), "laplacian", "learned prior")
    plot, run = view.look, view.laboratory.run
    true, ships, here = (plot.lines[plot.prior][name].data for name in ("true", "weights that ship", "learned here"))
    np.testing.assert_allclose(true["y"], np.abs(true["x"]))
    assert np.abs(ships["y"] - true["y"]).max() < 0.2
    known = prior_beside(network_of(run.problem, run.latest.state), run.recipe.task)
    np.testing.assert_allclose(here["y"], known.value, rtol=1e-6)
    assert f"learned here: {known.error:.2g} nats off" in plot.note.sentence
    soft = plot.lines[plot.prox]["true"].data["y"]
    np.testing.assert_allclose(soft, true["x"] - np.clip(true["x"], -1, 1))
    view.laboratory.cancel()


def test_looks_that_do_not_suit_a_recipe_say_so():
    view = taught(TAUGHT, "score_digits", "recipe")
    for name in ("score", "learned prior"):
        shown(view, name)
        assert not list(view.place) and view.look.note.sentence == view.look.instead
    view.laboratory.cancel()
