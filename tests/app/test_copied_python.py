"""Copy as Python gives the numbers that were on the screen, bit for bit: for the first step of every lesson."""

import numpy as np
import pytest

from tests.app.test_session import reached
from workbench import lessons
from workbench.data import Shipped
from workbench.jobs import Status
from workbench.live.session import Session

STEPS, SIZE = 4, 32


@pytest.mark.parametrize("lesson", list(lessons.every()), ids=lambda lesson: lesson.name)
def test_the_python_of_a_lesson_gives_what_its_page_shows(lesson: lessons.Lesson) -> None:
    session = Session.from_address(lesson.step(1).address)
    assert not session.errors
    if isinstance(session.experiment.source, Shipped) and session.loaded.tensor.ndim == 4:
        session.set("truth.size", SIZE)  # or, where its operator wants another, as it is
    session.set("steps", STEPS)
    session.play()
    shown = reached(session, 0, Status.DONE)  # a formula has one step
    kept = session.dataset()
    space: dict = {}
    exec(session.code(), space)
    again = space["result"]
    assert np.array_equal(again["x"].values[0], kept["x"].values[0]) and shown.k == again["k"].values[-1]
    for name in ("objective", "misfit", "prior", "psnr"):
        if name in kept and name in again:
            assert np.array_equal(again[name].values[-1], kept[name].values[-1], equal_nan=True), name
    session.close()
