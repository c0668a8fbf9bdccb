"""The dashboard as a server: one process, its own origin only, bounded uploads and sessions, a quick end."""

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import panel as pn
import panel_material_ui as pmui

from workbench import devices, jobs
from workbench.algorithms import FISTA, PDHG
from workbench.app.main import Workbench, page
from workbench.app.page.server import page_server
from workbench.app.page.shell import shell
from workbench.experiment import Experiment
from workbench.kernels import warming
from workbench.live.session import Session
from workbench.parameters import changed
from workbench.refusal import Refusal

SESSIONS = 20  # people at a time; Panel itself has no limit
_LOST = 10  # seconds without a reader after which a page that is kept makes room for another person's
_ANY = ("0.0.0.0", "::", "")


def serve(
    port: int = 5006,
    host: str = "localhost",
    device: str = "cpu",
    open_browser: bool = False,
    announce: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until a signal ends it. `announce` gets the address for this machine once the port is ours."""
    require(port, host, device)
    warm_up(device)
    pn.extension()
    server = page_server(Door(device).page, port, host, _names(host))
    loop = server.io_loop
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: loop.add_callback_from_signal(loop.stop))
    server.start()
    announce(addresses(host, port)[0])
    if open_browser:
        server.show("/")
    try:
        loop.start()
    finally:
        jobs.close_all()
        server.stop(wait=False)


def require(port: int, host: str, device: str) -> None:
    """Refusal where there is no such device, or the port is not free."""
    devices.find(device)
    _require_free(host, port)


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
        if self.inside >= self._room and not _room_made():
            sentence = f"{self._room} people are here already: come back when one has left"
            return shell(pmui.Row(), pmui.Alert(sentence, severity="warning", margin=20), pmui.Column())
        made = page(self._experiment)
        self.inside += 1
        pn.state.on_session_destroyed(lambda context: self._left())
        return made

    def _left(self) -> None:
        self.inside -= 1


def _room_made() -> bool:
    """Whether a page that is kept for somebody who was lost a while ago makes room: the one that has waited longest."""
    current = pn.state.curdoc
    context = current.session_context.server_context if current is not None and current.session_context else None
    kept = [s for s in context.sessions if not s.connection_count and not s.expiration_requested] if context else []
    longest = max(kept, key=lambda s: s.milliseconds_since_last_unsubscribe, default=None)
    if longest is None or longest.milliseconds_since_last_unsubscribe < 1000 * _LOST:
        return False
    longest.request_expiration()
    return True


def addresses(host: str, port: int) -> tuple[str, ...]:
    """What is typed to reach a server: on this machine, then on others where it listens to them."""
    if host not in _ANY:
        return (f"http://{f'[{host}]' if ':' in host else host}:{port}/",)
    return tuple(f"http://{name}:{port}/" for name in ("localhost", *_outward()))


def _names(host: str) -> tuple[str, ...]:
    """The names by which a browser may call this server: any other origin gets 403."""
    local = ("localhost", "127.0.0.1")
    return (*local, socket.gethostname(), *_outward()) if host in _ANY else (*local, host)


def _outward() -> tuple[str, ...]:
    """The addresses of this machine for others, the one towards the rest of the world first."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # an address of nobody: nothing is sent, the way there is looked up
        found.append(probe.getsockname()[0])
    with suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    return tuple(dict.fromkeys(address for address in found if not address.startswith("127.")))


def _require_free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refusal("a free port", f"{port} in use", f"try --port {port + 1}") from error
