"""A lesson on the page: its bar and its list, and the wish that the page take the state of a step."""

from collections.abc import Callable

from workbench.app.lessons.bar import LessonBar
from workbench.app.lessons.lesson_list import LessonList
from workbench.app.lessons.tour import Tour
from workbench.lessons import LessonStep


class Teaching:
    """`take` makes the page what a step says; `left` hears that there is no lesson any more."""

    def __init__(self, tour: Tour, take: Callable[[LessonStep], None], left: Callable[[], None]) -> None:
        self.tour, self._take, self._left = tour, take, left
        wishes = {
            "Back": lambda: self.turn("back"),
            "Next": lambda: self.turn("next"),
            "Back to this step": self.again,
            "End the lesson": self.leave,
        }
        self.bar, self.list = LessonBar(wishes), LessonList(self.begin)
        self.bar.show(tour)

    def turn(self, way: str) -> None:
        """The next step, or the one before."""
        if self.tour.go(-1 if way == "back" else 1):
            self.again()

    def begin(self, name: str) -> None:
        """The first step of a lesson."""
        self.tour.begin(name)
        self.again()

    def again(self) -> None:
        """The state of this step once more, whatever was moved since."""
        step = self.tour.step
        if step is not None:
            self.bar.show(self.tour)
            self._take(step)

    def visit(self, query: str) -> None:
        """A person goes back or forward: the bar follows the address."""
        if self.tour.visit(query):
            self.again()
        else:
            self.bar.show(self.tour)

    def leave(self) -> None:
        """The page as it is, without the lesson."""
        self.tour.leave()
        self.bar.show(self.tour)
        self._left()
