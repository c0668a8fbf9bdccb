"""A lesson on the page without a browser: steps, what they set, the way back, the address."""

from urllib.parse import parse_qsl

import pytest

from workbench import lessons
from workbench.app.information import InformationView
from workbench.app.laboratory import LaboratoryView
from workbench.app.lessons import Tour
from workbench.app.main import Workbench
from workbench.app.run.pictures import Gallery
from workbench.app.spectrum import SpectrumView
from workbench.jobs import Status
from workbench.lessons import LessonStep
from workbench.live.address import to_address
from workbench.live.session import Session

NAME = "step_and_momentum"
LESSON = lessons.find(NAME)


def opened(query):
    tour = Tour(query)
    step = tour.step
    session = Session.from_address(step.address if tour.own and step is not None else query)
    return Workbench(session, tour=tour)


@pytest.fixture
def app():
    made = opened(f"lesson={NAME}&step=2")
    yield made
    made.close()


def shown(app) -> str:
    """The sentences of the bar."""
    bar = app.teaching.bar
    return " ".join(part.object for part in (bar.title, bar.watch, bar.question, bar.answer))


def test_an_address_of_lesson_and_step_alone_is_the_state_of_that_step(app):
    assert to_address(app.session.experiment) == to_address(LESSON.step(2).experiment)
    assert f"{LESSON.title}, step 2 of {len(LESSON.steps)}" in shown(app)
    assert "converge" in shown(app) and LESSON.step(2).answer not in shown(app)
    assert app.connection.bar.search.startswith(f"?lesson={NAME}&step=2&truth=camera")
    assert not app.session.errors and app.connection.bar.search.count("lesson=") == 1


def test_an_address_with_an_experiment_is_that_of_the_learner(app):
    app.session.set("prior.weight", 7.0)
    app._opened()
    again = opened(app.connection.bar.search.removeprefix("?"))
    assert again.session.experiment.prior.weight == 7.0 and again.teaching.tour.number == 2
    again.close()


def test_back_to_this_step_undoes_what_was_moved_and_begins_anew(app):
    app.session.set("prior.weight", 7.0)
    app.session.set("algorithm", "Nesterov")
    app.session.step(3)
    app.teaching.again()
    assert to_address(app.session.experiment) == to_address(LESSON.step(2).experiment)
    assert app.choices.sections["prior"].controls["prior.weight"].typed.value == "5"
    assert app.session.job.latest.k == 0 or app.session.job.latest.status is Status.RUNNING


def test_next_and_back_turn_the_steps_and_stop_at_the_ends(app):
    bar = app.teaching.bar
    app.teaching.turn("next")
    assert app.session.experiment.algorithm.step_size == 0.0019
    app.teaching.turn("next")
    assert app.seen is app.view(SpectrumView)
    app.teaching.turn("back")
    assert app.seen is app.view(Gallery)
    for _ in range(20):
        app.teaching.turn("next")
    assert app.teaching.tour.number == len(LESSON.steps) and bar.buttons["Next"].disabled
    for _ in range(20):
        app.teaching.turn("back")
    assert app.teaching.tour.number == 1 and bar.buttons["Back"].disabled and not bar.buttons["Next"].disabled


def test_the_answer_is_shown_when_it_is_asked_for_and_hidden_on_the_next_step(app):
    bar = app.teaching.bar
    bar.reveal.clicks += 1
    assert LESSON.step(2).answer.split(",")[0] in shown(app)
    app.teaching.turn("next")
    assert bar.answer.object == "" and bar.reveal.label == "Show the answer"


def test_the_bar_folds_to_its_buttons_and_stays_so(app):
    bar = app.teaching.bar
    bar.fold.clicks += 1
    assert len(bar._inside.objects) == 1
    app.teaching.turn("next")
    assert len(bar._inside.objects) == 1
    bar.fold.clicks += 1
    assert len(bar._inside.objects) == 4


def test_who_leaves_keeps_the_state_and_loses_the_bar(app):
    app.teaching.leave()
    assert app.teaching.bar._inside.objects == []
    assert app.connection.bar.search.startswith("?truth=camera")
    assert to_address(app.session.experiment) == to_address(LESSON.step(2).experiment)


def test_the_list_has_every_lesson_and_begins_one(app):
    window = app.teaching.list
    window.open()
    assert window.window.open and len(window.window.objects) == len(lessons.names())
    window.window.objects[0][0].clicks += 1
    assert not window.window.open and app.teaching.tour.lesson.name == lessons.names()[0]


def test_a_person_who_goes_back_finds_step_and_settings(app):
    first = app.connection.bar.search
    app.teaching.turn("next")
    app._travel(first)
    assert app.teaching.tour.number == 2 and app.session.experiment.algorithm.step_size == 0.0017
    app._travel("?truth=camera&truth.size=32")
    assert app.teaching.tour.lesson is None and app.session.experiment.operator.in_shape == (1, 32, 32)
    assert app.teaching.bar._inside.objects == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("lesson=step_and_momentun", "did you mean step_and_momentum"),
        (f"lesson={NAME}&step=99", "1 to 6"),
        (f"lesson={NAME}&step=two", "the number of a step"),
        (f"lesson={NAME}&step=-1", "the number of a step"),
        ("lesson=../../etc/passwd", "a lesson"),
    ],
)
def test_a_wrong_lesson_or_step_is_said_and_the_page_is_there(query, sentence):
    app = opened(query)
    assert sentence in app.teaching.tour.complaint
    assert sentence in app._note and not app.session.errors
    app.close()


def test_sentences_of_a_lesson_are_no_markup(app):
    step = app.teaching.tour.step
    evil = LessonStep("x", 1, step.address, "<script>1</script>", "<b>?", "<i>.", step.claims)
    app.teaching.tour.lesson = type(LESSON)("x", "<u>t</u>", "y", (evil,))
    app.teaching.tour.number = 1
    app.teaching.bar.show(app.teaching.tour)
    app.teaching.bar.reveal.clicks += 1
    assert not any(tag in shown(app) for tag in ("<script", "<b>", "<i>", "<u>"))


def step_on(tab, **given):
    return LessonStep("x", 1, "truth=camera&truth.size=32", "w", "q?", "a.", (), tab=tab, **given)


def test_a_step_sets_what_is_in_its_tab(app):
    app._take_step(step_on("Spectrum", show="cumulative", tab_settings={"steps": 15}))
    view = app.view(SpectrumView)
    view.beat()
    assert view.menu.value == "cumulative" and view.spectra.way.steps == 15
    app._take_step(step_on("Spectrum", show="density"))
    assert view.menu.value == "density" and view.spectra.way.steps == 40
    app._take_step(step_on("Information", show="closed form", tab_settings={"look.steps": 7}))
    app.view(InformationView).beat()
    assert app.view(InformationView).planes.choices.look.steps == 7


def test_a_step_on_the_network_tab_trains_what_its_claims_are_about(app):
    from workbench.lessons.tabs import estimator_of, training_of

    settings = {"preset": "tishby, L2", "seeds": 1, "epochs": 3, "estimator": "Bins", "estimator.edges": 12}
    app._take_step(step_on("Network", show="loss and accuracy", tab_settings=settings))
    view = app.view(LaboratoryView)
    view.beat()
    assert view.laboratory.training == training_of(settings)
    assert view.laboratory.estimators == (estimator_of(settings),)
    view.laboratory.set("epochs", 5)
    app._take_step(step_on("Network", show="loss and accuracy", tab_settings=settings))
    assert view.laboratory.training == training_of(settings)


def test_a_step_that_waits_does_not_play(app):
    app._take_step(step_on("Pictures", play=False, pace=10))
    assert not app.session._playing and app.transport.pace.value == 10
    app._take_step(step_on("Pictures"))
    assert app.session._playing and app.transport.pace.value == 0


def test_an_address_of_the_page_says_lesson_and_step_first(app):
    items = parse_qsl(app.connection.bar.search.removeprefix("?"))
    assert items[:2] == [("lesson", NAME), ("step", "2")]
