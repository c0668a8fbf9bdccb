"""A process of pages: another process hands it connections, and hears whose pages it keeps.

The line between the two carries single bytes one way, with a connection or as a question, and JSON lines the other way.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import panel as pn
import torch
from panel.io.server import Server
from tornado.iostream import IOStream

from workbench import jobs
from workbench.app.serving.log import note
from workbench.app.serving.options import Serving
from workbench.app.serving.serve import SWITCH, handed_server, warm_up
from workbench.app.serving.server_numbers import ServerNumbers

CONNECTION, HEALTH, NUMBERS = b"c", b"h", b"n"


def work(prepare: Callable[[], Serving], secret: bytes, room: int, share: int, line: socket.socket) -> None:
    """Serve `room` people, with one of `share` equal parts of the processors, until the line ends.

    `prepare` says how, in this process; `secret` signs the cookies of all processes of one address.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the one that listens ends the others
    serving = prepare()
    serving = replace(serving, visitors=room, entry=replace(serving.entry, secret=secret))
    torch.set_num_threads(max(1, torch.get_num_threads() // share))
    sys.setswitchinterval(SWITCH)
    warm_up(serving.device)
    pn.extension()
    tally = ServerNumbers()
    server = handed_server(serving, tally, lambda session, kept: _say(line, {"session": session, "kept": kept}))
    server.start()
    server.io_loop.add_handler(line, lambda *_: _obey(line, server, tally), server.io_loop.READ)
    _say(line, {"ready": os.getpid()})
    try:
        server.io_loop.start()
    finally:
        jobs.close_all()
        server.stop(wait=False)
        note("worker ended", {})


def _obey(line: socket.socket, server: Server, tally: ServerNumbers) -> None:
    """Do what one byte says; the end of the line is the end of the process."""
    try:
        asked, handed, _, _ = socket.recv_fds(line, 1, 1)
    except ConnectionError:
        asked, handed = b"", []
    for number in handed:
        connection = socket.socket(fileno=number)
        connection.setblocking(False)
        server._http.handle_stream(IOStream(connection), connection.getpeername())
    if asked == HEALTH:
        _say(line, {"answer": "ok" if jobs.alive() else "stopped"})
    elif asked == NUMBERS:
        _say(line, {"answer": tally.text().decode()})
    elif not asked:
        server.io_loop.remove_handler(line)
        server.io_loop.stop()


def _say(line: socket.socket, message: dict[str, Any]) -> None:
    """One JSON line. Where nobody listens any more, the end of the line is on its way."""
    try:
        line.sendall(json.dumps(message).encode() + b"\n")
    except OSError:
        return
