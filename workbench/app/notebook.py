"""The page in a notebook: in a frame, from a small server in a thread of the kernel.

Displayed as a widget it would carry a copy of its script in each of a hundred components, 160 MB, or ask a CDN for it.
"""

import html
import socket
import threading
from typing import TYPE_CHECKING

import panel as pn
from tornado.ioloop import IOLoop

from workbench.app.main import create_app

if TYPE_CHECKING:
    from workbench.experiment import Experiment

HEIGHT = 860  # pixels


class Framed:
    """A page that a cell shows as its last line; every display is a visit of its own, ended with its tab or kernel."""

    def __init__(self, experiment: "Experiment | None" = None) -> None:
        self._experiment = experiment
        self._port = 0

    def address(self) -> str:
        """Where the page is; the first call serves it."""
        if not self._port:
            self._port = _free_port()
            ready = threading.Event()
            threading.Thread(target=self._serve, args=(ready,), daemon=True, name="workbench page").start()
            ready.wait()
        return f"http://localhost:{self._port}/"

    def _serve(self, ready: threading.Event) -> None:
        loop = IOLoop(make_current=True)
        server = pn.io.server.get_server(
            {"/": lambda: create_app(self._experiment)}, port=self._port, address="localhost", title="Workbench", loop=loop,
            websocket_origin=[f"localhost:{self._port}"], admin=False, check_unused_sessions_milliseconds=1000,
            unused_session_lifetime_milliseconds=5000,
        )  # fmt: skip
        server.start()
        ready.set()
        loop.start()

    def _repr_html_(self) -> str:
        address = html.escape(self.address())
        return f'<iframe src="{address}" width="100%" height="{HEIGHT}" style="border: 0" title="Workbench"></iframe>'


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]
