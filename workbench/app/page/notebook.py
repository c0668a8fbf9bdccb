"""The page in a notebook: in a frame, from a small server in a thread of the kernel.

As a widget in the cell it would carry the script of Material in each of its hundred components, 160 MB in all.
"""

import html
import socket
import sys
import threading
import weakref
from collections.abc import Callable

import panel as pn
from bokeh.document import Document
from tornado.ioloop import IOLoop

from workbench.app.page.jupyter_server import origins, passed_on
from workbench.app.page.server import page_server
from workbench.refusal import Refusal

HEIGHT = 860  # pixels
_OURS: "weakref.WeakSet[Document]" = weakref.WeakSet()  # of the pages that frames show


def in_notebook() -> bool:
    """Whether a cell of a notebook is asking, and not a page that is served.

    Bokeh has one current document for all threads: while a page in a frame beats, a cell sees the document of it.
    """
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    document = pn.state.curdoc
    return hasattr(shell, "kernel") and (document is None or document in _OURS)


class Framed:
    """A page that a cell shows as its last line; every display is a visit, which ends with its tab or its kernel."""

    def __init__(self, page: Callable[[], pn.viewable.Viewable], port: int = 0) -> None:
        self._page, self._port = page, _required(port) if port else 0
        self._wished = bool(port)
        self._served = False

    def address(self) -> str:
        """Where the page is; the first call serves it, to this machine alone."""
        if not self._served:
            self._port = self._port or _free_port()
            self._serve()
            self._served = True
        return f"http://localhost:{self._port}/"

    @property
    def _names(self) -> tuple[str, ...]:
        """The hosts with ports whose pages may show it: its own, and that of Jupyter where it passes the page on."""
        return (f"localhost:{self._port}", *(() if self._wished else origins()))

    def _reachable(self) -> tuple[str, str]:
        """The address for a browser that shows the notebook, and what to say below the frame where it may not do.

        Whether that browser is on this machine the kernel cannot know: started by a gateway or a queue it has no sign.
        """
        here = self.address()
        through = "" if self._wished else passed_on(self._port)
        return (through, "") if through else (here, _forward(self._port))

    def _serve(self) -> None:
        """In a thread of its own: a server takes over the event loop and the interrupt of the thread it is made in."""
        ready, failed = threading.Event(), list[BaseException]()

        def run() -> None:
            loop = IOLoop(make_current=False)
            try:
                page_server(self._visited, self._port, "localhost", self._names, loop).start()
            except BaseException as error:
                failed.append(error)
            finally:
                ready.set()
            if not failed:
                loop.start()

        threading.Thread(target=run, daemon=True, name="workbench page").start()
        ready.wait()
        if failed:
            raise failed[0]

    def _visited(self) -> pn.viewable.Viewable:
        if pn.state.curdoc is not None:
            _OURS.add(pn.state.curdoc)
        return self._page()

    def _repr_html_(self) -> str:
        address, sentence = map(html.escape, self._reachable())
        frame = f'<iframe src="{address}" width="100%" height="{HEIGHT}" style="border:0" title="Workbench"></iframe>'
        return frame + (f"<p>{sentence}</p>" if sentence else "")

    def __repr__(self) -> str:
        return f"Workbench at {self.address()}, for browsers on this machine. {_forward(self._port)}"


def _forward(port: int) -> str:
    way = "install jupyter-server-proxy beside Jupyter, or forward the port"
    return f"From elsewhere: {way} (ssh -L {port}:localhost:{port} HOST); port= keeps it the same."


def _required(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("localhost", port))
        except (OSError, OverflowError) as error:
            raise Refusal("a free port", f"{port} ({error})", "take another one, or none for a free one") from error
    return port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]
