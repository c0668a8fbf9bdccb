"""A file read beside the loop of the page: what came is told in its thread, and nobody waits for ever."""

import threading
import time

from tests.patience import PATIENCE
from workbench.app.toolkit.file_reading import FileReading
from workbench.refusal import Refusal


def taken_in(reading: FileReading) -> None:
    end = time.perf_counter() + PATIENCE
    while not reading.idle:
        assert time.perf_counter() < end, "not read in time"
        reading.tick()


def test_what_takes_too_long_is_a_sentence_and_the_next_file_is_read():
    now, said, told, stuck = [0.0], list[str](), list[int](), threading.Event()
    reading = FileReading(said.append, clock=lambda: now[0])
    reading.begin(stuck.wait, told.append)
    reading.tick()
    assert not reading.idle and not said
    now[0] = 31
    reading.tick()
    assert reading.idle and "within 30 s" in said[0]
    reading.begin(lambda: 5, told.append)
    taken_in(reading)
    assert told == [5], "another thread reads it"
    stuck.set()
    reading.tick()
    assert told == [5], "what was given up is not told of"


def test_a_thread_that_hangs_does_not_hold_up_the_end_of_the_process():
    reading, stuck, others = FileReading(lambda said: None), threading.Event(), set(threading.enumerate())
    reading.begin(stuck.wait, lambda found: None)
    (thread,) = (each for each in set(threading.enumerate()) - others if each.name == "reading of a page")
    assert thread.daemon
    stuck.set()
    thread.join(10)


def test_a_refusal_is_heard_the_newest_wish_counts_and_what_is_forgotten_is_not_told():
    said, told, stuck = list[str](), list[int](), threading.Event()
    reading = FileReading(said.append)

    def refused() -> int:
        raise Refusal("a file", "none", "choose one")

    reading.begin(refused, told.append)
    taken_in(reading)
    assert said == ["wanted a file, got none: choose one"]
    reading.begin(lambda: int(stuck.wait(10)), told.append)
    reading.begin(lambda: 5, told.append)
    taken_in(reading)
    assert told == [5]
    reading.begin(lambda: 6, told.append)
    reading.forget()
    reading.tick()
    assert told == [5]
    stuck.set()
