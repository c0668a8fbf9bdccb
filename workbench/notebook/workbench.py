"""A live reconstruction in cells, two-way with the kernel's variables."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from torch import Tensor

from workbench import jobs
from workbench.data.regions import Region
from workbench.jobs import Snapshot, Status
from workbench.live.hands.painting import losing, painting, undone
from workbench.live.opening import Opening
from workbench.live.session import Session
from workbench.notebook.cell import claim
from workbench.notebook.listeners import Heard
from workbench.notebook.part import Part
from workbench.notebook.shared_run import SharedRun
from workbench.notebook.views.cell_views import CellControls, CellWhole
from workbench.notebook.views.offered_views import Views
from workbench.problem import Problem
from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

_BEFORE = (Status.QUEUED, Status.PAUSED)
_OVER = (Status.DONE, Status.DIVERGED, Status.FAILED, Status.CANCELLED)
_LOOK = 0.01  # seconds between two looks at a run that is waited for
_ENDING = 20.0  # seconds that a run and what is studied beside it get to end: a piece of work is not cut


class LiveWorkbench:
    """A run of an experiment, a problem, or a saved run (a Dataset or its file) at its end; of nothing, a default.

    As the last line of a cell it shows itself and begins; `views` makes single views. `wb.prior.weight = 0.1` moves the
    slider and the run. A value that cannot be raises Refusal, and the run goes on.
    """

    operator, noise, prior, algorithm, stop = map(Part.of, ("operator", "noise", "prior", "algorithm", "stop"))

    def __init__(self, experiment: Any = None) -> None:
        self._shared = SharedRun(Opening.of(experiment).session())
        self._whole: CellControls | None = None
        self.views = Views(self._shared)
        claim(self)
        if self._session.opened:  # a run that has ended is over, and does not wait for its beginning
            self._wait(lambda latest: latest.status is not Status.QUEUED)

    # The run.

    def play(self) -> None:
        """Go on; a run that is done goes on for as many steps again."""
        self._shared.wish(self._session.play)
        self._wait(lambda latest: latest.status not in _BEFORE)

    def pause(self) -> None:
        """Stop after the iteration under way; returns once the run stands."""
        self._shared.wish(self._session.pause)
        self._wait(_stands)

    def step(self, n: int = 1) -> None:
        """Do n iterations, then stand; returns once the run stands."""
        if n < 1:
            raise Refusal("a number of iterations, 1 or more", str(n), "leave it out for one")
        self.pause()
        self._shared.wish(lambda: self._session.step(n))
        self._wait(_stands)

    def reset(self) -> None:
        """Back to iteration 0; a run that was going goes on from there."""
        self._shared.wish(self._session.reset)

    async def done(self) -> "xr.Dataset":
        """Play until the run is over, and return its result: `await wb.done()` is a line of a cell."""
        if self._latest.status in _BEFORE:
            self.play()
        while not self._at(_over):
            await asyncio.sleep(_LOOK)
        return self.result

    @property
    def k(self) -> int:
        """The iteration reached."""
        return self._latest.k

    @property
    def status(self) -> Status:
        """What the run is doing."""
        return self._latest.status

    @property
    def x(self) -> Tensor:
        """The iterate, (B, C, *space): the picture that the unknown makes."""
        self._wait(lambda latest: latest.state is not None or _over(latest))
        state = self._latest.state
        if state is None:
            raise Refusal("a run with an iterate", self._latest.message or "none", "change what stands in its way")
        return self._session.problem.picture(state.x)

    @property
    def result(self) -> "xr.Dataset":
        """The run so far, as a Dataset."""
        self._wait(lambda latest: latest.recorded > 0 or _over(latest))
        with self._shared.lock:
            return self._session.dataset()

    @property
    def problem(self) -> Problem:
        """The problem that is solved now."""
        return self._session.problem

    def on(self, every: int = 1) -> Callable[[Heard], Heard]:
        """A decorator of a function of the state, called at the display's rate once so many iterations have gone by."""
        return self._shared.listeners.on(every)

    def close(self) -> None:
        """End the run, its views and its threads; what was computed stays in `result`."""
        if not self._shared.closed:
            self._shared.close()
            self._wait(lambda latest: latest.status is Status.CANCELLED and self._shared.idle, _ENDING)
            jobs.rest_all()

    # The experiment.

    @property
    def steps(self) -> int:
        """The number of iterations."""
        return self.at("steps")

    @steps.setter
    def steps(self, count: int) -> None:
        self.set("steps", count)

    def at(self, path: str) -> Any:
        """The value at a path, such as "prior.weight"."""
        return self._shared.form.at(path)

    def set(self, path: str, value: Any) -> None:
        """Another value at a path, or a member by name; Refusal where it cannot be, and then all is as before."""
        self._shared.wish(lambda: self._session.take(path, value))

    def paint(self, region: Region, value: float) -> None:
        """Give a region of the truth another value, `paint(Brush(((30, 40),), 5), 1.0)`: the run goes on from here."""
        self._shared.wish(lambda: self._session.take_hand(painting(region, value)))

    def lose(self, region: Region) -> None:
        """Lose the data of a region, `lose(Rectangle((0, 20), (180, 24)))`: the run goes on with the others."""
        self._shared.wish(lambda: self._session.take_hand(losing(region)))

    def undo(self) -> None:
        """Take back what was painted or lost last; Refusal where there is nothing."""
        self._shared.wish(lambda: self._session.take_hand(undone))

    # How a cell shows it.

    @property
    def widget(self) -> CellControls:
        """All of it as one ipywidgets box, for a layout of one's own."""
        if self._whole is None:
            self._whole = self._drawn()
        return self._whole

    def _drawn(self) -> CellControls:
        return CellWhole(self._shared)

    def _ipython_display_(self) -> None:
        if not self._shared.closed and self._latest.status in _BEFORE and not self._session.opened:
            self.play()
        self.widget.present()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self.widget._repr_mimebundle_()

    def __repr__(self) -> str:
        where = "closed" if self._shared.closed else str(self.status)
        name = type(self._session.problem.given_operator).__name__
        return f"Workbench of {name}: {where}, iteration {self.k} of {self.steps}"

    # Within.

    @property
    def _session(self) -> Session:
        return self._shared.session

    @property
    def _latest(self) -> Snapshot:
        return self._session.job.latest

    def _wait(self, reached: Callable[[Snapshot], bool], seconds: float = float("inf")) -> None:
        """Until the run is there; an interrupt of the cell ends the waiting, not the run."""
        end = time.monotonic() + seconds
        while not self._at(reached) and time.monotonic() < end:
            time.sleep(_LOOK)

    def _at(self, reached: Callable[[Snapshot], bool]) -> bool:
        """Whether the run is there, and has heard of all wishes: before, it tells of what was."""
        job = self._session.job
        return job.obedient and reached(job.latest)


def _stands(latest: Snapshot) -> bool:
    return latest.status not in (Status.RUNNING, Status.QUEUED)


def _over(latest: Snapshot) -> bool:
    return latest.status in _OVER
