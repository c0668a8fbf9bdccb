"""A slow browser is waited for; one that does not answer, or is not there, is not."""

import time

import pytest

from tests.patience import PATIENCE
from workbench.app.main import Workbench
from workbench.app.page import echo
from workbench.app.page.echo import Echo
from workbench.jobs import Status
from workbench.live.session import Session


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    clock = [100.0]
    monkeypatch.setattr(echo.time, "perf_counter", lambda: clock[0])
    return clock


@pytest.fixture
def answered() -> Echo:
    """That of a browser which has answered before."""
    made = Echo(browser=True)
    made.painted = 0
    return made


def test_the_next_drawing_waits_for_the_last_one_and_as_long_again(now, answered) -> None:
    answered.send()
    now[0] += 0.4
    assert not answered.free()
    answered.painted = 1
    now[0] += 0.3
    assert not answered.free()
    now[0] += 0.2
    assert answered.free()


def test_an_answer_to_an_earlier_drawing_is_not_one_to_the_last(now, answered) -> None:
    answered.send()
    answered.send()
    answered.painted = 1
    now[0] += 1
    assert not answered.free()


def test_a_lost_answer_is_not_waited_for_for_ever(now) -> None:
    made = Echo(browser=True)
    made.send()
    now[0] += 0.6  # nothing has come yet at all: the page is being built
    assert made.free()
    made.painted = 1
    made.send()
    now[0] += 0.6
    assert not made.free()
    now[0] += 3
    assert made.free()


def test_without_a_browser_nobody_is_waited_for(now) -> None:
    made = Echo(browser=False)
    made.send()
    assert made.free()


def test_a_page_draws_nothing_while_its_browser_paints_but_what_a_click_changed(session: Session, answered) -> None:
    app = Workbench(session)
    session.play()
    beat_until(app, Status.DONE)
    app._echo = answered
    answered.send()
    app._turned = True
    app.beat()
    assert app._turned and answered.sent == 1
    session.reset()
    beat_until(app, session.job.latest.status)
    assert answered.sent > 1


def beat_until(app: Workbench, status: Status) -> None:
    end = time.perf_counter() + PATIENCE
    while app._frame is None or app._frame.status is not status:
        assert time.perf_counter() < end
        app.beat()
        time.sleep(0.02)
