"""Where a person is in a lesson, and what the address of the page says of it: lesson=NAME&step=3."""

from urllib.parse import parse_qs, urlencode

from workbench import lessons
from workbench.lessons import Lesson, LessonStep
from workbench.live.address import BESIDES
from workbench.refusal import Refusal

LESSON, STEP = "lesson", "step"


class Tour:
    """At `number` of a `lesson`, or in none. `complaint` says what was wrong with the address."""

    def __init__(self, query: str = "") -> None:
        self.lesson: Lesson | None = None
        self.number, self.complaint = 1, ""
        self.own = self.visit(query)

    @property
    def step(self) -> LessonStep | None:
        """The step that is open."""
        return None if self.lesson is None else self.lesson.steps[self.number - 1]

    @property
    def address(self) -> str:
        """What stands in the address of the page before the experiment; empty in no lesson."""
        if self.lesson is None:
            return ""
        return urlencode({LESSON: self.lesson.name, STEP: self.number}) + "&"

    def visit(self, query: str) -> bool:
        """Be where an address says; whether it leaves the state of the page to the step, and says none itself."""
        said = {name: values[0] for name, values in parse_qs(query.removeprefix("?")).items()}
        self.lesson, self.number, self.complaint = None, 1, ""
        if LESSON not in said:
            return False
        try:
            self.lesson = lessons.find(said[LESSON])
            self.number = self.lesson.step(_number(said.get(STEP, "1"))).number
        except Refusal as sentence:
            self.complaint = str(sentence)
        return self.lesson is not None and not set(said) - {*BESIDES}

    def begin(self, name: str) -> None:
        """The first step of a lesson."""
        self.lesson, self.number = lessons.find(name), 1

    def go(self, by: int) -> bool:
        """So many steps on; whether there is such a step."""
        there = self.lesson is not None and 1 <= self.number + by <= len(self.lesson.steps)
        self.number += by if there else 0
        return there

    def leave(self) -> None:
        """No lesson any more."""
        self.lesson, self.number = None, 1


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 3:
        raise Refusal("the number of a step", repr(text), "step=1 is the first")
    return int(text)
