"""Cards of members in the browser: grouped, searched as one types, chosen with a click."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from workbench.app.toolkit.scripts import script
from workbench.figures.png_address import png_address
from workbench.live.members.member_cards import MemberCard, MemberPicture

_HERE = Path(__file__).parent


class MemberGrid(JSComponent):
    """`cards`, the fields of a `MemberCard` each, and the name of the `chosen` one; `heard` hears that of another.

    `drawn` once the browser has places for pictures.
    """

    cards = param.List(default=[])
    chosen = param.String(default="")

    _stylesheets = [(_HERE / "member_grid.css").read_text(encoding="utf-8")]  # noqa: RUF012 - an attribute of Panel's
    _esm = script(_HERE / "member_grid.js")

    def __init__(self, heard: Callable[[str], None], **layout: Any) -> None:
        super().__init__(**layout)
        self._heard, self.drawn = heard, False

    def _handle_msg(self, data: Mapping[str, Any]) -> None:
        if data["kind"] == "drawn":
            self.drawn = True
        else:
            self._heard(str(data["name"]))

    def draw(self, cards: Iterable[MemberCard], chosen: str) -> None:
        """Draw these, without pictures."""
        self.drawn = False
        self.param.update(cards=[asdict(card) for card in cards], chosen=chosen)

    def illustrate(self, name: str, picture: MemberPicture) -> None:
        """Picture and equation of a card have been made."""
        self._send_msg({"name": name, "picture": png_address(picture.png), "formula": picture.mathml})
