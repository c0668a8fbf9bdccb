"""Work on files beside the loop of the page: what came is told in its thread, and nobody waits for ever."""

import threading

from workbench.app.toolkit.errands import Errands
from workbench.refusal import Refusal


def test_what_takes_too_long_is_a_sentence_and_the_next_file_is_read():
    now, said, told = [0.0], list[str](), list[int]()
    errands, stuck = Errands(said.append, patience=30, clock=lambda: now[0]), threading.Event()
    errands.do(stuck.wait, told.append)
    assert not errands.tick() and not errands.idle
    now[0] = 31
    assert errands.tick() and errands.idle and "within 30 s" in said[0]
    errands.do(lambda: 5, told.append)
    while not errands.tick():
        pass
    assert told == [5], "another thread reads it"
    stuck.set()
    assert not errands.tick() and told == [5], "what was given up is not told of"
    errands.forget()


def test_a_refusal_is_heard_and_what_is_forgotten_is_not():
    said, told = list[str](), list[int]()
    errands = Errands(said.append)

    def refused() -> int:
        raise Refusal("a file", "none", "choose one")

    errands.do(refused, told.append)
    while not errands.tick():
        pass
    assert said == ["wanted a file, got none: choose one"]
    errands.do(lambda: 5, told.append)
    errands.forget()
    assert errands.idle and not errands.tick() and told == []
