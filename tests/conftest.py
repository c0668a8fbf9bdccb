"""Small signals on shared machines: a second thread waits longer than it helps. Triton's kernels without a GPU."""

import os

import pytest
import torch

from workbench.parameters import outside

torch.set_num_threads(1)
if not torch.cuda.is_available():
    os.environ.setdefault("TRITON_INTERPRET", "1")  # read when Triton is first imported


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The cells of a notebook go to one process."""
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.xdist_group(item.path.name))


@pytest.fixture(autouse=True)
def what_a_test_loads_leaves_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Classes of a file that a test loads are in no catalogue of the tests after it."""
    monkeypatch.setattr(outside, "_LOADED", {})
