"""A port of the kernel's machine through Jupyter's own server, where jupyter-server-proxy passes it on."""

import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

_PATIENCE = 3.0  # seconds


def server_of_kernel() -> Mapping[str, Any] | None:
    """What the Jupyter server that started this kernel has written down of itself; None where there is none."""
    if find_spec("jupyter_server") is None or "JPY_PARENT_PID" not in os.environ:
        return None
    from jupyter_server.serverapp import list_running_servers

    parent = os.environ["JPY_PARENT_PID"]
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
