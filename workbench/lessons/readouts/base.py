"""What a number of a step is read by."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from workbench.parameters import Checked

if TYPE_CHECKING:
    from workbench.lessons.demonstration import Demonstration


class Readout(ABC, metaclass=Checked):
    """A number that the learner's own plot shows. Subclasses are frozen dataclasses.

    `needed` are arguments that a lesson has to say: what they would be otherwise is no claim of its writer.
    """

    needed: ClassVar[tuple[str, ...]] = ()
    missing: ClassVar[str] = "there is none"  # what NaN means, in words

    @abstractmethod
    def read(self, shown: "Demonstration") -> float:
        """The number of a step; NaN where the run did not come so far. Refusal where the step shows no such number."""

    @abstractmethod
    def __str__(self) -> str:
        """What it is, in words: the last psnr."""
