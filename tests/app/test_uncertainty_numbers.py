"""What the uncertainty tab draws and says, of chains written out by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from tests.app.seen import columns, legends, logarithmic, seen
from tests.tables import table
from workbench.analysis.chains import ChainDiagnostics, ChainSamples, Distance, Moments, Sampling, Tally
from workbench.app.toolkit.words import Words
from workbench.app.uncertainty.curves import Correlation, Distances, Mixing
from workbench.app.uncertainty.pictures import DRAWS, SUMMARY, MapPictures
from workbench.app.uncertainty.view import UncertaintyView, _counted, _judged, _progress
from workbench.jobs import Status
from workbench.live.uncertainty import Advice, Maps

FAR = Distance(0.5, 0.01, 1.2, 0.05, 0.25, 0.125, (0.4, 0.85))
LOOK = ChainDiagnostics(20, 4.0, 8.0, 1.1)


def chains(**given: object) -> ChainSamples:
    """Three chains of one pixel after 40 iterations, 20 draws each."""
    moments = Moments(20, torch.zeros(3, 1, 1, 1), torch.full((3, 1, 1, 1), 20.0))
    plain = {
        "k": 40, "last": torch.zeros(3, 1, 1, 1), "sampling": Sampling(chains=3, draws=50), "moments": moments,
        "tally": Tally({"forward": 41, "adjoint": 40}), "looks": (LOOK,),
    }  # fmt: skip
    return ChainSamples(**(plain | given))


def test_every_source_of_the_curves_is_drawn_and_named():
    expected = {
        Mixing: ("Line Line Line", [["median", "worst", "R-hat"]], (False, True)),
        Correlation: ("Line Line", [["slowest pixel", "mean"]], (False, False)),
        Distances: ("VArea Line Line", [["variance", "mean"]], (False, False)),
    }
    for kind, (glyphs, words, log) in expected.items():
        made = kind()
        assert seen(made, made.element) == {"source": glyphs}
        assert legends(made.element) == words and logarithmic(made.element) == [log]
    assert [len(kind().plot.right) for kind in expected] == [1, 0, 1], "axes of R-hat and of the mean"
    spans = {kind: [s.location for s in kind().plot.center if type(s).__name__ == "Span"] for kind in expected}
    assert spans == {Mixing: [1.01], Correlation: [], Distances: [1]}, "what chains have to reach"


@table(("last", "end"), [(1.1, 1.2), (1.01, 1.05), (1.5, 2.0)])
def test_the_axis_of_rhat_shows_the_way_down_to_one(last, end):
    mixing = Mixing()
    looks = (
        replace(LOOK, draws=8, rhat=math.inf),
        replace(LOOK, draws=10, least=0.0, rhat=3.0),
        replace(LOOK, rhat=last),
    )
    mixing.show(looks)
    assert (mixing.rhats.start, mixing.rhats.end) == pytest.approx((0.99, end))
    drawn = columns(mixing.source)
    assert drawn["n"] == [8, 10, 20] and drawn["median"] == [8, 8, 8]
    np.testing.assert_array_equal(drawn["rhat"], [np.nan, 3, last])
    np.testing.assert_array_equal(drawn["least"], [4, np.nan, 4])
    mixing.show((replace(LOOK, rhat=math.inf),))
    assert mixing.rhats.end == pytest.approx(end), "it stays, where nothing is known"


@pytest.mark.parametrize(
    ("worst", "length", "end"),
    [
        pytest.param(0.9, 200, 33, id="half_as_far_again_as_the_slower_one_needs_to_a_tenth"),
        pytest.param(0.9, 25, 25, id="no_further_than_it_is_known"),
        pytest.param(0.01, 200, 10, id="ten_at_least"),
    ],
)
def test_correlation_is_drawn_as_far_as_there_is_some(worst, length, end):
    """0.9^21 is the last above a tenth: 21 and half of that, and the two ends."""
    correlation, lag = Correlation(), np.arange(length)
    for pair in ((worst**lag, 0.01**lag), (0.01**lag, worst**lag)):
        correlation.show(*pair)
        drawn = columns(correlation.source)
        assert drawn["lag"] == list(range(end)) and len(drawn["worst"]) == len(drawn["mean"]) == end
    assert drawn["mean"][1] == pytest.approx(worst)
    correlation.show(np.zeros(30), np.zeros(30))
    assert len(columns(correlation.source)["lag"]) == 10


def test_distances_have_two_standard_errors_on_each_side():
    distances = Distances()
    distances.show((LOOK, replace(LOOK, distance=FAR), replace(LOOK, draws=40, distance=replace(FAR, mean=0.7))))
    drawn = columns(distances.source)
    assert (drawn["n"], drawn["ratio"], drawn["mean"]) == ([20, 40], [1.2, 1.2], [0.5, 0.7])
    assert drawn["low"] == pytest.approx([1.1, 1.1]) and drawn["high"] == pytest.approx([1.3, 1.3])
    assert (distances.errors.start, distances.errors.end) == pytest.approx((0, 0.77))
    distances.show((replace(LOOK, distance=replace(FAR, mean=0.0)),))
    assert distances.errors.end == pytest.approx(0.011)
    distances.show((LOOK,))
    assert not any(columns(distances.source).values())


def maps(side: bool = True) -> Maps:
    pixels = np.array([[0.0, 0.5], [0.5, 1.0]])
    newest = tuple(np.full((2, 2), float(i)) for i in range(4))
    known = (np.array([[-1.0, 0], [0, 1]]), (0.5, 0.75)) if side else (None, None)
    return Maps(pixels, 0.5 * pixels, 2 * pixels, *known, newest)


def test_pictures_of_a_spread_begin_at_nothing_and_the_truth_lies_between_one_below_and_one_above():
    pictures = MapPictures()
    pictures.show(maps())
    limits = {p.title: p.image.tags for p in pictures._summary}
    assert limits == {
        "Mean": [0, 1], "Standard deviation": [0, 0.5], "90 % interval": [0, 2], "Truth": [-1, 1],
    }  # fmt: skip
    said = [p.caption.object for p in (pictures.deviation, pictures.width, pictures.side)]
    assert all(word in text for word, text in zip(("mean 0.25", "mean 1 wide", "75.0% inside"), said, strict=True))
    assert [p.element for p in pictures._summary] == list(pictures.element)
    assert all((p.x_range.start, p.x_range.end, p.y_range.start) == (0, 2, 2) for p in pictures._draws)
    pictures.turn(DRAWS)
    pictures.show(maps())
    assert [p.element for p in pictures._draws] == list(pictures.element) and len(pictures._draws) == 4
    assert [int(p._grey.data["image"][0].min()) for p in pictures._draws] == [0, 255, 255, 255]
    assert all(p.image.tags == [0, 1] for p in pictures._draws), "on the scale of the mean"
    pictures.turn(SUMMARY)
    unknown = MapPictures()
    unknown.show(maps(side=False))
    assert not unknown.side._grey.data["image"]


def test_what_chains_cost_is_said_a_line_each():
    assert _counted(chains()) == "A applied 41 times, its adjoint 40, to all chains at once."
    told = _counted(chains(acceptance=0.256, tally=Tally({"denoise": 3, "restore": 4}))).splitlines()
    assert told == [
        "A applied 0 times, its adjoint 0, to all chains at once.",
        "nfe: 7 denoisings of all chains.",
        "26% of the proposals were accepted.",
    ]


def test_what_draws_are_worth_is_said_from_the_last_look():
    assert _judged(chains(looks=()), None) == ""
    assert _judged(chains(why="no exact posterior to compare with"), None) == "No exact posterior to compare with."
    inside = SimpleNamespace(inside=(0.25, 0.75))
    assert _judged(chains(why="why"), inside) == "Why. Of the pixels of the truth 25% and 75% lie in theirs."
    known = chains(known=object(), looks=(LOOK, replace(LOOK, distance=FAR)))
    assert _judged(known, SimpleNamespace(inside=None)) == (
        f"{FAR.sentence} Its 50 and 90 % intervals hold 40% and 85% of the exact posterior; "
        "sliced Wasserstein 0.25 std, of exact draws 0.125."
    )


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [
        (None, Status.CANCELLED, "No chains yet."),
        (None, Status.RUNNING, "MALA makes its first steps"),
        (chains(moments=None), Status.RUNNING, "running: MALA, 3 chains, warm-up, iteration 40, 1.2 s"),
        (chains(), Status.DONE, "done: MALA, 3 chains, draw 20 of 50, 1.2 s"),
    ],
    ids=["none", "first", "warming", "drawn"],
)
def test_how_far_chains_are_is_one_line(found, status, said):
    latest = SimpleNamespace(status=status, seconds=1.25)
    assert _progress(SimpleNamespace(found=found, algorithm="MALA", chains=SimpleNamespace(latest=latest))) == said


class Show:
    """Hears what it is shown."""

    def __init__(self) -> None:
        self.heard: list = []

    def show(self, *said: object) -> None:
        self.heard.append(said)


def test_advice_that_is_followed_is_in_the_form_and_on_the_page():
    view, told, sampling = UncertaintyView.__new__(UncertaintyView), [], Sampling(chains=7)
    advice = Advice("Too few.", "Draw more")
    view.uncertainty = SimpleNamespace(
        advice=lambda: advice, sampling=sampling, follow=lambda given: told.append(("followed", given))
    )
    view.opened = lambda: told.append(("opened",))
    view.knobs = SimpleNamespace(refresh=lambda form: told.append(("form", form.root)))
    view._follow()
    assert told == [("followed", advice), ("opened",), ("form", sampling)]
    view.uncertainty.advice = lambda: None
    view._follow()
    assert len(told) == 3
    view._wished = None
    view._grant()
    assert told[3:] == [("form", sampling)]


def test_the_tab_shows_what_there_is_and_what_is_amiss():
    """Made of hand-made parts: what is studied has found this already."""
    view = UncertaintyView.__new__(UncertaintyView)
    latest = SimpleNamespace(status=Status.DONE, seconds=2.0)
    advice = Advice("Too few.", "Draw more")
    view.uncertainty = SimpleNamespace(
        found=None, chains=SimpleNamespace(status=Status.DONE, latest=latest), trouble=lambda: "wanted 3 chains",
        advice=lambda: advice, algorithm="MALA", maps=maps,
    )  # fmt: skip
    view.session = SimpleNamespace(experiment=SimpleNamespace(algorithm=SimpleNamespace(random=True)))
    view.buttons, view.pictures, view.mixing, view.correlation, view.distances = (Show() for _ in range(5))
    view.complaint, view.advice, view.status, view.counts, view.note = (Words() for _ in range(5))
    view.mend = SimpleNamespace(label="", visible=False)
    view._looked, view.main, view.curves = None, [], []
    view._full, view._empty, view._plots = ["full"], ["empty"], ["mixing", "correlation", "distances"]
    view._draw()
    assert view.complaint.sentence == "wanted 3 chains" and view.advice.sentence == "Too few."
    assert (view.mend.label, view.mend.visible) == ("Draw more", True)
    assert view.buttons.heard == [(Status.DONE, True)] and view.counts.sentence == "" and not view.main
    paths = torch.randn(3, 20, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    view.uncertainty.found = chains(paths=paths)
    view.uncertainty.advice = lambda: None
    view._draw()
    assert not view.mend.visible and view.advice.sentence == "" and view.counts.sentence.startswith("A applied 41")
    assert view.status.sentence == "done: MALA, 3 chains, draw 20 of 50, 2.0 s"
    assert (view.main, view.curves) == (["full"], ["mixing", "correlation"]), "nothing is known exactly"
    assert view.mixing.heard == view.distances.heard == [((LOOK,),)]
    worst, mean = view.correlation.heard[0]
    assert len(worst) == len(mean) == 6 and worst[0] == 1
    assert len(view.pictures.heard) == 1 and "25%" not in view.note.sentence and "50% and 75%" in view.note.sentence
    view._draw()
    assert len(view.mixing.heard) == 1, "the same look is not drawn again"
    view.uncertainty.found = chains(known=object(), looks=(LOOK, replace(LOOK, distance=FAR)))
    view._draw()
    assert view.curves == ["mixing", "correlation", "distances"]
    view.uncertainty.found = chains(looks=())
    view._draw()
    assert view.main == ["empty"] and len(view.mixing.heard) == 2
