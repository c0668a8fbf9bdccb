"""Several processes behind one address: each page stays with its own, and one that ends takes no other with it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import psutil
import pytest
from bokeh.util.token import generate_jwt_token, get_session_id

from tests.app.browsing import PATIENCE, SMALL, free_port, opened, playwright, typed, until, watched
from workbench.app.serving.dispatcher import _wanted
from workbench.app.serving.server_numbers import ServerNumbers, of_workers
from workbench.cli import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="connections are not handed over there")


class Served(NamedTuple):
    port: int
    front: psutil.Process

    def asked(self, path: str, method: str = "GET") -> tuple[int, str]:
        line = http.client.HTTPConnection("localhost", self.port, timeout=PATIENCE)
        line.request(method, path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()

    def page(self) -> str:
        """The session of a new page."""
        found = re.search(r'"token":"([^"]+)"', self.asked(f"/?{SMALL}")[1])
        assert found
        return str(get_session_id(found.group(1)))

    def kept(self, session: str) -> str:
        return self.asked(f"/kept?id={session}")[1]

    def visitors(self) -> list[float]:
        """By process."""
        return self._numbers("workbench_visitors")

    def workers(self) -> list[psutil.Process]:
        """Those that serve, in the same order."""
        found = [p for p in self.front.children() if "spawn_main" in " ".join(p.cmdline())]
        begun = self._numbers("process_start_time_seconds")
        return [min(found, key=lambda p: abs(p.create_time() - at)) for at in begun]

    def _numbers(self, name: str) -> list[float]:
        return [float(n) for n in re.findall(rf"^{name}\{{.*\}} (.*)$", self.asked("/metrics")[1], re.M)]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    port = free_port()
    command = [sys.executable, "-m", "workbench", "serve", "--port", str(port), "--workers", "2", "--max-visitors", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = [process.stdout.readline(), process.stdout.readline()]
        assert str(port) in lines[1], lines
        made = Served(port, psutil.Process(process.pid))
        workers = made.workers()
        yield made
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    psutil.wait_procs(workers, PATIENCE)
    assert not any(worker.is_running() for worker in workers)


def test_visitors_are_shared_and_each_page_is_found_again(served):
    pages = [served.page() for _ in range(4)]
    assert served.visitors() == [2.0, 2.0]
    assert [served.kept(page) for page in pages] == ["here"] * 4
    for page in pages[:2]:
        served.asked(f"/kept?id={page}", "POST")
    until_true(lambda: sum(served.visitors()) == 2)
    assert [served.kept(page) for page in pages] == ["gone"] * 2 + ["here"] * 2
    for page in pages[2:]:
        served.asked(f"/kept?id={page}", "POST")
    until_true(lambda: sum(served.visitors()) == 0)


def test_every_answer_forbids_foreign_frames(served):
    for path in ("/healthz", "/metrics", "/kept?id=nobody"):
        with urllib.request.urlopen(f"http://localhost:{served.port}{path}", timeout=PATIENCE) as answer:
            assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"], path


def test_a_process_that_is_killed_takes_no_other_page_with_it_and_is_begun_anew(served):
    pages = [served.page(), served.page()]
    assert served.visitors() == [1.0, 1.0]
    before = served.workers()
    os.kill(before[0].pid, signal.SIGKILL)
    until_true(lambda: sorted(served.kept(page) for page in pages) == ["here", "lost"])
    until_true(lambda: served.asked("/healthz") == (200, json.dumps({"status": "ok"})))
    assert before[1] in served.workers() and before[0] not in served.workers()
    until_true(lambda: sorted(served.visitors()) == [0.0, 1.0])
    for page in pages:
        served.asked(f"/kept?id={page}", "POST")
    until_true(lambda: sum(served.visitors()) == 0)


@pytest.mark.browser
def test_a_browser_begins_anew_with_its_settings_where_its_process_has_ended(chromium, served):
    with watched(chromium, expected="WebSocket|ERR_|fetch|not connected") as page:
        opened(page, f"http://localhost:{served.port}/")
        typed(page, "weight", "3")
        until(page, lambda: "prior.weight=3" in page.url)
        with page.expect_navigation():
            os.kill(served.workers()[served.visitors().index(1.0)].pid, signal.SIGKILL)
        playwright.expect(page.get_by_role("button", name="Pause", exact=True)).to_be_enabled()
        playwright.expect(page.get_by_role("textbox", name="weight, typed")).to_have_value("3")


def until_true(condition) -> None:
    """Ask again until it holds: processes end and begin in their own time."""
    for _ in range(10 * PATIENCE):
        with suppress(ConnectionError):  # of a process that has just ended
            if condition():
                return
        time.sleep(0.1)
    raise AssertionError("it did not come true in time")


def test_a_request_says_whose_page_it_is_for():
    token = generate_jwt_token("abc")
    socket = f"GET /ws HTTP/1.1\r\nHost: a\r\nSec-WebSocket-Protocol: bokeh, {token}\r\n\r\n"
    assert _wanted(socket.encode()) == ("/ws", "abc")
    assert _wanted(b"GET /?bokeh-session-id=abc&steps=3 HTTP/1.1\r\nHost: a\r\n\r\n") == ("/", "abc")
    assert _wanted(b"POST /kept?id=abc HTTP/1.1\r\n\r\n") == ("/kept", "abc")
    assert _wanted(b"GET /static/x.js?v=1 HTTP/1.1\r\n\r\n") == ("/static/x.js", "")
    for odd in (b"", b"\x00\xff", b"GET", b"GET //[ HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nSec-WebSocket-Protocol: x"):
        assert _wanted(odd)[1] == ""


def test_the_numbers_of_processes_are_one_text():
    texts = []
    for inside in (2, 3):
        numbers = ServerNumbers()
        numbers.count_inside(lambda inside=inside: inside)
        numbers.refused.inc(inside)
        texts.append(numbers.text().decode())
    whole = of_workers(texts).decode()
    assert whole.count("# TYPE workbench_visitors gauge") == 1
    assert 'workbench_visitors{worker="0"} 2.0' in whole and 'workbench_visitors{worker="1"} 3.0' in whole
    assert 'workbench_refused_total{worker="1"} 3.0' in whole


def test_a_number_of_processes_that_makes_no_sense_is_refused(capsys):
    assert main(["serve", "--workers", "0", "--port", str(free_port())]) != 0
    assert "worker processes" in capsys.readouterr().err
    assert main(["serve", "--workers", "4", "--max-visitors", "3", "--port", str(free_port())]) != 0
    assert "from 1 to 3 worker processes" in capsys.readouterr().err
