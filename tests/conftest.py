"""Small signals on shared machines: a second thread waits longer than it helps. Triton's kernels without a GPU."""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # of kernels of notebooks, servers and commands, too; torch reads it once

import pytest
import torch

from tests.scheduling import ByPieces, turn
from workbench.kernels import warming
from workbench.kernels.examples import Draw
from workbench.parameters import outside

torch.set_num_threads(1)
if not torch.cuda.is_available():
    os.environ.setdefault("TRITON_INTERPRET", "1")  # read when Triton is first imported


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="of every test one case a member, and none that is slow")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return ByPieces(config, log) if config.getoption("dist") == "load" else None


def pytest_sessionstart(session: pytest.Session) -> None:
    """Of several processes each compiles the next kernel that none has begun, for all: else each does what it meets."""
    if hasattr(session.config, "workerinput"):
        shared = Path(session.config.option.basetemp).parent
        for number, example in enumerate(warming.EXAMPLES):
            with contextlib.suppress(FileExistsError):
                (shared / f"kernel {number}").touch(exist_ok=False)
                for dtype in example.dtypes:
                    example(*example.arguments(Draw(warming.SIZE, dtype, "cpu")))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        quick = one_a_member([item for item in items if not item.get_closest_marker("slow")])
        config.hook.pytest_deselected(items=list(set(items) - set(quick)))
        items[:] = quick
    items.sort(key=lambda item: turn(item.nodeid))


def one_a_member(items: list[pytest.Item]) -> list[pytest.Item]:
    """The first case of every test and of the word that its name begins with: a class of the catalogue, or a kind."""
    first: dict[tuple[str, str], pytest.Item] = {}
    for item in items:
        test, _, case = item.nodeid.partition("[")
        word = re.match(r"[A-Za-z_]*", case)
        first.setdefault((test, word.group() if word else ""), item)
    return list(first.values())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One for all: two drivers of browsers in one process are refused."""
    from tests.app.browsing import launched

    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def one_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A JupyterLab for all tests: it takes seconds to start."""
    from tests.jupyter import serving

    with serving(tmp_path_factory.mktemp("lab")) as made:
        yield made


@pytest.fixture
def lab(one_lab: Any) -> Iterator[Any]:
    """The same, whose kernels end with the test: each has torch in it."""
    yield one_lab
    one_lab.end_kernels()


@pytest.fixture(autouse=True)
def what_a_test_loads_leaves_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Classes of a file that a test loads are in no catalogue of the tests after it."""
    monkeypatch.setattr(outside, "_LOADED", {})
