"""The page around a session: wishes, refusals, address, every operator with every kind of signal."""

import re
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import numpy as np
import panel as pn
import param
import pytest

from tests.app.conftest import read
from tests.patience import PATIENCE
from tests.test_docs import execute
from workbench import catalog
from workbench.app.laboratory import LaboratoryView
from workbench.app.main import Workbench, create_app
from workbench.app.run.files import Python, Upload
from workbench.app.run.pictures import Gallery
from workbench.app.run.sections import Methods
from workbench.app.toolkit.audience import Audience
from workbench.app.toolkit.tab import View
from workbench.app.toolkit.widgets import Number
from workbench.app.views import VIEWS
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.frames import Frame
from workbench.live.session import Session

SIGNALS = {"photograph": "camera", "colour": "astronaut", "1-D": "ecg"}


def wait(app: Workbench, reached: Callable[[Any], bool], seconds: float = PATIENCE) -> Any:
    """Beat until a frame satisfies `reached`."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.beat()
        if app._frame is not None and reached(app._frame):
            return app._frame
        time.sleep(0.02)
    raise AssertionError(f"not reached within {seconds} s: {app._frame}")


@pytest.fixture
def app(session: Session) -> Workbench:
    return Workbench(session)


def test_a_run_is_drawn_to_its_end(app: Workbench) -> None:
    app.session.play()
    last = wait(app, lambda f: f.status is Status.DONE)
    assert last.k == 20
    assert "k = 20" in app.view(Gallery).image.caption.object
    assert app.transport.bar.value == 100


def test_a_value_out_of_range_is_said_beside_its_control_and_the_run_goes_on(app: Workbench) -> None:
    app.session.play()
    width = app.choices.sections["operator"].controls["operator.width"]
    assert isinstance(width, Number)
    width.typed.value = "1000000"
    assert width.complaint is not None
    assert re.search("wanted .*px.*got", width.complaint.sentence)
    wait(app, lambda f: f.status is Status.DONE)
    time.sleep(0.12)
    width.typed.value = "1.5"
    assert app.session.experiment.operator.width == 1.5
    assert not width.complaint.sentence


def test_the_method_that_suits_the_problem_stands_first_and_says_why(app: Workbench) -> None:
    section = app.choices.sections["algorithm"]
    assert isinstance(section, Methods)
    app.session.play()
    wait(app, lambda f: f.k >= 2)  # what the run finds stands below, and not in its place
    assert next(iter(section.menu.select.options.values())) == "ADMM"
    assert section.offered.sentence == "Offered first: ADMM, since blur and differences share Fourier modes."
    app.choices.sections["prior"].menu.select.value = "Tikhonov"
    assert next(iter(section.menu.select.options.values())) == "ConjugateGradient"
    assert section.offered.sentence == "Offered first: ConjugateGradient, since the objective is quadratic."


def test_greyed_algorithms_say_why_in_the_menu(app: Workbench) -> None:
    select = app.choices.sections["algorithm"].menu.select
    assert "ConjugateGradient" in select.disabled_options
    sentence = next(label for label, name in select.options.items() if name == "ConjugateGradient")
    assert sentence.startswith("ConjugateGradient needs a quadratic form, which TotalVariation lacks")
    app.choices.sections["prior"].menu.select.value = "Tikhonov"
    assert "ConjugateGradient" not in select.disabled_options
    assert select.value == "ADMM"


def test_lambda_stands_beside_the_weight(app: Workbench) -> None:
    section = app.choices.sections["prior"]
    assert "σ²" in section.aside.sentence
    app.choices.sections["noise"].menu.select.value = "Poisson"
    assert not section.aside.sentence


def test_a_mark_is_left_by_a_slider(app: Workbench) -> None:
    app.session.slow(50)
    app.session.play()
    wait(app, lambda f: f.k >= 2)
    weight = app.choices.sections["prior"].controls["prior.weight"]
    assert isinstance(weight, Number)
    weight.slider.value = weight.slider.end
    # A busy machine may hear of it when the run is at its end, which then goes on.
    wait(app, lambda f: any("prior.weight" in text for _, text in f.marks))
    wait(app, lambda f: any("prior.weight" in text for text in app.convergence.plots[0].marks.data["text"]))


def test_a_diverged_run_says_why_and_what_helps() -> None:
    query = "truth=shepp_logan&truth.size=32&prior=Tikhonov&algorithm=GradientDescent&algorithm.step_size=10&steps=2000"
    app = Workbench(Session.from_address(query))
    app.session.play()
    wait(app, lambda f: f.status is Status.DIVERGED)
    assert app.alert.visible
    assert app.alert.severity == "error"
    assert "step" in app.alert.title
    app.session.close()


def test_python_of_what_is_shown(app: Workbench) -> None:
    view = Python(app.session, lambda: None)
    view.refresh()
    assert "Experiment(" in view._text.value
    compile(view._text.value, "page", "exec")


@pytest.fixture(scope="module", params=SIGNALS)
def page_of_signal(request: pytest.FixtureRequest) -> Iterator[Workbench]:
    session = Session(Experiment(truth=Shipped("shepp_logan", 32), steps=20).fitted((1, 32, 32)))
    session.choose("truth", SIGNALS[request.param])
    app = Workbench(session)
    yield app
    app.close()


@pytest.mark.parametrize("operator", list(catalog.members("operator")))
def test_every_operator_with_every_kind_of_signal(operator: str, page_of_signal: Workbench) -> None:
    app, before = page_of_signal, page_of_signal.frame
    sentence = app.session.choose("operator", operator)
    app._opened()
    complaint = app.choices.sections["operator"].menu.complaint
    assert ("" if complaint is None else complaint.sentence) == sentence
    assert type(app.session.experiment.operator).__name__ == operator or sentence
    app.session.reset()
    app.session.step()
    app._due = 0.0  # drawn at once, whatever the picture before it cost
    drawn = wait(app, lambda f: f is not before and f.k == 1)
    assert app.view(Gallery)._frame is drawn


def test_a_text_named_png_is_refused_and_the_run_goes_on(app: Workbench) -> None:
    told: list = []
    view = Upload(app.session, lambda: told.append(1))
    view.file.param.update(filename="holiday.png", value=b"dear diary")
    read(view)
    assert "PNG" in view.complaint.sentence
    assert told
    assert isinstance(app.session.experiment.truth, Shipped)


def test_a_window_is_chosen_and_what_was_done_is_said(app: Workbench) -> None:
    content = BytesIO()
    np.save(content, np.add.outer(np.arange(32), np.arange(32)).astype(np.uint16) + 500)
    view = app.upload
    view.file.param.update(filename="dim.npy", value=content.getvalue())
    read(view)
    aside = app.choices.sections["truth"].aside
    assert "window=(0, 562) is taken, since it is nearly black in [0, 65535]" in aside.sentence
    assert app.session.loaded.limits == (0, 562) and float(app.session.loaded.tensor.amax()) == 1
    view.window.value = ""
    read(view)
    assert app.session.loaded.limits == (0, 65535) and "window=(0, 562) uses" in aside.sentence
    view.window.value = "whole"
    read(view)
    assert app.session.loaded.limits == (500, 562)
    assert "smallest and largest" in aside.sentence
    view.window.value = "suggested"
    read(view)
    assert "a window that the file suggests" in view.complaint.sentence
    assert app.session.loaded.limits == (500, 562), "the run goes on with what was there"
    view.typed.value = "510, 540"
    read(view)
    assert not view.complaint.sentence
    assert app.session.loaded.limits == (510, 540)
    view.typed.value = "540, 510"
    read(view)
    assert "low < high" in view.complaint.sentence
    assert "does not hold this file" in view.aside.sentence
    app.session.set("prior.weight", 2.0)
    assert "window [510, 540]" in aside.sentence, "it stays said"


def test_a_file_over_the_cap_gets_a_word(app: Workbench) -> None:
    view = app.upload
    word = 'File "big.npy" (40 MB) exceeds maximum file size of 32 MB'
    view.file._handle_msg({"status": "initializing"})
    assert not view.complaint.sentence
    view.file._handle_msg({"status": "error", "error": word})
    assert "a file of at most 32 MB" in view.complaint.sentence
    assert "big.npy" in view.complaint.sentence
    view.file._handle_msg({"status": "initializing"})
    assert not view.complaint.sentence, "another one is on its way"


@pytest.mark.parametrize("member", [(k, n) for k in catalog.KINDS for n in catalog.members(k)], ids=lambda m: m[1])
def test_the_address_restores_every_choice(member: tuple[str, str], small: Experiment) -> None:
    session = Session(small)
    sentence = session.choose(*member)
    again = Session.from_address(session.address())
    assert again.experiment == session.experiment or again.address() == session.address()
    assert sentence or member[1] in again.address()
    for each in (session, again):
        each.close()


def test_a_bad_address_shows_its_sentence_and_the_default() -> None:
    session = Session.from_address("truth=cammera")
    app = Workbench(session)
    assert "cammera" in app.alert.title
    assert session.experiment.truth.name == "camera"
    session.close()


def test_a_teacher_hides_controls(session: Session) -> None:
    app = Workbench(session, Audience(hide=("operator", "noise")))
    assert set(app.choices.sections) == {"truth", "parametrisation", "prior", "algorithm"}


def test_create_app_returns_one_page_outside_a_server(small: Experiment) -> None:
    page = create_app(small)
    assert isinstance(page, pn.viewable.Viewable)


def test_the_network_trains_while_its_tab_was_seen_and_ends_with_the_page(app: Workbench) -> None:
    app.session.play()
    wait(app, lambda f: f.status is Status.DONE)
    assert app.view(LaboratoryView).laboratory.run is None, "nothing trains before somebody looks"
    app.turn_to(LaboratoryView)
    assert not app.layout.curves.visible
    wait(app, lambda f: app.view(LaboratoryView).laboratory.run is not None)
    job = app.view(LaboratoryView).laboratory.run.job
    wait(app, lambda f: job.latest.state is not None)
    app.close()
    end = time.perf_counter() + PATIENCE
    while job.latest.status is not Status.CANCELLED:
        assert time.perf_counter() < end
        time.sleep(0.02)


class Histogram(View):
    """How many pixels of the iterate have which value."""

    title, whole = "Histogram", True

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened)
        self.element = pn.pane.HTML("")
        self.shown: list[bool] = []

    def show_frame(self, frame: Frame) -> None:
        if frame.image is not None:  # there is none before the first iterate
            self.element.object = str(np.histogram(frame.image, 4)[0].tolist())

    def show(self, seen: bool) -> None:
        self.shown.append(seen)


def test_a_view_is_one_class_and_one_place_in_the_list(small):
    app = Workbench(Session(small), views=(*VIEWS, Histogram))
    assert app.tabs.element._names == [view.title for view in VIEWS] + ["Histogram"]
    app.turn_to(Histogram)
    app.session.play()
    wait(app, lambda f: f.status is Status.DONE)
    view = app.view(Histogram)
    assert sum(map(int, re.findall(r"\d+", view.element.object))) == 32 * 32
    assert view.shown[-1] and not app.layout.curves.visible
    app.turn_to(Gallery)
    assert not view.shown[-1] and app.layout.curves.visible
    app.close()


def test_the_view_of_the_docs_computes_in_its_tab_and_follows_session_and_control(small: Experiment) -> None:
    app = Workbench(Session(small), views=(*VIEWS, StretchView := execute("docs/adding_a_view.md").StretchView))
    view, mean = app.view(StretchView), app.view(StretchView).stretches.mean
    app.session.play()
    wait(app, lambda f: f.status is Status.DONE)
    assert not mean.begun, "nothing is computed before somebody looks"
    app.turn_to(StretchView)
    wait(app, lambda f: mean.status is Status.DONE and view.words.sentence.startswith("done"))
    known = float(app.session.problem.operator.gram_in("fourier").double().mean())
    assert mean.result == pytest.approx(known, rel=0.05)
    app.session.set("operator.width", 4.0)
    wait(app, lambda f: (mean.result or known) < known / 2 and mean.status is Status.DONE)
    view.stretches.ask("draws", 0)
    wait(app, lambda f: "draws" in view.complaint.sentence)
    app.close()


def test_no_part_of_the_page_asks_for_another_size_than_it_gets(app: Workbench, monkeypatch) -> None:
    """Panel warns of each where a part is as wide as its place and what is in it as high, too, for every visitor."""
    said: list[str] = []
    monkeypatch.setattr(param.parameterized.Parameters, "warning", lambda self, text, *rest, **named: said.append(text))
    app._placeholders.fill_all()
    for place in range(len(app.views)):
        app.tabs.turn_to(place)
        app.beat()
        app._study()
    app.present(True)
    assert not [text for text in said if "sizing_mode" in text]
