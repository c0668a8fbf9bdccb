"""The report of the present run and the pinned ones, made beside the run."""

from collections.abc import Callable, Iterator

from workbench.comparison.comparison import laid_out
from workbench.live.pins.beside import NAMES, NOW
from workbench.live.session import Session
from workbench.live.study import Studies, Study
from workbench.refusal import Refusal


class Reporting(Studies):
    """A page of HTML of the pins and of the run as it is at the click: `page`, once it is there."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.work: Study[str] = Study(lambda: session.experiment.device)
        super().__init__(self.work)

    @property
    def page(self) -> str | None:
        return self.work.result

    def set(self, path: str, value: object) -> None:
        """It has no parameters."""

    def begin(self) -> None:
        """Take in what there is now; the complaint says why there is nothing to report."""
        if (make := self.grant(self._make)) is not None:
            self.work.begin(make)

    def _make(self) -> Callable[[], Iterator[str]]:
        pins = self.session.pins.all
        if not pins:
            raise Refusal("a pinned run to report beside this one", "none", "press Pin, go on with other settings")
        runs = [(self.session.dataset(), None), *((pin.run.dataset, None) for pin in pins)]
        found = laid_out(runs, (NAMES[NOW], *(pin.label for pin in pins)))

        def made() -> Iterator[str]:
            yield found.report()

        return made
