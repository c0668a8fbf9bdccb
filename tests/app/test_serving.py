"""A page for many people: who comes in, what one may take, what a machine is told, what a browser may do."""

import asyncio
import http.client
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urljoin

import panel as pn
import pytest
from panel.io.server import Server
from tornado.httpclient import HTTPError, HTTPRequest
from tornado.ioloop import IOLoop
from tornado.websocket import websocket_connect

from tests.app.browsing import free_port
from tests.patience import PATIENCE
from workbench import jobs, memory
from workbench.app.page.server import page_server
from workbench.app.serving import serve as serving_module
from workbench.app.serving.admission import Admission, read_passwords
from workbench.app.serving.door import Door
from workbench.app.serving.log import end_log, write_log
from workbench.app.serving.options import Serving
from workbench.app.serving.server_numbers import ServerNumbers
from workbench.cli import main
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.jobs import Allowance
from workbench.live.caps import Caps
from workbench.live.session import Session
from workbench.refusal import Refusal


@contextmanager
def running(made: Callable[[int], Server] | None = None, **options: object) -> Iterator[int]:
    """A server in a thread of its own, without warming up, or the one that is made for a port; the port."""
    port, ready, held = free_port(), threading.Event(), []

    def run() -> None:
        asyncio.set_event_loop(asyncio.new_event_loop())
        serving = Serving(port=port, **options)
        server = made(port) if made else serving_module.server_of(serving)
        held.append(server)
        server.start()
        server.io_loop.add_callback(ready.set)
        server.io_loop.start()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(30)
    yield port
    loop: IOLoop = held[0].io_loop
    loop.add_callback(loop.stop)
    thread.join(30)


def asked(port: int, path: str, body: str | None = None, **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer; no redirection is followed."""
    line = http.client.HTTPConnection("localhost", port, timeout=PATIENCE)
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    line.request("GET" if body is None else "POST", path, body, headers)
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def there(headers: dict[str, str]) -> str:
    """Where a redirection of the page at / leads."""
    return urljoin("/", headers["location"])


def test_machines_are_told_whether_it_lives_and_its_numbers():
    with running() as port:
        status, _, text = asked(port, "/healthz")
        assert (status, json.loads(text)) == (200, {"status": "ok"})
        assert "text/plain" in asked(port, "/metrics")[1]["content-type"]
        assert asked(port, "/")[0] == 200
        numbers = asked(port, "/metrics")[2]
    assert "workbench_visitors 1.0" in numbers and "workbench_page_seconds_count 1.0" in numbers
    assert 'workbench_runs{runner="cpu",status="paused"}' in numbers and "process_resident_memory_bytes" in numbers


def test_a_thread_that_an_error_has_ended_is_no_health(monkeypatch):
    monkeypatch.setattr(jobs, "alive", lambda: False)
    with running() as port:
        status, _, text = asked(port, "/healthz")
    assert (status, json.loads(text)["status"]) == (503, "stopped")


def test_a_runner_whose_thread_was_ended_by_an_error_is_not_alive(monkeypatch):
    runner = jobs.Runner("broken")
    assert runner.alive
    monkeypatch.setattr(threading, "excepthook", lambda given: None)
    monkeypatch.setattr(runner, "_turns", lambda: 1 / 0)
    runner._notify()
    runner._thread.join(10)
    assert not runner.alive
    resting = jobs.Runner("resting")
    resting.rest()
    assert resting.alive, "who has nothing to do is no failure"


def test_no_foreign_site_may_frame_a_page_or_be_asked_by_it():
    with running(frames=("https://course.example.org",)) as port:
        rules = asked(port, "/healthz")[1]["content-security-policy"].split("; ")
        odd = asked(port, "/healthz", Host="a;script-src *")[1]
    assert "frame-ancestors 'self' https://course.example.org" in rules and "default-src 'self'" in rules
    assert f"connect-src 'self' blob: ws://localhost:{port} wss://localhost:{port}" in rules
    assert "script-src *" not in odd.get("content-security-policy", "")


def test_every_front_end_may_frame_the_page_of_a_kernel():
    with running(lambda port: page_server(lambda: pn.pane.Str("a"), port, "localhost", (f"localhost:{port}",))) as port:
        rules = asked(port, "/kept?id=nobody")[1]["content-security-policy"]
    assert "default-src 'self'" in rules and "frame-ancestors" not in rules


def test_who_has_no_password_sees_a_form_and_nothing_else(tmp_path):
    (tmp_path / "class.txt").write_text("# the course\nada:count:ess\n\ngrace:hopper\n")
    entry = Admission(read_passwords(tmp_path / "class.txt"))
    with running(entry=entry) as port:
        status, headers, _ = asked(port, "/?truth=coins")
        assert (status, there(headers)) == (302, "/login?next=%2F%3Ftruth%3Dcoins")
        status, _, form = asked(port, there(headers))
        assert status == 200 and 'type="password"' in form and 'value="/?truth=coins"' in form
        status, headers, form = asked(port, "/login", urlencode({"name": "ada", "password": "count"}))
        assert status == 403 and "do not" in form and "set-cookie" not in headers
        assert asked(port, "/login", urlencode({"name": "nobody", "password": ""}))[0] == 403
        right = urlencode({"name": "ada", "password": "count:ess", "next": "https://evil.example/?truth=coins"})
        status, headers, _ = asked(port, "/login", right)
        assert (status, there(headers)) == (302, "/?truth=coins"), "no address leads elsewhere"
        cookie = headers["set-cookie"].partition(";")[0]
        assert "HttpOnly" in headers["set-cookie"] and asked(port, "/", Cookie=cookie)[0] == 200
        for forged in (
            "workbench_name=616461.00",
            "workbench_name=zz",
            f"{cookie[:-1]}{'0' if cookie[-1] != '0' else '1'}",
        ):
            assert asked(port, "/", Cookie=forged)[0] == 302
        assert not websocket_opens(port), "the line that a page lives on asks, too"
        assert asked(port, "/healthz")[0] == 200
        assert "workbench_visitors 1.0" in asked(port, "/metrics")[2]


def test_who_comes_past_the_proxy_is_refused():
    with running(entry=Admission(header="X-Remote-User")) as port:
        status, headers, _ = asked(port, "/")
        assert status == 302 and "proxy" in asked(port, there(headers))[2]
        assert asked(port, there(headers))[0] == 403
        assert asked(port, "/", **{"X-Remote-User": "ada"})[0] == 200
        assert not websocket_opens(port)


def websocket_opens(port: int) -> bool:
    """Whether a program gets a line to a page, as one that knows Bokeh's protocol would."""
    from bokeh.util.token import generate_jwt_token, generate_session_id

    async def tried() -> bool:
        token = generate_jwt_token(generate_session_id())
        line = await websocket_connect(HTTPRequest(f"ws://localhost:{port}/ws"), subprotocols=["bokeh", token])
        return await line.read_message() is not None

    try:
        return asyncio.run(asyncio.wait_for(tried(), 20))
    except HTTPError as error:
        assert error.code in (302, 403), error
        return False


def test_a_line_opens_where_nobody_has_to_say_who_they_are():
    with running() as port:
        assert websocket_opens(port)


@pytest.mark.parametrize("text", ["", "ada\n", "ada:\n", ":secret\n", "ada:one\nada:two\n"])
def test_a_file_of_passwords_is_read_or_refused_in_a_sentence(tmp_path, text):
    (tmp_path / "class.txt").write_text(text)
    with pytest.raises(Refusal, match="name:password"):
        read_passwords(tmp_path / "class.txt")


def test_there_is_room_for_so_many_and_a_line_in_the_log_for_each(tmp_path):
    tally, came = ServerNumbers(), []
    write_log(str(tmp_path / "visits.jsonl"))
    try:
        door = Door(lambda: came.append(1), 1, tally)
        door.page()
        assert "1 people" in door.page().main[0].objects[0].object
    finally:
        end_log()
    assert len(came) == 1 and tally.refused._value.get() == 1 and b"workbench_visitors 1.0" in tally.text()
    lines = [json.loads(line) for line in (tmp_path / "visits.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["came", "refused"] and lines[0]["seconds"] >= 0


def test_a_signal_beyond_the_cap_is_refused_and_all_goes_on(small):
    caps = Caps(pixels=32 * 32)
    session = Session(small, caps=caps)
    assert "1,024 pixels" in session.set("truth.size", 64) and session.experiment.source.size == 32
    session.close()
    with pytest.raises(Refusal, match="4,096"):
        Session(Experiment(truth=Shipped("shepp_logan", 64), steps=20).fitted((1, 64, 64)), caps=caps)
    with pytest.raises(Refusal, match="pixels"):
        Serving(caps=caps).require()


def test_where_memory_is_taken_nobody_comes_in_and_no_larger_signal_is_taken(small, monkeypatch):
    assert sys.platform != "linux" or memory.held() > 2**27, "torch alone holds more"
    monkeypatch.setattr(memory, "held", lambda: 2**30)
    session = Session(small, caps=Caps(memory=2**30 + 2**20))
    assert "come back when others have left" in session.set("truth.size", 128)
    assert session.experiment.source.size == 32
    session.close()
    tally, made = ServerNumbers(), []
    door = Door(lambda: made.append(1), 5, tally, spare=Caps(memory=2**30 + 2**20).spare)
    assert "memory of this server" in door.page().main[0].objects[0].object
    assert not made and tally.refused._value.get() == 1


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("localhost", 70_000, "a port of 0 to 65535, got 70000"),
        ("localhost", -1, "a port of 0 to 65535, got -1"),
        ("203.0.113.9", 0, r"an address to serve at, got 203\.0\.113\.9:0 "),  # kept for documents: no machine has it
    ],
)
def test_an_address_that_cannot_be_served_at_is_a_sentence(host, port, sentence):
    with pytest.raises(Refusal, match=sentence):
        serving_module.require(Serving(port, host))


@pytest.mark.parametrize(
    ("allowance", "words"), [(Allowance(steps=5), "5 iterations"), (Allowance(seconds=1e-9), "s of work")]
)
def test_a_run_ends_where_it_has_taken_what_one_may(small, allowance, words):
    problem = small.problem()
    job = jobs.Job(problem, small.algorithm, (), small.steps, 0)
    job.allow(allowance)
    for _ in range(2):  # played on it ends again
        job.play()
        job.obey()
        while job.due(0.0) is not None:
            job.run_slice()
        assert job.latest.status is jobs.Status.DONE and words in job.latest.message
        assert job.latest.k <= 5


def test_a_session_gives_its_runs_what_one_may_take(small, monkeypatch):
    given = []
    monkeypatch.setattr(jobs.Job, "allow", lambda job, allowance: given.append(allowance))
    session = Session(small, caps=Caps(run=Allowance(steps=7)))
    session.reset()
    assert given == [Allowance(steps=7)] * 2
    session.close()


@pytest.mark.parametrize(
    "line",
    [
        ("--max-visitors", "0"),
        ("--max-steps", "0"),
        ("--max-seconds", "-1"),
        ("--max-pixels", "100"),
        ("--max-memory", "0.1"),
        ("--auth", "none.txt"),
    ],
)
def test_limits_that_leave_nothing_are_refused(line, capsys):
    assert main(["serve", *line]) == 2
    assert capsys.readouterr().err.startswith("workbench: wanted ")
