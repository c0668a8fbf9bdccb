"""The list of lessons: a button, and a window that opens with one line for each."""

import html
from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench import lessons
from workbench.app.run.transport import IN_BAR


class LessonList:
    """`button` opens `window`, which is filled when it is opened for the first time."""

    def __init__(self, begin: Callable[[str], None]) -> None:
        self._begin = begin
        self.button = pmui.Button(
            label="Lessons", icon="school", variant="text", size="small", margin=(0, 2), sx=IN_BAR, align="center"
        )
        self.button.on_click(lambda event: self.open())
        self.window = pmui.Dialog(title="Lessons", open=False, close_on_click=True, show_close_button=True)

    def open(self) -> None:
        """Show every lesson, in the order in which they are taught."""
        if not self.window.objects:
            self.window.objects = [self._row(number, lesson) for number, lesson in enumerate(lessons.every(), 1)]
        self.window.open = True

    def _row(self, number: int, lesson: lessons.Lesson) -> pmui.Column:
        button = pmui.Button(
            label=f"{number}. {lesson.title}", variant="text", size="small", margin=(4, 0, 0, 0), width=520,
            sx={"justifyContent": "flex-start", "textTransform": "none", "fontSize": "15px"},
        )  # fmt: skip
        button.on_click(lambda event: self._chosen(lesson.name))
        steps = f"{html.escape(lesson.learnt)} {len(lesson.steps)} steps."
        words = pn.pane.HTML(f"<div style='font-size:13px'>{steps}</div>", width=520, margin=(0, 6, 4, 6))
        return pmui.Column(button, words, margin=0)

    def _chosen(self, name: str) -> None:
        self.window.open = False
        self._begin(name)
