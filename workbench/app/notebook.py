"""The page in a notebook: in a frame, from a small server in a thread of the kernel.

As a widget in the cell it would carry the script of Material in each of its hundred components, 160 MB in all.
"""

import html
import socket
import sys
import threading
from collections.abc import Callable

import panel as pn
from tornado.ioloop import IOLoop

from workbench.app.views.files import UPLOAD

HEIGHT = 860  # pixels


def in_notebook() -> bool:
    """Whether a cell of a notebook is asking, and not a page that is served."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return pn.state.curdoc is None and hasattr(shell, "kernel")


class Framed:
    """A page that a cell shows as its last line; every display is a visit, which ends with its tab or its kernel."""

    def __init__(self, page: Callable[[], pn.viewable.Viewable]) -> None:
        self._page = page
        self._port = 0

    def address(self) -> str:
        """Where the page is; the first call serves it, to this machine alone."""
        if not self._port:
            self._port = _free_port()
            self._serve(self._port)
        return f"http://localhost:{self._port}/"

    def _serve(self, port: int) -> None:
        pn.config.notifications = True
        loop = IOLoop(make_current=False)  # the kernel's own loop is busy while a cell runs
        server = pn.io.server.get_server(
            {"/": self._page}, port=port, address="localhost", title="Workbench", admin=False, loop=loop,
            websocket_origin=[f"localhost:{port}"], websocket_max_message_size=2 * UPLOAD,
            check_unused_sessions_milliseconds=1000, unused_session_lifetime_milliseconds=5000,
        )  # fmt: skip
        server.start()
        threading.Thread(target=loop.start, daemon=True, name="workbench page").start()

    def _repr_html_(self) -> str:
        address = html.escape(self.address())
        return f'<iframe src="{address}" width="100%" height="{HEIGHT}" style="border: 0" title="Workbench"></iframe>'


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]
