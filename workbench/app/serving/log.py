"""What happens on a server, a JSON object a line: when, what, how long; never what somebody computes or types."""

import json
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from workbench.refusal import Refusal

LOGGER = logging.getLogger("workbench.serve")
_MILLISECOND = 3  # digits


def note(event: str, numbers: Mapping[str, float | str]) -> None:
    """One line: the time, the event and its numbers. Nothing where nobody asked for a log."""
    if LOGGER.isEnabledFor(logging.INFO):
        rounded = {n: round(v, _MILLISECOND) if isinstance(v, float) else v for n, v in numbers.items()}
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        LOGGER.info(json.dumps({"time": now, "event": event} | rounded))


def write_log(path: str) -> None:
    """Append the lines to a file, or with "-" to the standard error. Refusal where that cannot be written."""
    try:
        handler = logging.StreamHandler() if path == "-" else logging.FileHandler(Path(path), encoding="utf-8")
    except OSError as error:
        raise Refusal("a file that can be written for the log", f"{path} ({error.strerror})", "name another") from error
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def end_log() -> None:
    """Close what `write_log` opened."""
    for handler in list(LOGGER.handlers):
        LOGGER.removeHandler(handler)
        with suppress(OSError):
            handler.close()
    LOGGER.setLevel(logging.NOTSET)
