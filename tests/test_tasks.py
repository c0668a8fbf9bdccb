"""Analyses under a runner: pause, resume, cancel, failures in words."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.patience import PATIENCE
from workbench.jobs import BackgroundTask, Runner, Status, runners
from workbench.refusal import Refusal


@pytest.fixture
def runner() -> Iterator[Runner]:
    made = Runner("test")
    yield made
    made.close()


def wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.005)


def test_the_last_result_stays_when_all_is_done(runner):
    task = runner.submit(BackgroundTask(lambda: iter(range(5))))
    wait(lambda: task.status is Status.DONE)
    assert task.latest.result == 4
    assert task.latest.seconds > 0


def test_a_pause_holds_between_two_results_and_nothing_is_lost(runner):
    gate = threading.Event()

    def results() -> Iterator[int]:
        yield 1
        gate.wait(60)
        yield from (2, 3)

    task = runner.submit(BackgroundTask(results))
    task.pause()
    gate.set()
    wait(lambda: task.status in (Status.PAUSED, Status.DONE))
    task.play()
    wait(lambda: task.status is Status.DONE)
    assert task.latest.result == 3


def test_a_cancelled_task_keeps_what_it_found_and_leaves_the_runner(runner):
    def forever() -> Iterator[int]:
        k = 0
        while True:
            time.sleep(0.002)
            yield (k := k + 1)

    task = runner.submit(BackgroundTask(forever))
    wait(lambda: task.latest.result is not None)
    task.cancel()
    wait(lambda: task.status is Status.CANCELLED and runner.jobs == 0)
    assert task.latest.result >= 1


def test_a_refusal_is_its_sentence_and_a_bug_its_name(runner, caplog):
    def refused() -> Iterator[int]:
        raise Refusal("10 MiB", "5 MiB free", "take less")

    def broken() -> Iterator[int]:
        raise ZeroDivisionError("a bug")

    tasks = [runner.submit(BackgroundTask(make)) for make in (refused, broken)]
    wait(lambda: all(t.status is Status.FAILED for t in tasks))
    assert "take less" in tasks[0].latest.message
    assert "ZeroDivisionError" in tasks[1].latest.message
    assert "a run failed" in caplog.text


def test_the_end_of_the_process_waits_for_the_piece_of_work_under_way():
    """Python that ends beside a thread in compiled code aborts; bounds and first guesses take seconds."""
    begun, done = threading.Event(), threading.Event()

    def slow() -> Iterator[int]:
        begun.set()
        time.sleep(2.3)
        done.set()
        yield 1

    runners.runner("a device of this test").submit(BackgroundTask(slow))
    assert begun.wait(60)
    runners.close_all()
    assert done.is_set()
