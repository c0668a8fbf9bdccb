"""Sweeps without processes of their own, each of which imports everything anew: 9 s of processor a sweep."""

import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext

import pytest

from workbench.sweeps import engine


@contextmanager
def in_this_process() -> Iterator[None]:
    """The cells of sweeps are packed, run and kept as ever; `tests/test_sweeps.py` has them run by processes."""
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as executor:
        patch.setattr(engine, "_executor", lambda *_: nullcontext(engine._Crew(executor, 1, pickle.dumps)))
        yield
