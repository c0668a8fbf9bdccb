"""The dashboard as a server: one process, its own origin only, bounded uploads and sessions, a quick end."""

import logging
import signal
import socket
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui
from tornado.websocket import WebSocketClosedError

from workbench import devices, jobs
from workbench.app.main import create_app
from workbench.app.views.files import UPLOAD
from workbench.experiment import Experiment
from workbench.parameters import changed
from workbench.refusal import Refusal

SESSIONS = 20  # people at a time; Panel itself has no limit


def serve(
    port: int = 5006,
    host: str = "localhost",
    device: str = "cpu",
    open_browser: bool = False,
    announce: Callable[[str], None] = lambda sentence: None,
) -> None:
    """Serve until a signal ends it. `announce` gets the address once the port is ours."""
    devices.find(device)
    _require_free(host, port)
    logging.getLogger("tornado.application").addFilter(_closed_tabs)
    signal.signal(signal.SIGTERM, _end)
    pn.extension(notifications=True)
    server = pn.serve(
        {"/": lambda: page(device)},
        port=port, address=host, title="Workbench", show=open_browser, start=False, threaded=False, num_procs=1,
        admin=False, session_history=0, websocket_origin=[f"{name}:{port}" for name in _names(host)],
        websocket_max_message_size=2 * UPLOAD, check_unused_sessions=1000, unused_session_lifetime=2000, verbose=False,
    )  # fmt: skip
    announce(f"http://{'localhost' if host in _ANY else host}:{port}/")
    try:
        server.run_until_shutdown()
    finally:
        jobs.close_all()


def page(device: str) -> pn.viewable.Viewable:
    """A page for one more person, or the sentence why not."""
    if len(_live()) > SESSIONS:
        return pmui.Alert(f"{SESSIONS} people are here already: come back when one has left", severity="warning")
    return create_app(None if device == "cpu" else changed(Experiment(), device=device))


def _live() -> list[Any]:
    return [c for c in (pn.state._curdoc_ids if False else [])]


_ANY = ("0.0.0.0", "::", "")


def _names(host: str) -> tuple[str, ...]:
    return ("localhost", "127.0.0.1", host) if host not in _ANY else ("localhost", "127.0.0.1", socket.gethostname())


def _require_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal("a free port", f"{port} in use", f"try --port {port + 1}") from error


def _end(*_: Any) -> None:
    raise SystemExit(0)


def _closed_tabs(record: logging.LogRecord) -> bool:
    """Drop what Tornado says when a tab is closed while a message is on its way; all else passes."""
    return not (record.exc_info and record.exc_info[0] is WebSocketClosedError)
