"""The dashboard as a server: its own origins only, bounded uploads and visits, a quick end."""

import errno
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import panel as pn
from panel.io.server import Server

from workbench import jobs
from workbench.algorithms import FISTA, PDHG
from workbench.app.main import Workbench, page
from workbench.app.page.server import Surroundings, page_server
from workbench.app.serving.door import Door, Tell
from workbench.app.serving.health import Healthz, Metrics
from workbench.app.serving.log import note
from workbench.app.serving.options import Serving
from workbench.app.serving.server_numbers import ServerNumbers
from workbench.experiment import Experiment
from workbench.kernels import warming
from workbench.live.opening import Opening
from workbench.live.session import Session
from workbench.parameters import changed
from workbench.refusal import Refusal

_ANY = ("0.0.0.0", "::", "")
_LAST_PORT = 65535
# Seconds that the thread of a run holds the interpreter while the pages wait for it; Python's own are ten times longer.
SWITCH = 5e-4


def serve(
    serving: Serving | None = None,
    announce: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve until a signal ends it. `announce` gets the address for this machine once the port is ours."""
    serving = serving or Serving()
    require(serving)
    sys.setswitchinterval(SWITCH)
    warm_up(serving.device)
    pn.extension()
    server = server_of(serving)
    loop = server.io_loop
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: loop.add_callback_from_signal(loop.stop))
    server.start()
    note("started", {"port": serving.port, "visitors": serving.visitors})
    announce(addresses(serving.host, serving.port)[0])
    try:
        loop.start()
    finally:
        jobs.close_all()
        server.stop(wait=False)
        note("ended", {})


def require(serving: Serving) -> None:
    """Refusal where it cannot be served so, or the port is not free."""
    serving.require()
    _require_free(serving.host, serving.port)


def warm_up(device: str = "cpu") -> None:
    """Load and compile once what the first visitor would otherwise wait for: kernels, probes, a page."""
    warming.warm_up(device)
    for algorithm in (PDHG(), FISTA()):
        Experiment(algorithm=algorithm, steps=1).run()
    Workbench(session := Session())
    session.close()


def server_of(serving: Serving) -> Server:
    """The server of pages that listens where it was asked to."""
    tally = ServerNumbers()
    door = Door(_pages(serving), serving.visitors, tally, spare=serving.caps.spare)
    return page_server(door.page, serving.port, serving.host, _origins(serving), around=_around(serving, tally))


def handed_server(serving: Serving, tally: ServerNumbers, tell: Tell) -> Server:
    """One of several servers behind one address: it listens to nobody, connections are handed to it.

    `tell` hears whose page is kept here, and whose no more.
    """
    door = Door(_pages(serving), serving.visitors, tally, tell, serving.caps.spare)
    around = replace(_around(serving, tally), handed=True)
    server = page_server(door.page, 0, "127.0.0.1", _origins(serving), around=around)
    server._http.stop()  # Bokeh's server takes a port in any case
    return server


def _pages(serving: Serving) -> Callable[[], pn.viewable.Viewable]:
    usual = Experiment()
    opening = None if serving.device == usual.device else Opening(changed(usual, device=serving.device))
    return lambda: page(opening, serving.caps, serving.runs)


def _around(serving: Serving, tally: ServerNumbers) -> Surroundings:
    return Surroundings(
        patterns=((r"/healthz", Healthz), (r"/metrics", Metrics, {"tally": tally})),
        entry=serving.entry.provider(),
        frames=serving.frames,
        proxied=bool(serving.origins),
    )


def _origins(serving: Serving) -> tuple[str, ...]:
    return (*(f"{name}:{serving.port}" for name in _names(serving.host)), *serving.origins)


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
    if not 0 <= port <= _LAST_PORT:
        raise Refusal(f"a port of 0 to {_LAST_PORT}", str(port), "try --port 5006")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refusal("a free port", f"{port} in use", f"try --port {port + 1}") from error
            remedy = "give an address of this machine, or a port that may be used, from 1024 on"
            raise Refusal("an address to serve at", f"{host}:{port} ({error.strerror})", remedy) from error
