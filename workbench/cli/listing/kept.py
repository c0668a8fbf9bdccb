"""The catalogue as plain JSON, kept for the next process: a second `workbench list` imports no torch."""

import json
from pathlib import Path
from typing import Any

from workbench import cache

Members = list[dict[str, Any]]


def recalled(kind: str) -> Members | None:
    """The members of a kind as the sources have them now; None where none are kept or something has changed since."""
    try:
        found = json.loads(_file(kind).read_text())
        return found["members"] if found["of"] == cache.fingerprint() else None
    except (OSError, ValueError, KeyError, TypeError):  # none, or not one that `keep` wrote whole
        return None


def keep(kind: str, members: Members) -> Members:
    """The members as they are read back; kept where the folder can be written, else found anew each time."""
    text = json.dumps({"of": cache.fingerprint(), "members": members})
    cache.write(_file(kind), text.encode())
    return json.loads(text)["members"]


def _file(kind: str) -> Path:
    return cache.folder() / "catalogue" / f"{kind}.json"
