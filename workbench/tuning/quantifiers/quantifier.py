"""What finds an interval for each pixel of a reconstruction."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.algorithms import Algorithm
from workbench.analysis.chains import Interval
from workbench.parameters import Checked
from workbench.problem import Problem


@dataclass(frozen=True)
class QuantifiedPicture:
    """An interval of each pixel of the first picture, (C, *space), of moduli where it is complex; None before there is.

    `sentence` says what it promises and how it was found, `warning` what speaks against it; empty where nothing does.
    `done`, of `whole`, is how much of the work has gone into it.
    """

    interval: Interval | None
    sentence: str
    warning: str = ""
    done: int = 1
    whole: int = 1


class Quantifier(ABC, metaclass=Checked):
    """A way to intervals around what an algorithm makes of a problem in so many steps; subclasses are dataclasses."""

    @abstractmethod
    def unmet(self, problem: Problem, algorithm: Algorithm) -> str:
        """Why there is no such interval here and how to get one, as a sentence; empty where there is."""

    @abstractmethod
    def pictures(self, problem: Problem, algorithm: Algorithm, steps: int) -> Iterator[QuantifiedPicture]:
        """The interval, better from one to the next. Refusal where it is `unmet`."""
