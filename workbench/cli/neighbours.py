"""Others that are called `workbench`: distributions with such a package or command, and modules on the path."""

import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import workbench

_OURS, _NAME = "inverse-workbench", "workbench"


def distributions() -> list[str]:
    """Other distributions, NAME VERSION, with a package or a command `workbench`: what came last took its place."""
    others = (d for d in metadata.distributions() if (d.name or "").lower().replace("_", "-") != _OURS and _brings(d))
    return sorted({f"{other.name} {other.version}" for other in others})


def _brings(other: metadata.Distribution) -> bool:
    """Whether a distribution brings a package, a module or a command of that name."""
    stated = (other.read_text("top_level.txt") or "").split()
    recorded = (other.read_text("RECORD") or "").splitlines()  # `files` may leave out what is missing
    modules = stated or [line.split(",")[0].split("/")[0].removesuffix(".py") for line in recorded]
    return _NAME in modules or any(p.name == _NAME for p in other.entry_points if p.group == "console_scripts")


def modules() -> list[str]:
    """Other modules `workbench` on the path: a program to which theirs comes first imports them, not this package."""
    return sorted({str(place) for place in _places() if place.resolve() != Path(workbench.__file__).resolve()})


def _places() -> Iterator[Path]:
    for entry in sys.path:
        for file in (Path(entry) / _NAME / "__init__.py", Path(entry) / f"{_NAME}.py"):
            if file.is_file():
                yield file
