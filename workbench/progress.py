"""Signs of life of long work, on a terminal or in a notebook, and the first Ctrl-C as a wish to end it whole."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

_EVERY = 0.1  # seconds between two pictures of the bar
_SHORT = 0.5  # work that ends before so many seconds shows none
_WIDTH = 24
Item = TypeVar("Item")


class Bar:
    """Progress with rate and remaining time, drawn in place on a terminal or in a notebook's cell, else not at all.

    What works in a thread of its own, as the page does, is shown where it was asked for, and not here.
    """

    def __init__(self, total: int, what: str = "it") -> None:
        self.total, self.what, self.begin, self.drawn = total, what, time.monotonic(), 0.0
        asked = threading.current_thread() is threading.main_thread()
        self._cell = _cell() if asked and not sys.stderr.isatty() else None
        self.shown = self._cell is not None or (asked and sys.stderr.isatty())

    def show(self, k: int) -> None:
        """Draw that k of the total are done."""
        now = time.monotonic()
        if self.shown and now - self.begin >= _SHORT and now - self.drawn >= _EVERY:
            self.drawn = now
            self._draw(self._line(k, now))

    def clear(self) -> None:
        """Take the bar away, so that the answer stands alone."""
        if self.shown and self.drawn:
            self._draw("")
            self.drawn = 0.0

    def _line(self, k: int, now: float) -> str:
        rate = k / max(now - self.begin, 1e-9)
        full = min(_WIDTH, _WIDTH * k // max(self.total, 1))
        left = f"{(self.total - k) / rate:.0f} s left" if rate else "starting"
        return f"{'━' * full}{'─' * (_WIDTH - full)} {k}/{self.total}  {rate:.3g} {self.what}/s  {left}"

    def _draw(self, line: str) -> None:
        if self._cell is not None:
            self._cell.update({"text/plain": line}, raw=True)
            return
        sys.stderr.write(f"\r{line}\x1b[K")
        sys.stderr.flush()


def counted(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """The same items, with a bar of how many are done; it is away once they end, or nobody asks for more."""
    bar = Bar(total, what)
    try:
        for done, item in enumerate(items, 1):
            yield item
            bar.show(done)
    finally:
        bar.clear()


def _cell() -> Any:
    """A place in the output of the notebook's cell that runs, to be written anew; None outside a notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    return _Cell()


class _Cell:
    """Made when first written, so that short work leaves nothing in the cell."""

    def __init__(self) -> None:
        self._handle: Any = None

    def update(self, data: dict[str, str], raw: bool) -> None:
        from IPython.display import DisplayHandle

        if self._handle is None:
            self._handle = DisplayHandle()
            self._handle.display(data, raw=raw)
        else:
            self._handle.update(data, raw=raw)


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Inside, the first Ctrl-C makes the answer true and the second raises KeyboardInterrupt.

    So a run ends between two iterations, whole. In another thread than the main one the answer stays false.
    """
    asked = threading.Event()
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or previous is None:
        yield asked.is_set
        return

    def ask(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, previous)
        asked.set()

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, previous)
