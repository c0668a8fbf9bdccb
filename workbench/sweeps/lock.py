"""One sweep at a time writes into a store: a lock that the system frees when its holder ends, however it ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.refusal import Refusal


@contextmanager
def only_writer(out: str | Path | None) -> Iterator[None]:
    """Hold `OUT.lock` beside a store; Refusal where another sweep holds it. Nothing is held for a store in memory."""
    if out is None:
        yield
        return
    path = Path(f"{os.path.normpath(out)}.lock")
    handle = _taken(path, out)
    try:
        yield
    finally:
        path.unlink()  # before it is freed: who has it open takes it and then sees that it is no longer the one
        os.close(handle)


def _taken(path: Path, out: str | Path) -> int:
    try:
        import fcntl
    except ModuleNotFoundError as error:
        remedy = "leave out= away and save the dataset, or run the sweep in the Linux of that machine"
        raise Refusal("a system with flock for a sweep that is kept", "one without", remedy) from error
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_CREAT | os.O_RDWR)
        except OSError as error:
            raise Refusal(f"a place to write {out}", f"{path} ({error.strerror})", "give another --out") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            remedy = "wait for it, then run the same again, or give another --out"
            raise Refusal(f"a store that no other sweep writes, {out}", "one that is being written", remedy) from error
        if path.exists() and os.path.samestat(path.stat(), os.fstat(handle)):
            return handle
        os.close(handle)  # of a sweep that has just ended and removed it
