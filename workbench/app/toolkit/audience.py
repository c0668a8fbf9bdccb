"""Who looks at the page: what an address lets be seen of it, and whether it is shown to a room."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from workbench.catalog import KINDS
from workbench.live.address import PLAIN, RULE
from workbench.refusal import Refusal

PRESENT, ONLY, HIDE = "present", "only", "hide"
_MOST = 24  # names in one list


@dataclass(frozen=True)
class Audience:
    """`only` these names are in sight, where there are any, and none of `hide`; `present`: large, for a room.

    A name is a kind (operator), a parameter by its path (prior.weight), stop, steps, seed, device, or the title of a
    tab. A kind holds all of its parameters; a parameter keeps the menu of its kind out of sight. `complaint`: what was
    wrong.
    """

    present: bool = False
    only: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    complaint: str = ""

    @classmethod
    def read(cls, query: str, tabs: Iterable[str]) -> "Audience":
        """Of an address; what is wrong in it is left out, and said."""
        given = {name: values[0] for name, values in parse_qs(query.removeprefix("?"), keep_blank_values=True).items()}
        known = {*_PARTS, *(title.lower() for title in tabs)}
        wrong: list[str] = []
        lists = {name: _names(given.get(name, ""), known, wrong) for name in (ONLY, HIDE)}
        if given.get(PRESENT, "0") not in ("0", "1"):
            wrong.append(str(Refusal("present=1 or present=0", given[PRESENT][:20], "present=1 is for a room")))
        return cls(given.get(PRESENT) == "1", lists[ONLY], lists[HIDE], ". ".join(wrong[:2]))

    @property
    def address(self) -> str:
        """What stands in the address of the page behind the experiment; empty where all is seen."""
        said = {PRESENT: "1" * self.present, ONLY: ",".join(self.only), HIDE: ",".join(self.hide)}
        return "".join(f"&{name}={text}" for name, text in said.items() if text)

    def presenting(self, on: bool) -> "Audience":
        """The same, shown to a room or not."""
        return replace(self, present=on)

    def shows(self, path: str) -> bool:
        """Whether the control at a path is in sight."""
        wanted = not self.paths or any(_holds(name, path) for name in self.paths)
        return wanted and not any(_holds(name, path) for name in self.hide)

    def holds(self, kind: str) -> bool:
        """Whether anything of a kind is in sight."""
        inside = any(name.partition(".")[0] == kind for name in self.only)
        return (self.shows(kind) or inside) and kind not in self.hide

    @property
    def paths(self) -> tuple[str, ...]:
        """The kinds and parameters that alone are in sight; none where all are."""
        return tuple(name for name in self.only if name.partition(".")[0] in _PARTS)

    def tab(self, title: str) -> bool:
        """Whether a tab is in sight."""
        tabs = [name for name in self.only if name.partition(".")[0] not in _PARTS]
        return (not tabs or title.lower() in tabs) and title.lower() not in self.hide


_NAMES = ("truth", *KINDS, RULE, *PLAIN)
_PARTS = frozenset(_NAMES)
EVERYBODY = Audience()


@dataclass(frozen=True)
class LeftOut:
    """The paths that have no control: those that an audience does not see, and some besides. `path in` asks.

    What is in an object that has none has none.
    """

    audience: Audience
    besides: frozenset[str] = frozenset()

    def __contains__(self, path: object) -> bool:
        return any(_holds(name, str(path)) for name in self.besides) or not self.audience.shows(str(path))


def _holds(name: str, path: str) -> bool:
    return path == name or path.startswith(f"{name}.")


def _names(text: str, known: set[str], wrong: list[str]) -> tuple[str, ...]:
    """The names of a list that are known, each once; a parameter is known by its kind, since parts may change."""
    names = tuple(dict.fromkeys(filter(None, text.split(","))))[:_MOST]
    good = tuple(name for name in names if name.lower() in known or name.partition(".")[0] in _PARTS)
    if odd := [name for name in names if name not in good]:
        has = f"they are {', '.join(_NAMES)}, parameters as prior.weight, and titles of tabs"
        wrong.append(str(Refusal("a name of what the page shows", odd[0][:30], has)))
    return tuple(name if "." in name else name.lower() for name in good)
