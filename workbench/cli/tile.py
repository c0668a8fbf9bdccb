"""The workbench in the launcher of JupyterLab, seen through Jupyter: an entry point of jupyter-server-proxy."""

import sys
from typing import Any

_READY = 180  # seconds until the page answers: the first time its kernels are compiled


def tile() -> dict[str, Any]:
    """What jupyter-server-proxy is to do: `workbench serve` on a port that it finds free, seen at workbench/."""
    return {
        "command": [sys.executable, "-m", "workbench", "serve", "--port", "{port}"],
        "timeout": _READY,
        "launcher_entry": {"enabled": True, "title": "Workbench"},
        "new_browser_tab": True,
        # Jupyter has let this person in; the page itself takes browsers that come from its own address alone.
        "request_headers_override": {"Origin": "http://localhost:{port}"},
    }
