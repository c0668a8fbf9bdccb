"""The interval of every pixel of one person's run, as pictures: found once, shown by every view that draws the run."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from torch import Tensor

from workbench import catalog
from workbench.live.frames import picture
from workbench.live.images import Array, Limits, from_nothing, unit
from workbench.live.session import Session
from workbench.live.study import Studies, Study
from workbench.parameters import Checked, describe
from workbench.paths import Form
from workbench.tuning.quantifiers import QuantifiedPicture, Quantifier, SplitConformal

OFF = "Reconstruction"
WIDTH, LOW, HIGH = LOOKS = ("Interval width", "Lower end", "Upper end")


@dataclass(frozen=True)
class Intervals(metaclass=Checked):
    """By which method intervals are found."""

    method: Annotated[Quantifier, "how the intervals of pixels are found"] = field(default_factory=SplitConformal)


class IntervalStudy(Studies):
    """One interval at a time on the run's device; `look` is what the picture of the run shows in its place."""

    def __init__(self, session: Session) -> None:
        self.session, self.intervals, self.look = session, Intervals(), OFF
        self.work: Study[QuantifiedPicture] = Study(lambda: session.experiment.device, self._sought, self._described)
        super().__init__(self.work)

    @property
    def form(self) -> Form:
        """What can be set."""
        return Form(self.intervals)

    @property
    def found(self) -> QuantifiedPicture | None:
        """The interval of the run as it is set now; None where it is of other settings, or there is none."""
        return self.work.current

    @property
    def unmet(self) -> str:
        """Why there is no interval by this method and how to get one; empty where there is."""
        return self.intervals.method.unmet(self.session.problem, self.session.experiment.algorithm)

    def set(self, path: str, value: Any) -> None:
        """Another method, or a parameter of it."""
        form = self.grant(lambda: self.form.taking(path, value))
        if form is not None:
            self.intervals = form.root

    def restore(self) -> None:
        super().restore()
        self.intervals, self.look = Intervals(), OFF

    def reasons(self, form: Form, path: str) -> dict[str, str]:
        """Why a method finds no interval of this run."""
        problem, algorithm = self.session.problem, self.session.experiment.algorithm
        methods = catalog.members("quantifier")
        return {name: methods[name]().unmet(problem, algorithm) for name in form.members(path)}

    def drawn(self, look: str = "") -> tuple[Array, Limits] | None:
        """What a look shows, by itself that in sight, with the limits of its colours; None where it shows the run."""
        look = look or self.look
        whole = self.signal(look)
        if whole is None:
            return None
        shown = picture(whole, self.session.cut)
        if look == WIDTH:
            return shown, from_nothing(shown)
        truth = self.session.pictures().truth
        return shown, unit(shown if truth is None else truth)

    def signal(self, look: str) -> Tensor | None:
        """What a look shows, all of it, (1, C, *space), the width as the mean of the channels; None as for `drawn`."""
        found = self.found
        if look == OFF or found is None or found.interval is None:
            return None
        if look == WIDTH:
            return found.interval.width.mean(0, keepdim=True)[None]
        return (found.interval.low if look == LOW else found.interval.high)[None]

    def sentence(self) -> str:
        """What there is, or how to get it."""
        found = self.found
        if found is None:
            return "" if self.trouble() else self.unmet or "None yet: Find intervals."
        if found.interval is None:
            return f"{found.sentence}: {found.done} of {found.whole}"
        done = "" if found.done >= found.whole else f" (so far {found.done} of {found.whole})"
        inside = ""
        if (truth := self.session.problem.truth) is not None:
            inside = f"; of this truth {found.interval.coverage(truth[0].to(found.interval.low)):.1%} lie inside"
        mean, rule = float(found.interval.width.mean()), ""
        if self.session.experiment.stop is not None:
            rule = f"; of {self.session.experiment.steps} iterations, whatever the rule that ends the run"
        return f"{found.sentence}{done}{rule}. Mean width {mean:.3g}{inside}."

    def _sought(self) -> Callable[[], Iterator[QuantifiedPicture]] | None:
        problem, experiment, method = self.session.problem, self.session.experiment, self.intervals.method
        self.complaint = ""
        if method.unmet(problem, experiment.algorithm):
            return None

        def growing() -> Iterator[QuantifiedPicture]:
            return method.pictures(problem, experiment.algorithm, experiment.steps)

        return growing

    def _described(self) -> Hashable:
        experiment = self.session.experiment
        method = str(describe(self.intervals))
        return id(self.session.problem), str(describe(experiment.algorithm)), experiment.steps, method
