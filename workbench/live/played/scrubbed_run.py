"""The run of an experiment with its way back: any moment that is kept can be looked at, and gone on from."""

import bisect
from dataclasses import replace

from workbench import jobs
from workbench.algorithms import State
from workbench.experiment import Experiment
from workbench.live.caps import Caps
from workbench.live.cut import MIDDLE, Cut
from workbench.live.frames import Frame, LeftBehind, ProblemPictures, back_at, frame_of
from workbench.live.images import thinned
from workbench.live.played.played_run import PlayedRun
from workbench.problem import Problem
from workbench.refusal import Refusal

_MOST = 3  # branches whose former ways stay in sight


class ScrubbedRun(PlayedRun):
    """A run of which one `moment` is looked at; None for the newest. `left` is what branches went away from.

    `cut` is the plane of a volume that is drawn.
    """

    cut: Cut = MIDDLE

    def __init__(self, experiment: Experiment, problem: Problem, caps: Caps, pictures: ProblemPictures) -> None:
        self._curves, self._pace, self._pictures = jobs.Columns(), jobs.Pace(), pictures
        self.moment: jobs.RunMoment | None = None
        self._drawn: jobs.RunMoment | None = None
        self.left: tuple[LeftBehind, ...] = ()
        super().__init__(experiment, problem, caps)

    @property
    def moments(self) -> tuple[jobs.RunMoment, ...]:
        """Those that can be looked at, the earliest first; the one in sight stays among them."""
        kept, here = self.job.latest.moments, self.moment
        if here is None or any(moment.k == here.k for moment in kept):
            return kept
        return tuple(sorted((*kept, here), key=lambda moment: moment.k))

    @property
    def seen(self) -> tuple[Problem, State | None]:
        """What is looked at: the problem and the iterate of the moment, or those there are now."""
        if self.moment is None:
            return self.problem, self.job.latest.state
        unknown = self.moment.unknown
        made = None if unknown is None else State(unknown, self.moment.k)
        return self.moment.problem, self.moment.state or made

    def look_at(self, k: int | None) -> None:
        """Look at the last kept moment until iteration k, or at the newest iterate again. The run is not held up."""
        moments = self.moments
        place = -1 if k is None else bisect.bisect_right([moment.k for moment in moments], k) - 1
        self.moment = None if k is None or not moments else moments[max(place, 0)]

    def scrub(self, by: int) -> None:
        """So many moments on, or back; beyond the last one is the newest iterate."""
        moments = self.moments
        here = len(moments) if self.moment is None else [m.k for m in moments].index(self.moment.k)
        there = max(here + by, 0)
        self.moment = moments[there] if there < len(moments) else None

    def branch(self) -> None:
        """Go on from the moment in sight with the settings there are now; what the run did after it is left behind.

        Bit for bit what the run did, where the state of that moment is kept and the settings are those of then.
        """
        moment, snapshot = self.moment, self.job.latest
        if moment is None:
            raise Refusal("a moment of the run to go on from", "the newest one", "choose one on the time line first")
        if moment.unknown is None:
            remedy = "go on from the end, whose state is kept"
            raise Refusal("an iterate to go on from", "a picture that was made from another unknown", remedy)
        self._curves.read(snapshot)
        left = (*self.left, self._after(moment.k))[-_MOST:]
        self._playing = True
        self._restart(jobs.Branch(snapshot, moment))
        self.left = left

    def tick(self) -> Frame | None:
        """A frame of the run when something is new since the last one, else None."""
        snapshot, moment = self.job.latest, self.moment
        if snapshot is self._shown and moment is self._drawn:
            return None
        self._shown, self._drawn = snapshot, moment
        self._curves.read(snapshot)
        rate = self._pace.at(snapshot.k) if snapshot.status is jobs.Status.RUNNING else 0.0
        truth = self._pictures.truth
        frame = frame_of(snapshot, self._curves, self.problem, truth, rate, self.cut)
        frame = replace(frame, moments=self.moments, left=self.left)
        return frame if moment is None else back_at(frame, moment, truth, self.cut)

    def _restart(self, begun: jobs.EarlierRun | None = None) -> None:
        self.moment, self.left = None, ()
        super()._restart(begun)

    def _after(self, k: int) -> LeftBehind:
        """The rows from iteration k on."""
        curves = self._curves
        rows = slice(int(curves.ks.searchsorted(k)), None)
        columns = {"k": curves.ks, "seconds": curves.seconds} | curves.arrays()
        kept = {name: column[rows].copy() for name, column in columns.items()}
        kept = thinned(kept) if len(kept["k"]) else kept
        return LeftBehind(kept.pop("k"), kept.pop("seconds"), kept)
