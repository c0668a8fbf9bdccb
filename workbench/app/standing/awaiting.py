"""A place for pictures that says what will stand there, until something does."""

from collections.abc import Sequence

import panel as pn
import panel_material_ui as pmui

from workbench.app.toolkit.words import Words

LARGE = "font-size:16px;line-height:1.6;max-width:44em;padding:18px 24px"


class Awaiting:
    """`show` puts the parts into the `place`, or, where there is nothing to draw yet, a sentence in large letters."""

    def __init__(self, place: pmui.Row | pmui.Column) -> None:
        self.place, self.words = place, Words(style=LARGE)

    def show(self, sentence: str, parts: Sequence[pn.viewable.Viewable]) -> None:
        """The sentence; the parts where it is empty."""
        self.words.say(sentence)
        wanted = [self.words.element] if sentence else list(parts)
        if list(self.place) != wanted:
            self.place[:] = wanted
