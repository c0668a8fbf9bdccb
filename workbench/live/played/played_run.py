"""The run of an experiment under a hand: played, paused, stepped, slowed, begun anew, gone on with."""

from torch import Tensor

from workbench import devices, jobs
from workbench.analysis import standard
from workbench.experiment import Experiment
from workbench.live.caps import Caps
from workbench.parameters import changed
from workbench.problem import Problem


class PlayedRun:
    """The `job` of an `experiment` and its `problem`; whoever changes these says so by `_change` or `_restart`.

    `opened`: it stands at the end of a saved run until somebody plays.
    """

    opened = False

    def __init__(
        self, experiment: Experiment, problem: Problem, caps: Caps, begun: jobs.EarlierRun | None = None
    ) -> None:
        self.experiment, self.problem = experiment, problem
        self._caps = caps
        self._shown: jobs.Snapshot | None = None
        self._rate_wish: float | None = None
        self._stretch, self._rule = experiment.steps, experiment.stop
        self._playing = self._proving = False
        self.job = self._new_job(begun)

    def play(self) -> None:
        """Go on; a run that is done goes on for as many steps as were wished for, and its number of steps grows.

        One that its stopping rule has ended goes on without the rule, until it begins anew.
        """
        self._playing = True
        self._overrule()
        latest = self.job.latest
        if latest.status is jobs.Status.CANCELLED:
            self._restart()
        elif latest.status is jobs.Status.DONE and latest.k >= self.experiment.steps:
            self._lengthen(latest.k + self._stretch)
        self.job.play()

    def pause(self) -> None:
        self._playing = False
        self.job.pause()

    def step(self, count: int = 1) -> None:
        """So many iterations, then a pause."""
        self._playing = False
        self._overrule()
        self._lengthen(self.job.latest.k + count)
        self.job.step(count)

    def cancel(self) -> None:
        """End the run; what it reached stays in sight, and `play` begins again."""
        self._playing = False
        self.job.cancel()

    def reset(self) -> None:
        """Back to iteration 0 of the same problem, with steps and rule as wished for; one that was going goes on."""
        self._playing = self.job.latest.status is jobs.Status.RUNNING
        if (self.experiment.steps, self.experiment.stop) != (self._stretch, self._rule):
            self.experiment = changed(self.experiment, steps=self._stretch, stop=self._rule)
        self._restart()

    def begin_with(self, u: Tensor) -> None:
        """Begin anew from an unknown of the same problem, and play."""
        self._playing = True
        self._restart(jobs.GivenStart(u))

    def slow(self, rate: float | None) -> None:
        """At most `rate` iterations a second; None for full speed."""
        self._rate_wish = rate
        self.job.slow(rate)

    def prove(self, watched: bool) -> None:
        """Certificates often, while they are watched."""
        self._proving = watched
        self.job.prove(watched)

    def _change(self, label: str) -> None:
        """The run goes on with another problem or algorithm; one that had stopped goes on for as long again."""
        latest = self.job.latest
        self.job.change(self.problem, self.experiment.algorithm, label)
        if latest.status in (jobs.Status.DONE, jobs.Status.DIVERGED, jobs.Status.FAILED):
            self._lengthen(latest.k + self._stretch)

    def _lengthen(self, steps: int) -> None:
        """At least so many steps, in the experiment too: its Python and its address repeat what is shown."""
        if steps > self.experiment.steps:
            self.experiment = changed(self.experiment, steps=steps)
            self.job.until(steps)

    def _overrule(self) -> None:
        """A person goes on beyond the end that a rule has found: it rules no more, in the experiment neither."""
        if self.job.latest.ruled:
            self.experiment = changed(self.experiment, stop=None)
            self.job.end_by(None)

    def _restart(self, begun: jobs.EarlierRun | None = None) -> None:
        """From iteration 0, from the end of a saved run, or from an earlier moment."""
        self.job.cancel()
        self._shown = None
        self.job = self._new_job(begun)
        if self._playing:
            self.job.play()

    def _new_job(self, begun: jobs.EarlierRun | None) -> jobs.Job:
        new, self.opened = self.experiment, isinstance(begun, jobs.BegunRun)
        job = jobs.Job(self.problem, new.algorithm, standard(self.problem), new.steps, new.seed, begun)
        jobs.runner(str(devices.find(new.device))).submit(job)
        job.allow(self._caps.run)
        job.end_by(new.stop)
        job.slow(self._rate_wish)
        job.prove(self._proving)
        job.prepare()
        return job
