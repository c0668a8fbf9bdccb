"""What is found at the moment of a run that is in sight."""

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterator
from typing import TypeVar

from workbench.live.session import Session
from workbench.live.study import Study

Found = TypeVar("Found")


class MomentStudy(Study[Found]):
    """One finding at a time: it begins anew where another moment, or another problem, is in sight."""

    def __init__(self, session: Session) -> None:
        self.session = session
        super().__init__(lambda: session.experiment.device, self._sought, self._of)

    @property
    def unmet(self) -> str:
        """Why there is nothing to find, as a sentence; empty where there is."""
        return "There is no iterate yet." if self.session.seen[1] is None else self._lacking()

    @abstractmethod
    def _lacking(self) -> str:
        """The same where there is an iterate."""

    @abstractmethod
    def _sought(self) -> Callable[[], Iterator[Found]] | None:
        """What the thread of the device then calls; None where something is unmet."""

    def _of(self) -> Hashable:
        moment = self.session.moment
        return id(self.session.seen[0]), None if moment is None else moment.k
