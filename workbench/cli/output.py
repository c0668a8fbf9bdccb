"""What the command line writes: answers to the standard output, refusals and progress to the standard error."""

import difflib
import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from workbench.refusal import Refusal

_EVERY = 0.1  # seconds between two pictures of the bar
_WIDTH = 24


def say(text: str = "") -> None:
    """A line of the answer."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say_json(value: Any) -> None:
    """The whole answer as one JSON value, which has no words for NaN or infinity."""
    say(json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False))


def complain(sentence: str) -> None:
    """One line about what went wrong."""
    sys.stderr.write(f"workbench: {' '.join(sentence.split())}\n")


def one_of(what: str, name: str, known: Iterable[str]) -> str:
    """The name, where it is known; Refusal with the nearest one elsewhere."""
    known = list(known)
    if name in known:
        return name
    near = difflib.get_close_matches(name, known, n=1)
    raise Refusal(what, repr(name), f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}")


def table(rows: Sequence[Sequence[str]], indent: str = "  ") -> str:
    """Rows as aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)


class Bar:
    """Progress with rate and remaining time, drawn in place on a terminal and not at all elsewhere."""

    def __init__(self, total: int) -> None:
        self.total, self.begin, self.drawn = total, time.monotonic(), 0.0
        self.shown = sys.stderr.isatty()

    def show(self, k: int) -> None:
        """Draw that k of the total are done."""
        now = time.monotonic()
        if not self.shown or now - self.drawn < _EVERY:
            return
        self.drawn = now
        rate = k / max(now - self.begin, 1e-9)
        full = _WIDTH * k // self.total
        left = f"{(self.total - k) / rate:.0f} s left" if k else "starting"
        line = f"{'━' * full}{'─' * (_WIDTH - full)} {k}/{self.total}  {rate:.3g} it/s  {left}"
        sys.stderr.write(f"\r{line}\x1b[K")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the bar away, so that the answer stands alone."""
        if self.shown and self.drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
