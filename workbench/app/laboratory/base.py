"""What the looks at a training share: the contract, curves with a band over the seeds, what an epoch is called."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from workbench.app.laboratory.laboratory import Laboratory
from workbench.app.laboratory.trainings import Run, Running
from workbench.app.toolkit.figures import empty, fill
from workbench.app.toolkit.words import Words
from workbench.figures.colours import ERROR
from workbench.live.images import Array

BLUE, ORANGE, GREEN, PURPLE, RED, GREY = "#2f86d0", "#ec7f2b", "#38a169", "#7048e8", "#d6336c", "#868e96"
POINTS = 1000  # of a curve, at most
_DOT = 4  # px
_UNEVEN = 2.5  # thinned points are one iteration more or less apart
HESSIANS = "Examples of a recipe are new in every step: there is no one loss whose Hessian could be looked at."


class LabPlot(ABC):
    """One look at a training: `draw` it, and ask for the study that it shows.

    `controls` stand beside it; `note` says what to know, and `badge` what is wrong. A training that is none of
    `reads`, or does not fit, is not drawn: `instead` is said of it.
    """

    reads: ClassVar[type[Running]] = Run
    instead: ClassVar[str]

    def __init__(self, laboratory: Laboratory) -> None:
        self.laboratory = laboratory
        self.note, self.badge = Words(), Words(ERROR)
        self.controls: tuple[pn.viewable.Viewable, ...] = ()
        self.element = self._made()

    @classmethod
    def fits(cls, run: Running) -> bool:
        """Whether it can draw that training."""
        return isinstance(run, cls.reads)

    @property
    def run(self) -> Run | None:
        """The training over a table that goes; None while there is none."""
        run = self.laboratory.run
        return run if isinstance(run, Run) else None

    @abstractmethod
    def _made(self) -> pn.viewable.Viewable:
        """Make the plot."""

    @abstractmethod
    def draw(self) -> None:
        """Draw the run as it is, and let the laboratory go on with what is missing."""


class Band:
    """A mean over the seeds as a line, their extremes as a band, and the same of the run to compare with, dashed.

    Points are marked where what was looked at does not lie evenly: a line alone would tell of what nobody computed.
    """

    def __init__(self, plot: figure, colour: str) -> None:
        self._now, self._ghost = empty("at", "mean", "low", "high"), empty("at", "mean")
        band = plot.varea("at", "low", "high", source=self._now, color=colour, alpha=0.18)
        line = plot.line("at", "mean", source=self._now, color=colour, line_width=2)
        ghost = plot.line("at", "mean", source=self._ghost, color=colour, line_width=1.5, line_dash="dotted", alpha=0.7)
        dots = plot.scatter("at", "mean", source=self._now, color=colour, size=0)
        self._dots, self.renderers = dots.glyph, [line, band, ghost, dots]

    def show(
        self, at: Array, values: Array | None, ghost: tuple[Array, Array] | None = None, log: bool = False
    ) -> None:
        """Values (rows, S) over at (rows,); on a logarithmic axis only what is positive."""
        now = _columns(at, values, log)
        fill(self._now, now)
        apart = np.diff(now["at"])
        size = _DOT if len(apart) and apart.max() > _UNEVEN * apart.min() else 0
        if self._dots.size != size:
            self._dots.size = size
        columns = _columns(*(ghost or (np.array([]), None)), log)
        fill(self._ghost, {name: columns[name] for name in ("at", "mean")})


def _columns(at: Array, values: Array | None, log: bool) -> dict[str, Array]:
    if values is None or not len(values):
        return {name: np.array([]) for name in ("at", "mean", "low", "high")}
    rows = np.unique(np.linspace(0, len(at) - 1, min(len(at), POINTS)).astype(int))
    at, values = at[rows], values[rows]
    keep = np.isfinite(values).all(1) & ((values > 0).all(1) | (not log))
    at, values = at[keep], values[keep]
    return {"at": at, "mean": values.mean(1), "low": values.min(1), "high": values.max(1)}


def moment(plot: figure) -> ColumnDataSource:
    """A line across a plot at the epoch that is looked at, for `place`."""
    source = empty("x")
    plot.vspan(x="x", source=source, line_color=GREY, line_dash="dotted", line_width=1.5)
    return source


def place(source: ColumnDataSource, laboratory: Laboratory) -> None:
    """Put the line of `moment` where the slider is; nowhere while it follows the run."""
    at = laboratory.at
    fill(source, {"x": [] if at is None or laboratory.epoch is None else [at[0]]})
