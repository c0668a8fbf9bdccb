"""What is being solved, above the tabs: a formula whose terms light up their controls and pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from workbench import catalog
from workbench.app.toolkit.lit import DATA, IMAGE, place_of
from workbench.app.toolkit.scripts import script
from workbench.figures.png_address import png_address
from workbench.live.formulation import Term, stated
from workbench.live.members.member_cards import MemberPictures
from workbench.live.session import Session
from workbench.refusal import Refusal

_HERE = Path(__file__).parent
_OF_DATA = frozenset(("truth", "operator", "noise"))  # kinds that data tell of; the others are seen in the picture


class FormulationBar(JSComponent):
    """`verb`, `formula` and `words` of a formulation and its `terms`; `large` for a room.

    The browser lights up what a term stands for while the pointer or the focus is on it, tells of it, and puts the
    focus on its control at a click.
    """

    verb = param.String("")
    formula = param.String("")
    words = param.String("")
    terms = param.List([], item_type=dict)
    large = param.Boolean(False)

    _stylesheets = [(_HERE / "formulation_bar.css").read_text(encoding="utf-8")]  # noqa: RUF012 - an attribute of Panel's
    _esm = script(_HERE / "formulation_bar.js")

    def __init__(self, session: Session, large: bool = False) -> None:
        super().__init__(sizing_mode="stretch_width", margin=0, large=large)
        self._session, self._wanted = session, ""
        self.pictures = MemberPictures()
        self.refresh()

    def refresh(self) -> None:
        """Follow the experiment."""
        now = stated(self._session.experiment)
        fresh = {
            "verb": now.verb,
            "formula": now.mathml,
            "words": now.words,
            "terms": [_told(term) for term in now.terms],
        }
        if changed := {name: value for name, value in fresh.items() if getattr(self, name) != value}:
            self.param.update(**changed)

    def beat(self) -> None:
        """Send the picture of the member that is looked at, once it is drawn."""
        if self._wanted and (picture := self.pictures.drawn().get(self._wanted)):
            self._send_msg({"path": self._wanted, "picture": png_address(picture.png), "formula": picture.mathml})
            self._wanted = ""

    def close(self) -> None:
        """Nobody looks any more."""
        self.pictures.cancel()

    def _handle_msg(self, data: Mapping[str, Any]) -> None:
        """Somebody looks at a term: where it is a member, its picture is drawn."""
        path = str(data["path"])
        if path not in {term["path"] for term in self.terms}:
            return
        try:
            member = self._session.form.at(path)
        except Refusal:  # another experiment has come meanwhile
            return
        if any(type(member) in catalog.members(kind).values() for kind in catalog.KINDS):
            self._wanted = path
            self.pictures.draw({path: type(member)})


def _told(term: Term) -> dict[str, Any]:
    picture = DATA if term.path.partition(".")[0] in _OF_DATA else IMAGE
    return {
        "path": term.path,
        "words": term.words,
        "meaning": term.meaning,
        "lights": [place_of(term.path), picture],
    }
