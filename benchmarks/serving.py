"""The workbench's own server in this process, with a measurement beside it in a thread."""

import os
import signal
import threading
from collections.abc import Callable

from workbench.app.serving.options import Serving
from workbench.app.serving.serve import serve

PORT = 5597


def while_serving(work: Callable[[str], None], port: int = PORT) -> None:
    """Serve as `workbench serve` does, call work(address) once the port is ours, and end when it is done."""

    def run(url: str) -> None:
        try:
            work(url.rstrip("/"))
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    serve(Serving(port), announce=lambda url: threading.Thread(target=run, args=(url,)).start())
