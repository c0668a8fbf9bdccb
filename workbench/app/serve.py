"""The dashboard as a server: one process, its own origin only, bounded uploads and sessions, a quick end."""

import signal
import socket
from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench import devices, jobs
from workbench.algorithms import FISTA, PDHG
from workbench.app.main import Workbench, page
from workbench.app.server import page_server
from workbench.app.session import Session
from workbench.experiment import Experiment
from workbench.kernels import warming
from workbench.parameters import changed
from workbench.refusal import Refusal

SESSIONS = 20  # people at a time; Panel itself has no limit
_ANY = ("0.0.0.0", "::", "")


def serve(
    port: int = 5006,
    host: str = "localhost",
    device: str = "cpu",
    open_browser: bool = False,
    announce: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until a signal ends it. `announce` gets the address once the port is ours."""
    devices.find(device)
    _require_free(host, port)
    warm_up(device)
    pn.extension()
    server = page_server(Door(device).page, port, host, _names(host))
    loop = server.io_loop
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: loop.add_callback_from_signal(loop.stop))
    server.start()
    address = f"http://{'localhost' if host in _ANY else host}:{port}/"
    announce(address)
    if open_browser:
        server.show("/")
    try:
        loop.start()
    finally:
        jobs.close_all()
        server.stop(wait=False)


def warm_up(device: str = "cpu") -> None:
    """Load and compile once what the first visitor would otherwise wait for: kernels, probes, a page."""
    warming.warm_up(device)
    for algorithm in (PDHG(), FISTA()):
        Experiment(algorithm=algorithm, steps=1).run()
    Workbench(session := Session())
    session.close()


class Door:
    """Counts who is inside, and lets no more in than there is room for."""

    def __init__(self, device: str, room: int = SESSIONS) -> None:
        self._experiment = None if device == Experiment().device else changed(Experiment(), device=device)
        self._room, self.inside = room, 0

    def page(self) -> pn.viewable.Viewable:
        """A page for one more person, or the sentence why not."""
        if self.inside >= self._room:
            sentence = f"{self._room} people are here already: come back when one has left"
            return pmui.Page(title="Workbench", main=[pmui.Alert(sentence, severity="warning", margin=20)])
        made = page(self._experiment)
        self.inside += 1
        pn.state.on_session_destroyed(lambda context: self._left())
        return made

    def _left(self) -> None:
        self.inside -= 1


def _names(host: str) -> tuple[str, ...]:
    """The names by which a browser may call this server: any other origin gets 403."""
    local = ("localhost", "127.0.0.1")
    return (*local, socket.gethostname(), *_addresses()) if host in _ANY else (*local, host)


def _addresses() -> tuple[str, ...]:
    """The addresses of this machine."""
    try:
        return tuple(socket.gethostbyname_ex(socket.gethostname())[2])
    except OSError:
        return ()


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal("a free port", f"{port} in use", f"try --port {port + 1}") from error
