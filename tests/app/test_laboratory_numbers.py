"""What the looks at a training draw and say, of trainings and findings written out by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.app.seen import columns, legends, logarithmic, seen
from workbench import networks
from workbench.analysis.information import Bins, FloorBins
from workbench.analysis.information.calibration import CalibrationReading
from workbench.analysis.information.tasks import TASKS, BivariateNormal
from workbench.analysis.spectrum import SymmetricLogarithmicAxis
from workbench.app.laboratory.calibration import Calibration
from workbench.app.laboratory.course import CoursePlot, SharpnessPlot
from workbench.app.laboratory.curvature import Batches, Density
from workbench.app.laboratory.picture import LayerPlanePicture
from workbench.app.laboratory.plane import Plane
from workbench.app.laboratory.trainings import KeptTraining, Run, TrainingCurves
from workbench.networks import MLP, SGD, Adam, BatchCurvature, Broadening, Landscape, LayerInformation, Training
from workbench.operators import Map


def layers(*rows: tuple[float, float], seeds: int = 2) -> LayerInformation:
    """I(X;T) and I(T;Y) of each layer; of the second seed a bit and half a bit more, so that means are halfway."""
    both = torch.tensor(rows, dtype=torch.float64)
    more = torch.arange(seeds)
    return LayerInformation(both[:, :1] + more, both[:, 1:] + more / 2)


def test_every_source_of_the_looks_is_drawn_and_named():
    band = lambda name: {f"{name}._now": "VArea Line Scatter", f"{name}._ghost": "Line"}  # noqa: E731
    courses = [f"bands.{side}{quantity}" for quantity in ("loss", "accuracy") for side in ("", "held_out_")]
    sharp = [*(f"bands.{name}" for name in ("sharpness", "trace", "edge")), "critical", "step"]
    spans = {"moments.0": "VSpan", "moments.1": "VSpan"}
    expected = {
        Calibration: ({"points": "Scatter", "diagonal": "Line", "lost": "Scatter"}, [["readings", "right", "refused"]]),
        CoursePlot: ({k: v for n in courses for k, v in band(n).items()} | spans, [["learned", "held out"]] * 2),
        SharpnessPlot: (
            {k: v for n in sharp for k, v in band(n).items()} | spans,
            [["λmax", "trace", "2 (1 + momentum) / step"], ["critical for this batch", "in use"]],
        ),
        Density: (
            {"curve": "VArea Line", "dots": "Scatter", "flags._source": "VSpan words"}, [["density", "outliers"]],
        ),
        Batches: (
            {"draws": "Scatter", "means": "Line", "whole": "Line"}, [["batches", "their mean", "all examples"]],
        ),
    }  # fmt: skip
    log = {CoursePlot: [False, True], SharpnessPlot: [True, True], Batches: [True]}
    for kind, (glyphs, words) in expected.items():
        made = kind(lab())
        assert seen(made, made.element) == glyphs and legends(made.element) == words, kind
        assert sorted(y for _, y in logarithmic(made.element)) == log.get(kind, [False])
    plane = LayerPlanePicture("a plane")
    assert seen(plane, plane.element) == {
        "band": "Patches", "ghost": "MultiLine", "seeds": "MultiLine", "means": "MultiLine", "points": "Scatter",
        "now": "Scatter", "marks": "words", "names": "words",
    }  # fmt: skip
    kinds = [type(each).__name__ for each in plane.plot.center]
    assert kinds.count("Span") == 2 and kinds.count("PolyAnnotation") == 1 and len(plane.plot.right) == 1
    ends = [(r.start, r.end) for r in (plane.plot.x_range, plane.plot.y_range)]
    assert ends == [(0, 1), (0, 1)] and (plane.mapper.low, plane.mapper.high) == (1, 10), "before anything is known"
    assert Batches(lab())._rate == 0


@pytest.fixture
def picture() -> LayerPlanePicture:
    made = LayerPlanePicture("a plane")
    made.limits(2.0, 10.0, 9)
    return made


def test_the_plane_goes_a_little_beyond_the_entropy_of_the_labels_and_the_number_of_samples(picture):
    plot = picture.plot
    ends = plot.x_range.start, plot.x_range.end, plot.y_range.start, plot.y_range.end
    assert ends == pytest.approx((-0.6, 10.6, -0.12, 2.24))
    assert (picture.entropy.location, picture.ceiling.location) == (2, 10)
    assert (picture.mapper.low, picture.mapper.high) == (1, 10), "the colours of epochs 0 to 9, one up"
    corners = list(zip(picture.wedge.xs, picture.wedge.ys, strict=True))
    assert corners == [(-4, -4), (4, 4), (-4, 4)], "where T would say more of Y than of X, beyond what is in sight"
    assert columns(picture.marks) == {
        "x": [3, 10], "y": [2, -0.12], "text": ["H(Y) = 2", "log₂ N = 10"], "side": ["right"] * 2, "shift": [-5, -5],
    }  # fmt: skip
    picture.limits(1.0, 4.0, 3)
    assert (picture.entropy.location, picture.ceiling.location, picture.mapper.high) == (1, 4, 4)


def test_a_layer_is_a_path_from_epoch_to_epoch_its_mean_over_the_seeds_and_a_line_a_seed(picture):
    path = {4: layers((3, 1), (2, 0.5)), 0: layers((7, 1.5), (6, 1))}
    ghost = {0: layers((1, 0), seeds=1), 2: layers((2, 1), seeds=1)}
    picture.show(path, ("first", "last"), ghost, None)
    assert columns(picture.means) == {"xs": [[7.5, 3.5], [6.5, 2.5]], "ys": [[1.75, 1.25], [1.25, 0.75]]}
    assert columns(picture.seeds)["xs"] == [[7, 3], [8, 4], [6, 2], [7, 3]]
    assert columns(picture.ghost) == {"xs": [[1, 2]], "ys": [[0, 1]]}
    assert columns(picture.points) == {
        "x": [7.5, 6.5, 3.5, 2.5], "y": [1.75, 1.25, 1.25, 0.75], "epoch": [1, 1, 5, 5],
    }  # fmt: skip
    assert columns(picture.now) == {"x": [3.5, 2.5], "y": [1.25, 0.75]}
    assert columns(picture.names)["text"] == ["first", "last"]
    picture.show(path, ("first", "last"), {}, 3)  # a slider at epoch 3: epoch 4 has not been yet
    assert columns(picture.points)["epoch"] == [1, 1] and not columns(picture.ghost)["xs"]
    picture.show(path, ("first", "last"), {}, 4)
    assert columns(picture.points)["epoch"] == [1, 1, 5, 5]
    picture.show({}, (), {}, None)
    for source in (picture.points, picture.now, picture.names, picture.means, picture.seeds, picture.ghost):
        assert not any(columns(source).values())


@pytest.mark.parametrize(
    ("second", "third", "words"),
    [
        pytest.param((0.4, 0.08), (5, 1), ["a, b", "c"], id="as_near_as_four_hundredths_of_both_limits"),
        pytest.param((0.41, 0), (5, 1), ["a", "b", "c"], id="further_along_x"),
        pytest.param((0, 0.09), (5, 1), ["a", "b", "c"], id="further_along_y"),
        pytest.param((0.2, 0.0), (0.4, 0), ["a, b, c"], id="all"),
        pytest.param((0.3, 0.0), (0.6, 0), ["a, b", "c"], id="near_one_of_two_is_not_near_both"),
    ],
)
def test_layers_at_nearly_one_place_share_a_word(picture, second, third, words):
    picture.show({0: layers((0, 0), second, third, seeds=1)}, ("a", "b", "c"), {}, None)
    assert columns(picture.names)["text"] == words


def test_words_stand_on_the_left_where_there_is_no_room_on_the_right(picture):
    picture.show({0: layers((8.1, 0), (8, 1), (0, 2), seeds=1)}, ("a", "b", "c"), {}, None)
    named = columns(picture.names)
    assert (named["side"], named["shift"]) == (["right", "left", "left"], [-9, 9, 9])
    assert (named["x"], named["y"]) == ([8.1, 8, 0], [0, 1, 2])


def test_the_band_goes_there_by_one_reading_and_back_by_the_other(picture):
    one = {0: layers((1, 0), seeds=1), 3: layers((2, 1), seeds=1), 5: layers((9, 9), seeds=1)}
    other = {0: layers((3, 0), seeds=1), 3: layers((4, 1), seeds=1)}
    picture.spread([one, other], None)
    assert columns(picture.band) == {"xs": [[1, 2, 4, 3]], "ys": [[0, 1, 1, 0]]}
    picture.spread([one, other], 2)
    assert columns(picture.band) == {"xs": [[1, 3]], "ys": [[0, 0]]}
    picture.spread([one, other], 0)
    assert columns(picture.band)["xs"] == [[1, 3]]
    for none in ([], [one], [one, {1: one[0]}]):
        picture.spread(none, None)
        assert not columns(picture.band)["xs"]


def training(**given: object) -> Run:
    """A run of which nothing goes: what the looks read of it."""
    run = Run.__new__(Run)
    plain = {
        "planes": {}, "stability": {}, "layers": ("T1", "output"), "trail": SimpleNamespace(kept=[None] * 5),
        "training": Training(MLP((2,)), epochs=9), "problem": SimpleNamespace(y=torch.zeros(1, 8, 1)),
    }  # fmt: skip
    vars(run).update(plain | given)
    return run


class Lab(SimpleNamespace):
    """A laboratory whose studies have found this already; `asked` are their names."""

    def study(self, kind, make, of=None):
        self.asked.append((kind, of))
        return SimpleNamespace(message=self.message, result=self.result)


def lab(run: Run | None = None, **given: object) -> Lab:
    plain = {
        "run": run, "ghost": None, "at": None, "epoch": None, "estimators": (Bins(),), "banded": False, "studied": 4,
        "message": "", "result": None, "asked": [], "tune": lambda *said: None,
    }  # fmt: skip
    return Lab(**(plain | given))


def test_loss_and_accuracy_are_means_over_the_seeds_between_their_extremes(monkeypatch):
    at = np.array([0.0, 1.0, 2.0])
    loss = np.array([[4.0, 2.0], [2.0, 1.0], [1.0, 0.5]])
    curves = TrainingCurves(at, {"loss": loss, "held_out_loss": 2 * loss, "accuracy": 1 - loss / 4, "lr": loss})
    ghost = KeptTraining("before", TrainingCurves(at[:2], {"loss": loss[:2] + 1}), {})
    run = training(training=Training(MLP((2,)), seeds=2))
    monkeypatch.setattr(run, "curves", lambda: curves, raising=False)
    plot = CoursePlot(lab(run, ghost=ghost, at=(2, None), epoch=2))
    plot.draw()
    drawn = columns(plot.bands["loss"]._now)
    assert drawn == {"at": [0, 1, 2], "mean": [3, 1.5, 0.75], "low": [2, 1, 0.5], "high": [4, 2, 1]}
    assert columns(plot.bands["loss"]._ghost) == {"at": [0, 1], "mean": [4, 2.5]}
    assert not columns(plot.bands["accuracy"]._ghost)["at"]
    assert columns(plot.bands["accuracy"]._now)["mean"] == [0.25, 0.625, 0.8125]
    assert not columns(plot.bands["held_out_accuracy"]._now)["at"], "nothing was recorded of it"
    assert plot.note.sentence == "mean of 2 seeds: loss 0.75, held out loss 1.5, accuracy 0.8125"
    assert [columns(source)["x"] for source in plot.moments] == [[2], [2]] and len(plot.element) == 2
    plot._offer(1)
    assert len(plot.element) == 1
    plot.laboratory.run.training = Training(MLP((2,)), seeds=1)
    plot.draw()
    assert plot.note.sentence.startswith("one seed: ") and len(plot.element) == 2
    curves.values["loss"][2] = -1.0  # what a logarithmic axis has no place for
    plot.draw()
    assert columns(plot.bands["loss"]._now)["at"] == [0, 1]
    plot.laboratory.run.training = Training(MLP((2,)), networks.ChebyshevRegression(), networks.SquaredLoss())
    plot.draw()
    assert len(plot.element) == 1, "numbers have no accuracy"


@pytest.mark.parametrize(
    ("method", "said"),
    [(SGD(0.1, 2), ""), (Adam(), " Adam scales every slope: it has no such edge.")],
    ids=["SGD", "Adam"],
)
def test_sharpness_stands_beside_its_edge_and_the_step_in_use(monkeypatch, method, said):
    look = {"sharpness": [10.0, 20.0], "trace": [40.0, 60.0], "edge": [20.0, 20.0], "critical_step": [0.1, 0.05]}
    found = {epoch: {name: torch.tensor(v) for name, v in look.items()} for epoch in (6, 1)}
    for look in found.values() if said else ():
        del look["edge"]
    run = training(stability=found, training=Training(MLP((2,)), optimiser=method))
    curves = TrainingCurves(np.array([0.0, 1.0]), {"step_size": np.array([[0.1], [0.2]])})
    monkeypatch.setattr(run, "curves", lambda: curves, raising=False)
    monkeypatch.setattr(type(method), "batch_size", lambda self, problem: 2)
    plot = SharpnessPlot(lab(run, at=(6, None), epoch=6))
    plot.draw()
    drawn = columns(plot.bands["sharpness"]._now)
    assert (drawn["at"], drawn["mean"], drawn["low"], drawn["high"]) == ([1, 6], [15, 15], [10, 10], [20, 20])
    assert columns(plot.bands["edge"]._now)["mean"] == ([] if said else [20, 20])
    assert columns(plot.critical._now)["mean"] == pytest.approx([0.075, 0.075])
    assert columns(plot.step._now)["mean"] == [0.1, 0.2]
    assert plot.note.sentence == (
        "2 of 5 epochs, traces by random signs. The critical step of plain gradients is "
        f"2 / (trace / B + (1 - 1/B) λmax), B = 2.{said}"
    )
    assert plot.edge.visible is not bool(said)
    assert [columns(source)["x"] for source in plot.moments] == [[6], [6]]
    assert plot.laboratory.asked == [(("stability", run), 5)]
    found[1]["critical_step"] = torch.tensor([-1.0, 0.1])  # nothing bends upwards in one seed: there is no such step
    found[1]["sharpness"], curves.values["step_size"][0] = torch.tensor([-1.0, 2.0]), 0.0
    plot.laboratory.message = "it broke"
    plot.draw()
    assert columns(plot.critical._now)["at"] == columns(plot.bands["sharpness"]._now)["at"] == [6], "a logarithmic axis"
    assert columns(plot.step._now)["at"] == [1] and plot.badge.sentence == "it broke"


def test_a_look_without_a_run_says_nothing():
    for kind in (CoursePlot, SharpnessPlot, Density, Batches, Calibration, Plane):
        plot = kind(lab())
        plot.draw()
        assert (plot.note.sentence, plot.badge.sentence, plot.laboratory.asked) == ("", "", [])


@pytest.mark.parametrize("kind", [Density, Batches])
def test_a_hessian_is_asked_for_at_the_epoch_in_sight_and_what_is_found_is_shown(monkeypatch, kind):
    monkeypatch.setattr(networks, "one_of", lambda problem, x, seed: (problem, (x, seed)))
    monkeypatch.setattr(SGD, "batch_size", lambda self, problem: 2)
    run, shown = training(), []
    plot = kind(lab(run, at=(6, SimpleNamespace(x="weights")), epoch=6, message="not yet"))
    monkeypatch.setattr(plot, "_show", lambda *found: shown.append(found[0]))
    plot.draw()
    (asked,) = plot.laboratory.asked
    assert asked == ((kind.__name__.lower(), run, 6), 6) and plot.badge.sentence == "not yet" and shown == []
    plot.laboratory.result = "found"
    plot.draw()
    assert shown == ["found"]
    plot.laboratory.at = None
    plot.draw()
    assert len(shown) == 1 and len(plot.laboratory.asked) == 2, "no epoch is kept yet"


def measured(values: list[float]):
    from workbench.analysis.spectrum import slq

    exact = torch.tensor(values, dtype=torch.float64)
    return slq(Map(((1, len(values)),) * 2, lambda x: exact * x, lambda x: exact * x), len(values), 1)


def test_the_density_has_flags_at_both_ends_and_where_the_bulk_ends():
    measure = measured([-1.0, 0.0, 1.0, 1.5, 8.0])
    axis = SymmetricLogarithmicAxis(8.0)
    plot = Density(lab())
    plot._show(Landscape(measure, 2.0, [torch.tensor([8.0])]))
    flags = columns(plot.flags._source)
    assert flags["text"] == ["λmin -1", "end of the bulk 2", "λmax 8"]
    np.testing.assert_allclose(flags["x"], axis.place(np.array([-1.0, 2.0, 8.0])), rtol=1e-9)
    assert columns(plot.dots)["height"] == [0] and columns(plot.dots)["at"] == pytest.approx([np.log10(1 + 1e4)])
    curve = columns(plot.curve)
    assert np.trapezoid(curve["height"], curve["at"]) == pytest.approx(1, abs=0.01), "of mass 1"
    assert plot.plot.xaxis[0].ticker.ticks == sorted(axis.ticks()), "they say the values behind the places"
    assert set(curve["zero"]) == {0.0}
    assert plot.note.sentence == "seed 1 at epoch 4: outliers beyond the bulk: 1, after 5 Hessian products"
    plot._show(Landscape(measure, np.inf, [torch.tensor([])]))
    assert columns(plot.flags._source)["text"] == ["λmin -1", "λmax 8"], "no gap, no end of the bulk"
    assert plot.note.sentence.startswith("seed 1 at epoch 4: outliers beyond the bulk: 0")


def test_batches_stand_beside_their_mean_and_all_examples_and_a_rate_is_offered():
    tops = torch.tensor([[4.0, 2.0], [np.nan, -1.0], [2.0, np.nan]], dtype=torch.float64)
    plot = Batches(lab())
    assert plot.take.disabled
    plot._show(BatchCurvature(Broadening((2, 4, 8), tops, 1.5), 0.25), SGD())
    assert columns(plot.draws) == {"size": [2, 2, 8], "top": [4, 2, 2]}
    assert columns(plot.means) == {"size": [2, 8], "top": [3, 2]}
    assert columns(plot.whole) == {"size": [2, 8], "top": [1.5, 1.5]}
    assert (plot.take.label, plot.take.disabled) == ("Take 0.25", False)
    assert plot.note.sentence == (
        "seed 1 at epoch 4: Lanczos suggests a rate of 0.25, half of what is stable for this batch"
    )
    plot._show(BatchCurvature(Broadening((2, 4), tops[:2], 0.0), 0.5), Adam())
    assert not columns(plot.whole)["top"], "a logarithmic axis has no 0"
    assert plot.take.label == "Take SGD of 0.5"
    taken = []
    plot.laboratory.take_rate = taken.append
    plot.take.clicks += 1
    assert taken == [0.5]


def test_readings_lie_beside_the_diagonal_on_which_they_are_right():
    task = BivariateNormal()
    run = training()
    given = (
        CalibrationReading(task, 8, 1.0, 0.75), CalibrationReading(task, 8, 2.0, 2.75),
        CalibrationReading(task, 8, 3.0, None, "too few"),
    )  # fmt: skip
    plot = Calibration(lab(run, result=given))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "count", 8)
        plot.draw()
        assert plot.laboratory.asked[0][0] == ("calibration", Bins(), 8)
        assert columns(plot.points)["truth"] == [1, 2] and columns(plot.points)["reading"] == [0.75, 2.75]
        assert columns(plot.points)["task"][0] == "BivariateNormal(): this reads 0.75 where the truth is 1.00"
        lost = columns(plot.lost)
        assert (lost["truth"], lost["reading"]) == ([3], [0])
        assert lost["task"] == ["BivariateNormal(): this reads nothing where the truth is 3.00: too few"]
        assert columns(plot.diagonal)["x"] == columns(plot.diagonal)["y"] == pytest.approx([0, 3.15])
        assert plot.note.sentence == (
            "Bins on N = 8 samples, the size in use: 0.5 nats off on average. "
            "Its free parameter: the number of edges: more edges, more information."
        )
        assert [words.sentence for words in plot.list[:4]] == [*(f"BivariateNormal(): {r.sentence}" for r in given), ""]
        assert len(plot.list) == len(TASKS)
        plot.menu.value = "FloorBins"  # one that the plane does not read
        assert plot.laboratory.asked[-1][0][1] == FloorBins()
        plot.laboratory.result = None
        plot.draw()
        assert columns(plot.diagonal)["x"] == pytest.approx([0, 0.105]) and not columns(plot.points)["truth"]


def test_the_worst_break_of_the_inequality_is_named_and_its_bits():
    good, bad = layers((3, 1), (2, 0.5)), layers((2, 0.5), (3, 1))
    worse = layers((2, 0.5), (4, 1))
    run = training(planes={Bins(): {0: good, 2: bad, 7: worse}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "count", 100)
        plot = Plane(lab(run, estimators=(Bins(),)))
        assert list(plot.pictures) == ["Bins"] and len(plot.row) == len(plot.knobs) == 1
        assert plot._broken(run, Bins()) == (
            "Bins breaks the data-processing inequality at 2 of 3 epochs: worst T1 to output at epoch 7, 2 bits."
        )
        said = plot._said(run)
        assert said.startswith("Bins: 3 of 5 epochs, N = 100. Reads low in I(X;T)") and "The band" not in said
        assert said.endswith("In the grey corner T would say more of the label than of the input.")
        plot.laboratory.banded = True
        assert "The band is edges 15 to 60." in plot._said(run)
        run.planes = {Bins(): {0: good._replace(refused=("no samples",)), 1: good._replace(refused=("other",))}}
        assert plot._broken(run, Bins()) == "no samples"
        run.planes = {}
        assert plot._broken(run, Bins()) == ""
