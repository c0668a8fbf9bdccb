"""By what a file is known again when a sweep goes on with it."""

from hashlib import file_digest, sha256
from pathlib import Path

_WHOLE = 2**28  # bytes up to which the content tells, and not its size and date


def fingerprint(path: str | Path) -> str:
    """SHA-256 of a file; of a large one, or a folder, of the names, sizes and dates of what is in it. "" of nothing."""
    path = Path(path)
    if path.is_file() and path.stat().st_size <= _WHOLE:
        with path.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest()
    inside = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    told = [(str(each.relative_to(path)), *_size_and_date(each)) for each in inside if each.is_file()]
    return sha256(repr(told).encode()).hexdigest() if told else ""


def _size_and_date(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns
