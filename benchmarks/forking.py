"""Tests that are collected once, and run in processes forked off: which lines they execute, and which of them fail."""

import contextlib
import functools
import gc
import json
import os
import sys
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

QUIETLY = ("-q", "-x", "-p", "no:cacheprovider", "-p", "xdist.plugin", "--capture=sys")
OUT_OF_TIME, CRASHED = "out of time", "crashed"


def forked(work: Callable[[], Any], patience: float) -> Any:
    """What a process forked off returns, or why it returned nothing; what it started ends with it."""
    ours, theirs = Pipe(duplex=False)
    child = os.fork()
    if not child:
        os.setsid()
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        try:
            theirs.send(work())
        except Exception:
            theirs.send(f"{CRASHED}: {traceback.format_exc()}")
        finally:
            os._exit(0)
    theirs.close()
    try:
        found = ours.recv() if ours.poll(patience) else OUT_OF_TIME
    except EOFError:
        found = CRASHED
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, 9)
    os.waitpid(child, 0)
    return found


@dataclass(eq=False)
class Reports:
    """A plugin of pytest: how many tests have passed or been skipped, and what was the first failure."""

    done: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append((report.nodeid, _last(report)))
        elif report.when == "call" or report.skipped:
            self.done += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed.append((report.nodeid, _last(report)))


class Lines:
    """A plugin of pytest: which lines of some files each test executes, written as it ends.

    What a fixture of several tests executes counts for all of them; what tests remember is forgotten before each.
    """

    def __init__(self, files: dict[str, str], caches: list, into: Path) -> None:
        self.files, self.caches, self.into = files, caches, into
        self.found: defaultdict[str, set[int]] = defaultdict(set)
        self.wide: dict[str, dict[str, set[int]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.found, self.passed = defaultdict(set), True
        forget(self.caches)
        begun = time.process_time()
        _trace(self._call)
        try:
            return (yield)
        finally:
            _trace(None)
            for name in set(item.fixturenames) & set(self.wide):
                self._add(self.wide[name])
            lines = {self.files[path]: sorted(numbers) for path, numbers in self.found.items()}
            row = {"test": item.nodeid, "passed": self.passed, "seconds": time.process_time() - begun, "lines": lines}
            with self.into.open("a") as out:
                print(json.dumps(row), file=out)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef) -> Iterator[None]:
        outer, self.found = self.found, defaultdict(set)
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                self.wide[fixturedef.argname] = self.found
            inner, self.found = self.found, outer
            self._add(inner)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed &= report.passed

    def _add(self, lines: dict[str, set[int]]) -> None:
        for path, numbers in lines.items():
            self.found[path] |= numbers

    def _call(self, frame: Any, event: str, argument: Any) -> Any:
        path = frame.f_code.co_filename
        if path not in self.files:
            return None
        self.found[path].add(frame.f_lineno)
        return self._line

    def _line(self, frame: Any, event: str, argument: Any) -> Any:
        if event == "line":
            self.found[frame.f_code.co_filename].add(frame.f_lineno)
        return self._line


class Collected:
    """A plugin of pytest that collects, and hands itself to who runs tests in processes forked off."""

    def __init__(self, work: Callable[["Collected"], None]) -> None:
        self.work, self.items = work, {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if self.items:  # in a process forked off: pytest's own loop
            return None
        assert not session.testsfailed
        self.session, self.items = session, {item.nodeid: item for item in session.items}
        self.work(self)
        return True

    def run(self, tests: list[str], before: Callable[[], Any], *plugins: Any) -> Reports:
        """Runs them here, so call it in a process that is forked off."""
        before()
        reports, config = Reports(), self.session.config
        for plugin in (reports, *plugins):
            config.pluginmanager.register(plugin)
        self.session.items[:] = [self.items[test] for test in tests]
        with contextlib.suppress(self.session.Failed, self.session.Interrupted):
            config.hook.pytest_runtestloop(session=self.session)
        config.hook.pytest_sessionfinish(session=self.session, exitstatus=0)  # what fixtures started ends
        return reports


class Fresh:
    """A process that has imported nothing of ours, and forks off others that run tests from the beginning."""

    def __init__(self) -> None:
        self.ours, theirs = Pipe()
        if not os.fork():
            self.ours.close()
            with contextlib.suppress(EOFError):
                while True:
                    tests, patience = theirs.recv()
                    theirs.send(forked(functools.partial(_from_the_beginning, tests), patience))
            os._exit(0)
        theirs.close()

    def run(self, tests: list[str], patience: float) -> Any:
        """Their reports, or why there is none."""
        self.ours.send((tests, patience))
        return self.ours.recv()


def caches(inside: Path) -> list:
    """Functions of a folder that remember what they returned."""
    kind = type(functools.lru_cache(int))
    found = [each for each in gc.get_objects() if isinstance(each, kind) and hasattr(each.__wrapped__, "__code__")]
    return [each for each in found if each.__wrapped__.__code__.co_filename.startswith(str(inside))]


def forget(remembering: list) -> None:
    """As if they had not been called."""
    for each in remembering:
        each.cache_clear()


def _from_the_beginning(tests: list[str]) -> Reports:
    reports = Reports()
    pytest.main([*QUIETLY, *tests], plugins=[reports])
    return reports


def _trace(function: Any) -> None:
    threading.settrace(function)
    sys.settrace(function)


def _last(report: Any) -> str:
    return str(getattr(report.longrepr, "reprcrash", report.longrepr))[-300:]
