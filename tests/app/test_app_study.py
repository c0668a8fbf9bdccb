"""What is computed beside the run: when it begins anew, what stays of it, what waits, and what a refused wish says."""

import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from tests.patience import PATIENCE
from workbench.jobs import Status
from workbench.live.study import DEBOUNCE, Studies, Study
from workbench.refusal import Refusal


class Squares(Studies):
    """The squares of `number`, `number` + 1, ..., `most` of them, on a clock that is given."""

    def __init__(self, most: int = 1, stays: bool = False) -> None:
        self.number, self.most, self.now = 2, most, 0.0
        self.study: Study[int] = Study(lambda: "cpu", self._make, lambda: self.number, stays, lambda: self.now)
        super().__init__(self.study)

    def set(self, path: str, value: Any) -> None:
        number = self.grant(lambda: whole(value))
        if number is not None:
            self.number = number

    def _make(self) -> Callable[[], Iterator[int]] | None:
        first, most = self.number, self.most
        return (lambda: (n * n for n in range(first, first + most))) if first else None


def whole(value: Any) -> int:
    if not isinstance(value, int):
        raise Refusal("a whole number", str(value), "type one")
    return value


def wait(ready: Callable[[], bool]) -> None:
    end = time.perf_counter() + PATIENCE
    while not ready():
        assert time.perf_counter() < end
        time.sleep(0.002)


def done(squares: Squares) -> int | None:
    wait(lambda: squares.study.status is Status.DONE)
    squares.tick()
    return squares.study.result


@pytest.mark.parametrize("stays", [False, True])
def test_another_key_begins_anew_once_it_has_rested(stays: bool) -> None:
    squares = Squares(stays=stays)
    squares.number = 3
    squares.tick()
    squares.now += 2 * DEBOUNCE
    squares.tick()
    assert not squares.study.begun, "what nobody began does not begin by itself"
    squares.study.start()
    assert done(squares) == 9
    squares.number = 4
    assert squares.tick(), "what is shown of the old key may look otherwise"
    squares.now += 0.9 * DEBOUNCE
    squares.number = 5
    squares.tick()
    squares.now += 0.9 * DEBOUNCE
    assert not squares.tick()
    assert squares.study.result == 9, "a hand that moves on is waited for"
    squares.now += 0.2 * DEBOUNCE
    squares.study.tick()
    assert squares.study.result in ((9, 25) if stays else (None, 25))
    assert done(squares) == 25
    assert not squares.tick(), "there is nothing new"


def test_what_is_touched_begins_anew_later_and_again_means_at_once() -> None:
    squares = Squares()
    squares.study.touch()
    squares.study.again()
    assert not squares.study.begun
    squares.study.start()
    assert done(squares) == 4
    squares.most = 3
    squares.study.touch()
    squares.tick()
    assert squares.study.result == 4
    squares.now += 2 * DEBOUNCE
    squares.tick()
    assert done(squares) == 16
    squares.most = 1
    squares.study.again()
    assert squares.study.result is None
    assert done(squares) == 4
    squares.number = 0
    squares.study.start()
    assert not squares.study.begun and squares.study.result is None and squares.study.idle


def test_a_study_pauses_waits_out_of_sight_and_ends() -> None:
    endless: Study[int] = Study(lambda: "cpu", lambda: lambda: (n for n in count() if not time.sleep(1e-4)))
    endless.start()
    endless.toggle()
    wait(lambda: endless.status is Status.PAUSED)
    endless.show(False)
    endless.show(True)
    assert endless.status is Status.PAUSED, "a person's own pause is kept"
    endless.toggle()
    wait(lambda: endless.latest.result is not None)
    endless.show(False)
    wait(lambda: endless.status is Status.PAUSED)
    endless.show(True)
    wait(lambda: endless.status is Status.RUNNING)
    endless.cancel()
    wait(lambda: endless.status is Status.CANCELLED)
    endless.tick()
    assert endless.result is not None and endless.idle
    endless.forget()
    assert endless.result is None and not endless.begun


def test_a_refused_wish_is_said_before_what_has_stopped_and_cleared_by_the_next() -> None:
    squares = Squares()
    squares.study.begin(lambda: whole("many"))
    wait(lambda: squares.study.status is Status.FAILED)
    assert "many" in squares.trouble() and not squares.complaint
    squares.ask("number", "few")
    assert "few" in squares.trouble(squares.study) and squares.number == 2
    squares.set("number", 5)
    assert "many" in squares.trouble() and squares.number == 5
