"""One address, several processes: connections are accepted here, and handed whole to the process that has the page."""

import asyncio
import signal
import socket
import time
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs

from bokeh.util.token import get_session_id
from prometheus_client import CONTENT_TYPE_LATEST
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from workbench.app.page.policy import policy
from workbench.app.serving.log import note
from workbench.app.serving.options import Serving
from workbench.app.serving.serve import addresses
from workbench.app.serving.server_numbers import of_workers
from workbench.app.serving.worker import HEALTH, NUMBERS
from workbench.app.serving.workers import Workers

_HEAD = 1 << 16  # bytes of the longest head of a request
_PATIENCE = 10.0  # seconds in which the head has to come
_LOOK = 0.01  # seconds between two looks at a head that is not whole yet


def serve_workers(
    prepare: Callable[[], Serving], serving: Serving, number: int, announce: Callable[[str], None]
) -> None:
    """Serve from so many processes, in each of which `prepare` says how, until a signal ends it.

    `announce` gets the address for this machine once all are ready.
    """
    asyncio.run(_served(prepare, serving, number, announce))


async def _served(
    prepare: Callable[[], Serving], serving: Serving, number: int, announce: Callable[[str], None]
) -> None:
    over = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, over.set)
    workers = Workers(prepare, serving, number)
    dispatcher = Dispatcher(workers, serving.frames)
    try:
        await _first(asyncio.create_task(workers.start()), over)
        if not over.is_set():
            listening = [
                asyncio.create_task(dispatcher.listen(s)) for s in bind_sockets(serving.port, serving.host or None)
            ]
            note("started", {"port": serving.port, "visitors": serving.visitors, "workers": number})
            announce(addresses(serving.host, serving.port)[0])
            await over.wait()
            for task in listening:
                task.cancel()
    finally:
        await workers.end()
        note("ended", {})


async def _first(started: asyncio.Task[None], over: asyncio.Event) -> None:
    """Until all have started, or a signal ends it before."""
    ended = asyncio.create_task(over.wait())
    await asyncio.wait([started, ended], return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if started.done():
        started.result()
    started.cancel()


class Dispatcher:
    """Accepts connections, reads who they are for, and hands them on; answers what is asked of all processes."""

    def __init__(self, workers: Workers, frames: Sequence[str]) -> None:
        self._workers = workers
        own = [(r"/healthz", _Health), (r"/metrics", _Numbers), (r"/kept", _Lost)]
        answers = Application([(path, handler, {"workers": workers}) for path, handler in own])
        answers.add_transform(policy(frames))
        self._own = HTTPServer(answers, no_keep_alive=True)
        self._handing = set[asyncio.Task[None]]()

    async def listen(self, ear: socket.socket) -> None:
        """Accept for as long as the server lasts."""
        with ear:
            while True:
                connection, address = await asyncio.get_running_loop().sock_accept(ear)
                task = asyncio.create_task(self._hand_on(connection, address))
                self._handing.add(task)
                task.add_done_callback(self._handing.discard)

    async def _hand_on(self, connection: socket.socket, address: tuple[str, int]) -> None:
        head = await _head(connection)
        path, session = _wanted(head)
        if path in ("/healthz", "/metrics") or (path == "/kept" and session in self._workers.lost):
            self._own.handle_stream(IOStream(connection), address)
            return
        with connection:
            if head:
                new = path == "/" and not session
                await (self._workers.of(session) or self._workers.freest()).hand(connection, new)


async def _head(connection: socket.socket) -> bytes:
    """The head of a request, which stays to be read; empty where none comes."""
    end = time.monotonic() + _PATIENCE
    while (left := end - time.monotonic()) > 0:
        try:
            await asyncio.wait_for(_readable(connection), left)
            found = connection.recv(_HEAD, socket.MSG_PEEK)
        except (TimeoutError, ConnectionError):
            break
        if b"\r\n\r\n" in found or len(found) in (0, _HEAD):
            return found
        await asyncio.sleep(_LOOK)
    return b""


async def _readable(connection: socket.socket) -> None:
    """Until something is there to be read, or the end."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(connection, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(connection)


def _wanted(head: bytes) -> tuple[str, str]:
    """The path, and the session that a request is for, by its token or its query; what is none is empty."""
    first, *lines = head.decode("latin-1").split("\r\n")
    path, _, query = "".join(first.split(" ")[1:2]).partition("?")
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "sec-websocket-protocol":
            return path, _session(value.rpartition(",")[2].strip())
    named = parse_qs(query)
    return path, (named.get("bokeh-session-id") or named.get("id") or [""])[0]


def _session(token: str) -> str:
    try:
        return str(get_session_id(token))
    except (ValueError, KeyError, TypeError):
        return ""


class _OfAll(RequestHandler):
    def initialize(self, workers: Workers) -> None:
        self._workers = workers

    async def _asked(self, question: bytes) -> list[str]:
        """What each process that is ready answers; empty where it ends meanwhile."""
        answers = (worker.ask(question) for worker in self._workers.all)
        return [a if isinstance(a, str) else "" for a in await asyncio.gather(*answers, return_exceptions=True)]


class _Health(_OfAll):
    """GET: 200 where all processes live and compute, else 503."""

    async def get(self) -> None:
        whole = all(answer == "ok" for answer in await self._asked(HEALTH))
        self.set_status(200 if whole else 503)
        self.set_header("Cache-Control", "no-store")
        self.finish({"status": "ok" if whole else "stopped"})


class _Numbers(_OfAll):
    """GET: the numbers of all processes, with the label `worker`."""

    async def get(self) -> None:
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(of_workers(await self._asked(NUMBERS)))


class _Lost(_OfAll):
    """Whether a page is still there whose process has ended: it is not, and its browser begins it anew."""

    def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.finish("lost")

    def post(self) -> None:
        self._workers.lost.discard(self.get_argument("id", ""))
