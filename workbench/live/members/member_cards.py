"""What a person sees of each member before choosing: a picture, a sentence, its equation and its papers."""

import base64
import functools
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import workbench
from workbench import cache
from workbench.figures import preview
from workbench.live.controls.entering import summary
from workbench.live.study import Study
from workbench.paths import Menu

PICTURED = ("operator", "noise", "prior", "algorithm")


@dataclass(frozen=True)
class MemberCard:
    """A member by name, the folder of its like, its first sentence, what else is told, and why it is greyed."""

    name: str
    group: str
    sentence: str
    more: str
    reason: str = ""


def cards(members: Menu, reasons: Mapping[str, str]) -> list[MemberCard]:
    """One for each member, those of one folder together, as the catalogue has the folders."""
    found = [
        MemberCard(name, _group(cls), summary(cls), _more(cls), reasons.get(name, ""))
        for name, cls in members.items()
        if cls is not None
    ]
    groups = list(dict.fromkeys(card.group for card in found))
    return sorted(found, key=lambda card: groups.index(card.group))


def _group(cls: type) -> str:
    """The folder that a class lives in; none for one that lives beside others of its kind."""
    within = cls.__module__.split(".")[2:-1]
    return within[0].replace("_", " ") if within else ""


def _more(cls: type) -> str:
    return (inspect.getdoc(cls) or "").partition("\n\n")[2]


@dataclass(frozen=True)
class MemberPicture:
    """What takes longer to make: the small picture of a member as a PNG file and its equation as MathML.

    Empty where there is none.
    """

    png: bytes
    mathml: str


@functools.cache
def picture(cls: type) -> MemberPicture:
    """Of a member with its defaults; those of the package are drawn once for all processes."""
    if not cls.__module__.startswith(f"{workbench.__name__}."):
        return _drawn(cls)
    name = f"pictures/{cls.__module__}.{cls.__qualname__}"
    kept = cache.recalled(name)
    if kept is not None:
        return MemberPicture(base64.b64decode(kept["png"]), kept["mathml"])
    made = _drawn(cls)
    cache.keep(name, {"png": base64.b64encode(made.png).decode(), "mathml": made.mathml})
    return made


def _drawn(cls: type) -> MemberPicture:
    from latex2mathml import converter

    formula = getattr(cls, "formula", "")
    mathml = converter.convert(formula) if formula else ""
    try:
        return MemberPicture(preview(cls()).png(), mathml)
    except Exception:  # a class of a person's own may raise anything where it is shown what it does not know
        return MemberPicture(b"", mathml)


class MemberPictures:
    """Those of some members, made one after the other beside the runs."""

    def __init__(self) -> None:
        self.drawing: Study[Mapping[str, MemberPicture]] = Study(lambda: "cpu")

    def draw(self, members: Mapping[str, type]) -> None:
        """Begin with these, by their names; what is made already comes at once."""

        def made() -> Iterator[Mapping[str, MemberPicture]]:
            drawn: dict[str, MemberPicture] = {}
            for name, cls in members.items():
                drawn[name] = picture(cls)
                yield dict(drawn)

        self.drawing.begin(made)

    def drawn(self) -> Mapping[str, MemberPicture]:
        """Those that are made so far, by name."""
        return self.drawing.latest.result or {}

    def cancel(self) -> None:
        """Make no more."""
        self.drawing.cancel()
