"""The bar of a lesson: where one is, what to look at, a question, its answer when it is asked for."""

import html
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench.app.lessons.tour import Tour

_TEXT = {"variant": "text", "size": "small", "margin": (0, 2)}
_AROUND = {
    "border-left": "4px solid #4f9edb",
    "background": "rgba(79, 158, 219, 0.12)",
    "flex": "none",
    "padding": "3px 8px",
}
# Small letters of 1.5 % of the height of a projector, 1024 x 768.
_LARGE = ":host { zoom: 1.75; } @media (max-width: 640px) { :host { zoom: 1; } }"
_SHOW, _HIDE = "Show the answer", "Hide the answer"


class LessonBar:
    """Takes no room outside a lesson. `wishes` by the words Back, Next, Back to this step and End the lesson."""

    def __init__(self, wishes: dict[str, Callable[[], None]]) -> None:
        self.title, self.watch, self.question, self.answer = (_line() for _ in range(4))
        self.title.styles = {"flex": "1 1 240px", "align-self": "center"}
        icons = {
            "Back": "arrow_back",
            "Next": "arrow_forward",
            "Back to this step": "replay",
            "End the lesson": "close",
        }
        self.buttons = {name: pmui.Button(label=name, icon=icons[name], **_TEXT) for name in wishes}
        for name, button in self.buttons.items():
            button.on_click(lambda event, wish=wishes[name]: wish())
        self.reveal = pmui.Button(label=_SHOW, icon="lightbulb", **_TEXT)
        self.reveal.on_click(lambda event: self._answer(self.reveal.label == _SHOW))
        self.fold = pmui.Button(label="Fold", icon="expand_less", **_TEXT)
        self.fold.on_click(lambda event: self._fold(self.fold.label == "Fold"))
        head = pmui.FlexBox(
            self.title, *self.buttons.values(), self.reveal, self.fold, sizing_mode="stretch_width", margin=0,
            align_items="center", styles={"flex": "none"},
        )  # fmt: skip
        self._parts = [head, self.watch, self.question, self.answer]
        self._open, self._text = True, ""
        around: dict[str, Any] = {"sizing_mode": "stretch_width", "margin": 0}
        self._inside = pmui.Column(sizing_mode="stretch_width", margin=0)
        self.element = pmui.Column(self._inside, **around)

    def show(self, tour: Tour) -> None:
        """The step that is open, its answer hidden; nothing where there is none."""
        step, lesson = tour.step, tour.lesson
        if step is None or lesson is None:
            self._inside.param.update(objects=[], styles={})
            return
        self.title.object = _html(f"{lesson.title}, step {tour.number} of {len(lesson.steps)}", "font-weight:600")
        self.watch.object, self.question.object = _html(step.watch), _html(step.question, "font-style:italic")
        self._text = step.answer
        self._answer(False)
        self._press("Back", tour.number > 1)
        self._press("Next", tour.number < len(lesson.steps))
        self._fold(not self._open)

    def enlarge(self, large: bool) -> None:
        """For a room: letters that are read from the last row."""
        self.element.stylesheets = [_LARGE] * large

    def _answer(self, shown: bool) -> None:
        self.answer.object = _html(self._text) if shown else ""
        self.reveal.label = _HIDE if shown else _SHOW
        if shown and not self._open:
            self._fold(False)

    def _fold(self, folded: bool) -> None:
        """Only the line with the buttons, or all."""
        self._open = not folded
        self.fold.param.update(label="Unfold" if folded else "Fold", icon="expand_more" if folded else "expand_less")
        self._inside.param.update(objects=self._parts[:1] if folded else self._parts, styles=_AROUND)

    def _press(self, name: str, able: bool) -> None:
        if self.buttons[name].disabled is able:
            self.buttons[name].disabled = not able


def _line() -> pn.pane.HTML:
    return pn.pane.HTML("", sizing_mode="stretch_width", margin=(0, 4))


def _html(text: str, look: str = "") -> str:
    """A sentence of a lesson's file: nothing in it is read as markup."""
    return f"<div style='font-size:14px;line-height:1.4;overflow-wrap:anywhere;{look}'>{html.escape(text)}</div>"
