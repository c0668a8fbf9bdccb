"""A small experiment, its session, and frames made by hand."""

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.patience import PATIENCE
from workbench import jobs
from workbench.app.run.files import Upload
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Status, recorder
from workbench.live.frames import Frame
from workbench.live.session import Session
from workbench.refusal import Refusal


@pytest.fixture(autouse=True)
def _whole_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a busy machine leaves out of a curve is tested in test_jobs.py, without its clock."""
    monkeypatch.setattr(recorder, "ALLOWANCE", math.inf)


@pytest.fixture
def small() -> Experiment:
    return Experiment(truth=Shipped("shepp_logan", 32), steps=20).fitted((1, 32, 32))


@pytest.fixture
def session(small: Experiment) -> Iterator[Session]:
    made = Session(small)
    yield made
    made.close()


@pytest.fixture(scope="session", autouse=True)
def _no_job_outlives_the_tests() -> Iterator[None]:
    yield
    jobs.close_all()


def opened_file(session: Session, name: str, content: bytes, **given: Any) -> str:
    """A person's file as the truth; the sentence why not."""
    try:
        return session.open_file(name, session.files.signal(name, content, **given))
    except Refusal as sentence:
        return str(sentence)


def opened_run(session: Session, name: str, content: bytes) -> str:
    """A person's saved run, shown; the sentence why not."""
    try:
        return session.show(session.files.run(name, content))
    except Refusal as sentence:
        return str(sentence)


def read(upload: Upload) -> None:
    """Wait until the file of a page is read, and taken in as by a beat."""
    end = time.perf_counter() + PATIENCE
    while not upload.idle:
        assert time.perf_counter() < end, "not read in time"
        time.sleep(0.002)
        upload.tick()


def frame(**given: object) -> Frame:
    """A frame of a run at iteration 3, with some fields given."""
    image = np.linspace(0, 1, 32 * 32, dtype=np.float32).reshape(32, 32)
    curves = {n: np.array([4.0, 3.0, 2.0, 1.0]) for n in ("objective", "misfit", "prior", "psnr", "step_size")}
    plain = {
        "version": 1, "k": 3, "steps": 20, "status": Status.RUNNING, "message": "", "rate": 12.0, "remaining": 1.4,
        "image": image, "error": image - 0.5, "ks": np.arange(4), "seconds": np.arange(4) / 10, "curves": curves,
        "marks": (), "proofs": {"k": np.arange(4), "seconds": np.arange(4) / 10, "duality gap": 10.0 ** -np.arange(4)},
    }  # fmt: skip
    return Frame(**(plain | given))


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the real server is."""
    from tests.app.browsing import served

    with served() as found:
        yield found


@pytest.fixture(scope="session")
def person(chromium: Any) -> Iterator[Any]:
    """One who opens page after page in one browser."""
    made = chromium.new_context()
    yield made
    made.close()


@pytest.fixture
def page(person: Any) -> Iterator[Any]:
    from tests.app.browsing import watched_in

    with watched_in(person) as made:
        yield made
