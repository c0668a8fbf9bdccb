"""Sentences on the page. They may quote a file's name or an address, so nothing in them is read as markup."""

import html

import panel as pn

_STYLE = "font-size:12px;line-height:1.35;overflow-wrap:anywhere;white-space:pre-line;padding-bottom:3px"


class Words:
    """A sentence that takes no room while there is none."""

    def __init__(self, colour: str = "inherit", sentence: str = "", style: str = "") -> None:
        self.sentence, self._style = "", f"{_STYLE};color:{colour};{style}"
        self.element = pn.pane.HTML("", sizing_mode="stretch_width", margin=0)
        self.say(sentence)

    def say(self, sentence: str) -> None:
        """Show this sentence, or nothing."""
        if sentence != self.sentence:
            self.sentence = sentence
            # Not by `visible`: Panel 1.9 fails where that changes before the browser has drawn the element once.
            text = f"<div style='{self._style}'>{html.escape(sentence)}</div>"
            self.element.object = text if sentence else ""
