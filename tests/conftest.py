"""Small signals on shared machines: a second thread waits longer than it helps. Triton's kernels without a GPU."""

import os
import re
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # of kernels of notebooks, servers and commands, too; torch reads it once

import pytest
import torch

from workbench.parameters import outside

torch.set_num_threads(1)
if not torch.cuda.is_available():
    os.environ.setdefault("TRITON_INTERPRET", "1")  # read when Triton is first imported


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="of every test one case a member, and none that is slow")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Side by side test by test, but all cells of a notebook in one process.

    Not by groups: with pytest 9.2, pytest-xdist 3.8 forgets them without a word.
    """
    from xdist.scheduler.loadscope import LoadScopeScheduling

    class NotebooksTogether(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return path if path.endswith(".ipynb") else nodeid

    return NotebooksTogether(config, log) if config.getoption("dist") == "load" else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--quick"):
        quick = one_a_member([item for item in items if not item.get_closest_marker("slow")])
        config.hook.pytest_deselected(items=list(set(items) - set(quick)))
        items[:] = quick


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


@pytest.fixture(autouse=True)
def what_a_test_loads_leaves_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Classes of a file that a test loads are in no catalogue of the tests after it."""
    monkeypatch.setattr(outside, "_LOADED", {})
