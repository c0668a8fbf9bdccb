"""A class that arrives within twenty seconds: when each sees a page, how long clicks wait while some runs go on.

`python -m benchmarks.classroom --visitors 60 --running 12 --workers 2`: the server is `workbench serve` in processes of
its own. Visitors speak its protocol without drawing: each asks for the page, opens its line, says that it is ready, and
has arrived when the first picture has come. `running` of them start runs without end, the others see the default run.
When all are there, one of the former clicks every quarter of a second, and is answered when its buttons change. Goals:
every page within 30 s, clicks within 1 s, at the median 0.3 s.
"""

import asyncio
import json
import random
import re
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from benchmarks.common import arguments, publish, table

ARRIVE, CLICKING, BETWEEN, PATIENCE = 20.0, 20.0, 0.25, 120.0  # seconds
READY = {"type": "event", "name": "document_ready", "values": {"type": "map"}}
HEAD = ("", "median", "worst", "goal")


@dataclass
class Pupil:
    """A browser that does not draw."""

    url: str
    number: int
    query: str
    line: WebSocketClientConnection | None = None
    pause: dict[str, str] = field(default_factory=dict)
    arrived: float = float("nan")
    waits: list[float] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def come(self) -> None:
        """Until a picture is there, and then for as long as the line is open."""
        begin = time.perf_counter()
        page = await AsyncHTTPClient().fetch(f"{self.url}/{self.query}", request_timeout=PATIENCE)
        found = re.search(r'"token":"([^"]+)"', page.body.decode())
        if found is None:
            raise RuntimeError("the server sent no page: is there room for all?")
        address, own = f"ws{self.url.removeprefix('http')}/ws", {"Origin": self.url}
        self.line = await websocket_connect(
            HTTPRequest(address, headers=own, connect_timeout=PATIENCE, request_timeout=PATIENCE),
            subprotocols=["bokeh", found.group(1)],
            max_message_size=2**28,
        )
        await self._message()
        await self._send("PULL-DOC-REQ", {})
        while (given := await self._message())[0] != "PULL-DOC-REPLY":
            pass
        self._find(given[1])
        await self._event(READY)
        while True:
            kind, content, large = await self._message()
            if kind == "PATCH-DOC" and large and self.arrived != self.arrived:
                self.arrived = time.perf_counter() - begin
            if f'"id":"{self.pause["data"]}"' in content and '"disabled"' in content:
                self.changed.set()

    async def click(self, name: str) -> None:
        """Click, and wait until Pause has changed."""
        self.changed.clear()
        begin = time.perf_counter()
        await self._event({
            "type": "event",
            "name": "dom_event",
            "values": {
                "type": "map",
                "entries": [
                    ["model", {"id": self.pause[name]}],
                    ["node", "click"],
                    ["data", {"type": "map", "entries": []}],
                ],
            },
        })  # fmt: skip
        await asyncio.wait_for(self.changed.wait(), PATIENCE)
        self.waits.append(time.perf_counter() - begin)

    def _find(self, document: str) -> None:
        """The buttons by their labels."""
        for name in ("Pause", "Play"):
            at = document.index(f'"label":"{name}"')
            button = list(re.finditer(r'"id":"(p\d+)","attributes":\{"name":"Button"', document[:at]))[-1]
            self.pause[name] = button.group(1)
            if name == "Pause":
                self.pause["data"] = re.findall(r'"name":"Button\d*","id":"(p\d+)"', document[:at])[-1]

    async def _event(self, event: dict[str, Any]) -> None:
        message = {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": event}
        await self._send("PATCH-DOC", {"events": [message]})

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        assert self.line
        for part in ({"msgid": f"{self.number}-{time.perf_counter_ns()}", "msgtype": kind}, {}, content):
            await self.line.write_message(json.dumps(part))

    async def _message(self) -> tuple[str, str, bool]:
        """What it is, its JSON, and whether pictures came with it."""
        head, _, content = json.loads(await self._part()), await self._part(), await self._part()
        for _ in range(2 * head.get("num_buffers", 0)):
            await self._part()
        return head["msgtype"], str(content), head.get("num_buffers", 0) > 0

    async def _part(self) -> str | bytes:
        assert self.line
        part = await self.line.read_message()
        if part is None:
            raise ConnectionError(f"the line of visitor {self.number} was closed: {self.line.close_reason}")
        return part


async def lesson(url: str, visitors: int, running: int) -> tuple[list[float], list[float]]:
    """When each saw a picture, and how long each click waited."""
    AsyncHTTPClient.configure(None, max_clients=visitors, defaults={"connect_timeout": PATIENCE})
    pupils = [Pupil(url, n, "?steps=1000000" if n < running else "") for n in range(visitors)]
    lines = list[asyncio.Task[None]]()
    for pupil in pupils:
        lines.append(asyncio.create_task(pupil.come()))
        await asyncio.sleep(ARRIVE / visitors)
    end = time.perf_counter() + PATIENCE
    while any(p.arrived != p.arrived for p in pupils) and time.perf_counter() < end:
        for line in lines:
            if line.done():
                line.result()  # a visitor who could not come is told of
        await asyncio.sleep(0.1)
    choice, playing, clicks = random.Random(0), dict.fromkeys(range(running), True), list[asyncio.Task[None]]()
    end = time.perf_counter() + CLICKING
    while time.perf_counter() < end:
        waiting = {int(click.get_name()) for click in clicks if not click.done()}
        if free := [n for n in range(running) if n not in waiting]:
            n = choice.choice(free)
            clicks.append(asyncio.create_task(pupils[n].click("Pause" if playing[n] else "Play"), name=str(n)))
            playing[n] = not playing[n]
        await asyncio.sleep(BETWEEN)
    await asyncio.gather(*clicks)
    for line in lines:
        line.cancel()
    return [p.arrived for p in pupils], [w for p in pupils for w in p.waits]


def measure(visitors: int, running: int, workers: int) -> None:
    with socket.create_server(("localhost", 0)) as probe:
        port = probe.getsockname()[1]
    own = ["--workers", str(workers)] if workers > 1 else []
    command = [sys.executable, "-m", "workbench", "serve", "--port", str(port), "--max-visitors", str(visitors), *own]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        while f":{port}" not in server.stdout.readline():
            pass
        arrivals, waits = asyncio.run(lesson(f"http://localhost:{port}", visitors, running))
        tree = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
        memory = sum(process.memory_info().rss for process in tree) / 2**20
    finally:
        server.terminate()
        server.wait(PATIENCE)
    found = {"first picture, s": arrivals, "click answered, s": waits}
    goals = {"first picture, s": "30 (worst)", "click answered, s": "0.3 (median), 1 (worst)"}
    rows = [(n, f"{statistics.median(v):.2f}", f"{max(v):.2f}", goals[n]) for n, v in found.items()]
    note = (
        f"{visitors} visitors within {ARRIVE:.0f} s, {running} runs going on; {workers} worker processes, {memory:.0f} "
        f"MiB in all; {len(waits)} clicks. Visitors on the same cores, not drawing."
    )
    publish(f"classroom_{workers}", {"MiB": memory} | found, note, table(HEAD, rows))


def main() -> None:
    given = arguments(__doc__, repetitions=1, visitors=60, running=12, workers=1)
    measure(given.visitors, given.running, given.workers)


if __name__ == "__main__":
    main()
