"""The present run beside the pinned ones, as the page draws them."""

import numpy as np
import torch

from workbench.comparison.compared_run import changed_at, objective_key, problem_key, truth_key
from workbench.comparison.comparison import ACCURACY
from workbench.comparison.recorded_rows import EXCESS, OF_TRUTH, first, kind, least, relative_excess, settled
from workbench.comparison.settings import Flat, flat, settings
from workbench.jobs import Status
from workbench.live.cut import Cut
from workbench.live.frames import Frame, ProblemPictures, picture
from workbench.live.images import Array, Limits, balanced, unit
from workbench.live.pins import Pin
from workbench.live.pins.one_beside import DATA, NOW, TRUTH, OneBeside
from workbench.live.pins.turned import TurnedRuns
from workbench.live.session import Session
from workbench.live.studies.intervals import WIDTH
from workbench.live.telling import told
from workbench.parameters import describe

COLUMNS = 4  # pictures beside each other
METRICS = ("psnr", "ssim", "objective", "residual", "k", "seconds", "calls")
NAMES = {TRUTH: "truth", DATA: "data", NOW: "this run"}


def pin(session: Session) -> Pin:
    """Pin the present run as it is on the screen; Refusal where there is none yet, or no room."""
    return session.pins.add(session.dataset(), experiment=session.experiment)


class AllBeside:
    """What the tab Compare shows: `all` by key, and of them the `chosen` ones, at most COLUMNS.

    Nothing is computed: pins are as they were kept, the present run is the frame that is drawn everywhere.
    """

    def __init__(self, session: Session) -> None:
        self._session, self.turned = session, TurnedRuns(session)
        self._pictures: ProblemPictures | None = None
        self._frame: Frame | None = None
        self._told: tuple[Flat, str, str, str] | None = None
        self._pinned: dict[int, OneBeside] = {}
        self._cut = session.cut
        self.chosen: tuple[str, ...] = (TRUTH, NOW)
        self._known: tuple[str, ...] = (DATA,)  # they stand beside the others where they are asked for

    def problem(self, pictures: ProblemPictures) -> None:
        """Another truth or other data."""
        self._pictures, self._frame = pictures, None
        self.refresh()

    def frame(self, frame: Frame) -> None:
        """The newest frame of the present run."""
        self._frame = frame

    def refresh(self) -> None:
        """The experiment is another one."""
        self._told = None

    @property
    def now(self) -> tuple[Flat, str, str, str]:
        """The settings of the present run, and what its objective and its errors may be compared with."""
        if self._told is None:
            description = describe(told(self._session.experiment))
            problem = self._session.problem
            y = problem.y.numpy(force=True)
            truth = None if problem.truth is None else problem.truth.numpy(force=True)
            keys = objective_key(description, y.shape), problem_key(description, y), truth_key(truth)
            self._told = flat(description), *keys
        return self._told

    @property
    def all(self) -> dict[str, OneBeside]:
        """Truth, where it is known, data of the picture's size, present run and pins, as a switch of intervals says."""
        found = [self._truth(), self._data(), self._now(), *map(self._pin, self._session.pins.all)]
        return self.turned.turned({each.key: each for each in found if each is not None})

    def choose(self, keys: tuple[str, ...]) -> str:
        """Show these; the sentence why not all of them."""
        self.chosen = keys[-COLUMNS:]
        return f"At most {COLUMNS} beside each other: the first was left out." if len(keys) > COLUMNS else ""

    def follow(self) -> None:
        """Take a new pin among those that are shown while there is room; forget what has gone."""
        there = tuple(self.all)
        fresh = [key for key in there if key not in self._known and key not in self.chosen]
        kept = [key for key in self.chosen if key in there]
        self.chosen = (*kept, *fresh)[:COLUMNS]
        self._known = (*there, DATA)

    def shown(self) -> tuple[OneBeside, ...]:
        """The chosen ones in their order that have a picture."""
        there = self.all
        return tuple(each for key, each in there.items() if key in self.chosen and each.picture is not None)

    def limits(self) -> Limits:
        """One scale: that of the truths, where all have one, else from the least to the largest of what is shown."""
        if self.turned.look == WIDTH:
            return self.turned.limits(self.shown())
        truth = self._pictures.truth if self._pictures else None
        scale = [truth] if truth is not None else []
        scale += [t if (t := pin.run.truth) is not None else pin.run.picture for pin in self._session.pins.all]
        scale += [] if truth is not None else [each.picture for each in self.shown() if each.picture is not None]
        if not scale:
            return (0.0, 1.0)
        ends = [unit(picture) for picture in scale]
        return min(low for low, _ in ends), max(high for _, high in ends)

    def differences(self, reference: str) -> tuple[list[tuple[OneBeside, Array]], Limits, str]:
        """What is shown minus the picture of the reference, on one scale around 0, and which have another size."""
        base = self.all.get(reference)
        if base is None or base.picture is None:
            return [], (-1.0, 1.0), "There is nothing to take differences to yet."
        others = [(each, each.picture) for each in self.shown() if each.key != reference and each.picture is not None]
        made = [(each, _grey(image - base.picture)) for each, image in others if image.shape == base.picture.shape]
        odd = [each.label for each, image in others if image.shape != base.picture.shape]
        most = max((balanced(d)[1] for _, d in made), default=1.0)
        return made, (-most, most), f"Of another size than {base.label}: {', '.join(odd)}." if odd else ""

    def curves(self, name: str) -> tuple[tuple[OneBeside, ...], str]:
        """Those of the runs whose curves of a quantity may lie over that of the present run, and why others do not."""
        runs = self._runs()
        now = next((run for run in runs if run.key == NOW), None)
        if now is None:
            return runs, ""
        alike = [run for run in runs if kind(run, name) == kind(now, name)]
        odd = [run.label for run in runs if run not in alike]
        why = "against another truth" if name in OF_TRUTH else "of another problem"
        return tuple(alike), f"Not drawn, since {why}: {', '.join(odd)}." if odd else ""

    def values(self, run: OneBeside, name: str) -> Array | None:
        """A quantity of one run at each row; of the excess, what the objective is above the best of its problem."""
        if name != EXCESS:
            return run.column(name)
        column, best = settled(run, "objective"), least(self._runs()).get(run.problem_key, np.nan)
        return None if column is None else relative_excess(column, best)

    def mark(self, run: OneBeside) -> int | None:
        """The first row at which a run was within ACCURACY of the best objective of its problem; None for never."""
        excess = None if run.diverged else self.values(run, EXCESS)
        return None if excess is None else first(excess <= ACCURACY)

    def _runs(self) -> tuple[OneBeside, ...]:
        return tuple(each for key, each in self.all.items() if key not in (TRUTH, DATA))

    def differing(self) -> tuple[tuple[OneBeside, ...], list[tuple[str, tuple[str, ...]]], int]:
        """All runs, the settings that differ between them in words, and how many agree."""
        runs = self._runs()
        differing, agreeing = settings([run.settings for run in runs])
        return runs, [(each.path, each.words) for each in differing], len(agreeing)

    def _truth(self) -> OneBeside | None:
        if self._pictures is None or self._pictures.truth is None:
            return None
        return OneBeside(TRUTH, NAMES[TRUTH], self._pictures.truth, (self._pictures.version,))

    def _data(self) -> OneBeside | None:
        if self._pictures is None or self._pictures.data.shape != self._pictures.shape:
            return None
        return OneBeside(DATA, NAMES[DATA], self._pictures.data, (self._pictures.version,))

    def _now(self) -> OneBeside:
        frame = self._frame
        image = frame.image if frame else None
        columns: dict[str, Array] = {}
        if frame:
            rows = slice(int(np.searchsorted(frame.ks, frame.pictured, side="right")))  # as it stood at that moment
            known = {"k": frame.ks, "seconds": frame.seconds, "calls": frame.calls} | frame.curves
            columns = {name: column[rows] for name, column in known.items()}
        stands = (id(self._pictures), frame.version if frame else -1, frame.at if frame else None)
        diverged = frame is not None and frame.status is Status.DIVERGED
        moved = changed_at(frame.marks) if frame else -1
        return OneBeside(NOW, NAMES[NOW], image, stands, columns, *self.now, moved, diverged)

    def _pin(self, pin: Pin) -> OneBeside:
        if self._cut != self._session.cut:
            self._cut, self._pinned = self._session.cut, {}
        known = self._pinned.get(pin.key)
        if known is None or known.label != pin.label:
            self._pinned = {k: v for k, v in self._pinned.items() if any(k == p.key for p in self._session.pins.all)}
            known = self._pinned[pin.key] = _of_pin(pin, self._cut)
        return known


def _of_pin(pin: Pin, cut: Cut) -> OneBeside:
    run = pin.run
    names = [str(n) for n in run.dataset.data_vars]
    columns = {name: column for name in names if (column := run.column(name)) is not None}
    columns |= {n: run.dataset[n].values for n in ("k", "seconds", "calls") if n in run.dataset.coords}
    keys = run.objective_key, run.problem_key, run.truth_key
    image = picture(torch.from_numpy(run.dataset["x"].values), cut)
    return OneBeside(
        str(pin.key), pin.label, image, (pin.key, cut), columns, run.settings, *keys, run.changed_at, run.diverged
    )


def _grey(picture: Array) -> Array:
    return picture.mean(axis=2) if picture.ndim == 3 else picture
