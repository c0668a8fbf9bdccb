"""Jupyter's own server, seen from a page: a port that its proxy passes on, and a notebook that it opens."""

import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import panel as pn

_PATIENCE = 3.0  # seconds


def server_of_kernel() -> Mapping[str, Any] | None:
    """What the Jupyter server that started this kernel, or this page, has written down of itself; None without one."""
    if find_spec("jupyter_server") is None:
        return None
    from jupyter_server.serverapp import list_running_servers

    parent = os.environ.get("JPY_PARENT_PID", str(os.getppid()))
    return next((each for each in list_running_servers() if str(each.get("pid")) == parent), None)


def origins() -> tuple[str, ...]:
    """What a browser may call Jupyter's server: its port on this machine, and the hub that it is part of."""
    server = server_of_kernel()
    if server is None:
        return ()
    own = tuple(f"{name}:{server['port']}" for name in ("localhost", "127.0.0.1"))
    hub = os.environ.get("JUPYTERHUB_PUBLIC_URL", "").partition("://")[2].partition("/")[0]
    return (*own, hub) if hub else own


def passed_on(port: int) -> str:
    """The path at which Jupyter's server passes on a port, as a browser there asks for it; empty where it does not."""
    server = server_of_kernel()
    if server is None or find_spec("jupyter_server_proxy") is None:
        return ""
    path = f"proxy/{port}/"
    request = urllib.request.Request(
        f"{server['url']}{path}kept?id=nobody", headers={"Authorization": f"token {server.get('token', '')}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
            return f"{server['base_url']}{path}" if answer.read() == b"gone" else ""
    except (urllib.error.URLError, OSError, ValueError):
        return ""


def notebook_address(path: Path) -> str:
    """Where JupyterLab opens a file, for a browser that sees this page; empty where no server of Jupyter shows it."""
    server = server_of_kernel()
    if server is None or not path.is_relative_to(server["root_dir"]):
        return ""
    tree = f"lab/tree/{quote(path.relative_to(server['root_dir']).as_posix())}"
    # Passed on by Jupyter's proxy the page is at its address, else at a port of its own.
    passed = "X-Proxycontextpath" in pn.state.headers
    return f"{server['base_url'] if passed else server['url']}{tree}"
