"""Lessons: states of the page in a row, each with a sentence, a question, an answer and a claim that is checked."""

from workbench.lessons.checked_claim import CheckedClaim, check, check_step, demonstrations
from workbench.lessons.demonstration import Demonstration
from workbench.lessons.lesson import Lesson, LessonStep
from workbench.lessons.reading import read
from workbench.lessons.shelf import every, find, names, opened

__all__ = [
    "CheckedClaim",
    "Demonstration",
    "Lesson",
    "LessonStep",
    "check",
    "check_step",
    "demonstrations",
    "every",
    "find",
    "names",
    "opened",
    "read",
]
