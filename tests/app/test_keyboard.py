"""Keys of the page, without a browser: each does what its button does, and a lesson keeps the arrows."""

import pytest

from tests.app.test_session import reached
from workbench.app.lessons import Tour
from workbench.app.page.workbench import Workbench
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.session import Session


@pytest.fixture
def app():
    made = Workbench(Session(Experiment(Shipped("shepp_logan", 32), steps=20)))
    yield made
    made.close()


def hit(app: Workbench, key: str) -> None:
    app.keyboard.element.pressed = f"{app.keyboard.element.pressed.partition(' ')[0] or 0}1 {key}"


def drawn(app: Workbench, *statuses: Status):
    frame = reached(app.session, 0, *statuses)
    app._draw(frame)
    return frame


def test_the_space_plays_and_pauses_s_steps_and_r_goes_back(app):
    drawn(app, Status.PAUSED)
    hit(app, "s")
    assert reached(app.session, 1, Status.PAUSED).k == 1
    app.session.slow(5)
    hit(app, " ")
    app._draw(reached(app.session, 1, Status.RUNNING))
    hit(app, " ")
    assert reached(app.session, 1, Status.PAUSED).k < 20
    app._draw(app.session.tick() or app.frame)
    hit(app, "r")
    assert reached(app.session, 0, Status.PAUSED).k == 0


def test_arrows_look_back_and_on_n_is_now_and_b_branches(app):
    app.session.play()
    app._draw(reached(app.session, 20))
    hit(app, "ArrowLeft")
    hit(app, "ArrowLeft")
    here = app.session.moment.k
    hit(app, "Shift+ArrowLeft")
    assert app.session.moment.k < here
    hit(app, "ArrowRight")
    assert app.session.moment.k == here
    hit(app, "b")
    assert reached(app.session, 20).marks == ((here, "branch, back from 20"),)
    hit(app, "b")
    assert "choose one on the time line" in app.alert.title
    hit(app, "ArrowLeft")
    hit(app, "n")
    assert app.session.moment is None


def test_in_a_lesson_arrows_turn_the_steps_and_shift_looks_back():
    tour = Tour("lesson=semi_convergence&step=1")
    session = Session.from_address(tour.step.address)
    app = Workbench(session, tour=tour)
    hit(app, "ArrowRight")
    assert app.teaching.tour.number == 2
    hit(app, "ArrowLeft")
    assert app.teaching.tour.number == 1
    reached(session, 0, Status.DONE)
    hit(app, "Shift+ArrowLeft")
    assert session.moment is not None and app.teaching.tour.number == 1
    app.close()


def test_digits_are_tabs_p_is_for_a_room_and_the_list_names_all(app):
    hit(app, "3")
    assert app.seen is app.views[2]
    hit(app, "p")
    assert app.audience.present
    hit(app, "1")
    assert app.tabs.place == 2  # out of sight, and not turned
    hit(app, "p")
    assert app.seen is app.views[2]
    hit(app, "?")
    assert app.keyboard.window.open
    text = app.keyboard.window.objects[0].object
    assert all(key.words in text.replace("&#x27;", "'") for key in app.keyboard.all)
    hit(app, "?")
    assert not app.keyboard.window.open


def test_what_is_no_key_of_the_page_does_nothing(app):
    hit(app, "x")
    hit(app, "<b>")
    assert app.session.moment is None and app.tabs.place == 0


def test_tabs_that_are_turned_quickly_do_not_turn_back(app):
    """The browser answers each tab that it has drawn, late: here that of the first key comes after the second."""
    hit(app, "3")
    hit(app, "4")
    app.tabs.element.active = 2
    assert app.tabs.place == 3 and app.seen is app.views[3]
    app.tabs.element.active = 2
    assert app.seen is app.views[2], "answered once: what comes then is a person's"
