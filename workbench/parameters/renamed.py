"""Names that changed: what older runs, addresses and options say, and what it is called by now.

A line of RENAMED is `old: new`, CLASS being the home of today, such as "operators.GaussianBlur":
a class by its home, "operators.Blur": "operators.GaussianBlur";
an argument, "operators.GaussianBlur.sigma": "width";
a word that an argument takes, "data.Shipped.name=cameraman": "camera".
"""

from collections.abc import Iterable, Mapping
from typing import Any

from workbench.refusal import Refusal

RENAMED: dict[str, str] = {
    "experiment.Experiment.truth": "source",
}


def class_home(home: str) -> str:
    """The home of today of the class that a description names."""
    return RENAMED.get(home, home)


def class_name(name: str, homes: Iterable[str]) -> str:
    """The name of today of a class that is known by its name alone, among those of such homes."""
    known = set(homes)
    before = (new for old, new in RENAMED.items() if old.rpartition(".")[2] == name and new in known)
    return next(before, name).rpartition(".")[2]


def argument(home: str, name: str) -> str:
    """The name of today of an argument of a class."""
    return RENAMED.get(f"{home}.{name}", name)


def word(home: str, name: str, value: Any) -> Any:
    """The word of today for one that an argument was given; any other value as it is."""
    return RENAMED.get(f"{home}.{name}={value}", value) if isinstance(value, str) else value


def arguments(home: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a class by the names of today, words among them too; also by paths that begin with such a name.

    Refusal where an argument is there under both of its names.
    """
    found: dict[str, Any] = {}
    for path, value in given.items():
        old, dot, rest = path.partition(".")
        name = argument(home, old)
        now = f"{name}{dot}{rest}"
        if now in found or (now != path and now in given):
            raise Refusal(f"{now} once", f"also {path}, its older name", f"leave {path} out")
        found[now] = value if dot else word(home, name, value)
    return found
