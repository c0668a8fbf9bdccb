"""The server of pages: its own origins only, bounded uploads, and a page that waits for who lost the connection."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import panel as pn
from bokeh.core.types import ID
from bokeh.protocol.message import Message
from bokeh.server.auth_provider import AuthProvider, NullAuth
from bokeh.server.contexts import ApplicationContext
from bokeh.server.session import ServerSession
from bokeh.server.views.ws import WSHandler as BokehSocket
from bokeh.util.token import get_session_id
from panel.io.server import Server, WSHandler
from tornado.ioloop import IOLoop
from tornado.web import RequestHandler
from tornado.websocket import WebSocketClosedError

from workbench import memory
from workbench.app.page.policy import OneRequest, policy
from workbench.app.toolkit.chooser import UPLOAD

KEPT = 120  # seconds that a page is kept for a browser that went away without a word, or has not come yet
_LOOPBACK = ("localhost", "127.0.0.1", "::1")  # names by which a machine calls itself
_LEFT = 1001  # what a browser says when its tab is closed or turns to another page
_GONE = 4404  # what we say to a browser whose page is no longer there
_PING = 20  # seconds between two questions whether a browser is there, and until one that does not answer is lost
_MOMENT = 1.0  # seconds from the end of a page until memory is given back
_WEEK = 7 * 24 * 3600  # seconds that a page may stay open


def page_server(
    page: Callable[[], pn.viewable.Viewable],
    port: int,
    address: str,
    origins: Sequence[str],
    loop: IOLoop | None = None,
    around: "Surroundings | None" = None,
) -> Server:
    """A server of one page, not started yet."""
    around = around or Surroundings()
    for name in ("tornado.application", "bokeh.server.views.ws", "panel.io.document", "asyncio"):
        logging.getLogger(name).addFilter(_not_a_closed_tab)
    server = pn.io.server.get_server(
        {"/": page},
        port=port,
        address=address,
        loop=loop,
        title="Workbench",
        admin=False,
        location=False,
        num_procs=1,
        websocket_origin=list(origins),
        websocket_max_message_size=2 * UPLOAD,
        websocket_ping_interval=_PING,
        websocket_ping_timeout=_PING,
        check_unused_sessions_milliseconds=1000,
        unused_session_lifetime_milliseconds=1000 * KEPT,
        session_token_expiration=_WEEK,
        extra_patterns=[(r"/kept", KeepAlive), *around.patterns],
        auth_provider=around.entry,
        http_server_kwargs={"xheaders": around.proxied},
    )
    server._tornado.add_transform(policy(around.frames))
    if around.handed:
        server._tornado.add_transform(OneRequest)
    for rule in server._tornado.wildcard_router.rules:
        if isinstance(rule.target, type) and issubclass(rule.target, BokehSocket):
            rule.target = KernelSocket if around.frames is None else Socket
    return server


@dataclass(frozen=True)
class Surroundings:
    """What stands around a page: more `patterns` of addresses, who may come in, and the sites that may frame it.

    `frames` are None for a page that a kernel serves to its own machine: any front end may show it. `proxied`: headers
    of a proxy are believed. `handed`: connections come from another process, one request in each.
    """

    patterns: tuple[tuple[Any, ...], ...] = ()
    entry: AuthProvider = field(default_factory=NullAuth)
    frames: tuple[str, ...] | None = None
    proxied: bool = False
    handed: bool = False


class Sweeper:
    """Gives memory back a moment after pages were left: once, however many they were."""

    def __init__(self) -> None:
        self._waits = False

    def call(self) -> None:
        """A page was left."""
        if not self._waits:
            self._waits = True
            IOLoop.current().call_later(_MOMENT, self._sweep)

    def _sweep(self) -> None:
        self._waits = False
        memory.give_back()


SWEEPER = Sweeper()


class Socket(WSHandler):
    """The line to one browser. A page is never built for a browser on this path: it would lack what comes before."""

    application_context: ApplicationContext

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Tornado 6.6 asks of those alone who seem to come from elsewhere, which a name made to lead here does not."""
        if self._browser and not self.check_origin(self.request.headers["Origin"]):
            self.set_status(403)
            self.finish("Cross origin websockets not allowed")
            return
        await super().get(*args, **kwargs)

    def check_origin(self, origin: str) -> bool:
        """Who is allowed, and this machine's own names by any port, as a tunnel gives them: they lead nowhere else."""
        place = urlsplit(origin)
        tunnel = place.hostname in _LOOPBACK and place.netloc == self.request.host
        return tunnel or super().check_origin(origin)

    async def _async_open(self, token: str) -> None:
        if self._browser and not there(self.application_context, get_session_id(token)):
            self.close(_GONE, "this page is no longer kept")
            return
        await super()._async_open(token)

    def on_close(self) -> None:
        """Who left goes at once; who was lost is waited for."""
        session = self._session
        if session is None:
            return
        super().on_close()
        left = self.close_code == _LEFT or not self._browser
        if left and session.connection_count == 0:
            session.request_expiration()

    async def _handle(self, message: Message) -> Any | None:
        """Bokeh answers what came just before a line was closed by an assertion that fails."""
        return await super()._handle(message) if self._session is not None else None

    @property
    def _session(self) -> ServerSession | None:
        """What is at the other end; None where the line was refused, or is closed already."""
        return getattr(self.connection, "_session", None)

    @property
    def _browser(self) -> bool:
        """Every browser says which page its script is from; programs do not."""
        return "Origin" in self.request.headers


class KernelSocket(Socket):
    """That of a page which a kernel serves: Jupyter's proxy passes it on by whatever name a browser knows Jupyter.

    What it passes on names Jupyter's host and port as the one that was called, and Jupyter has looked at who called. A
    browser that calls us directly names our port, whichever name its page has given this machine.
    """

    def check_origin(self, origin: str) -> bool:
        called, line = self.request.host, cast(Any, self.request.connection)
        ours = line.stream.socket.getsockname()[1]
        passed_on = urlsplit(f"//{called}").port != ours and urlsplit(origin).netloc == called
        return passed_on or super().check_origin(origin)


class KeepAlive(RequestHandler):
    """Whether a page is still there: GET kept?id=SESSION answers "here" or "gone". POST: its browser has left it."""

    @property
    def _contexts(self) -> list[ApplicationContext]:
        return list(self.application._applications.values())  # pyright: ignore[reportAttributeAccessIssue, reportOptionalMemberAccess]

    def get(self) -> None:
        found = any(there(context, self.get_argument("id", "")) for context in self._contexts)
        self.set_header("Cache-Control", "no-store")
        self.finish("here" if found else "gone")

    def post(self) -> None:
        for context in self._contexts:
            session = context._sessions.get(ID(self.get_argument("id", "")))
            if session is not None:
                session.request_expiration()


def there(context: ApplicationContext, session_id: Any) -> bool:
    """Whether a session is there, or being made."""
    return session_id in context._sessions or session_id in context._pending_sessions


def _not_a_closed_tab(record: logging.LogRecord) -> bool:
    """Drop what is said when a tab is closed while a message is on its way; all else passes."""
    raised = record.exc_info and record.exc_info[0] is WebSocketClosedError
    return not raised and not record.getMessage().startswith("Failed sending message as connection was closed")
