"""The thread that draws: it looks at a run at the display's rate, so that cells go on computing meanwhile."""

import logging
import threading
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.notebook.shared_run import SharedRun

BEAT = 1 / 15  # seconds between two looks at the run, at the least
LOGGER = logging.getLogger(__name__)


class DisplayThread:
    """Beats until it is closed, or until nobody holds the workbench any more."""

    def __init__(self, shared: "SharedRun") -> None:
        self._shared = weakref.ref(shared)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="workbench cells", daemon=True)
        self._thread.start()

    def close(self, timeout: float = 5.0) -> None:
        """End the thread."""
        self._end.set()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _beat(self) -> None:
        while not self._end.wait(BEAT):
            shared = self._shared()
            if shared is None:
                return
            try:
                shared.beat()
            except Exception:
                LOGGER.exception("a picture could not be drawn")  # the next one may be
            del shared
