"""What the plots of the spectrum share: colours, and the step along the gradient."""

from abc import ABC, abstractmethod
from typing import ClassVar

import panel as pn

from workbench.analysis.spectrum import Axis
from workbench.app.toolkit.words import Words
from workbench.live.frames import Frame
from workbench.live.spectra import Spectra
from workbench.preconditioners import Preconditioner

COLOURS = {"data term": "#2f86d0", "prior": "#38a169", "objective": "#ec7f2b"}
STEP, EXTREME = "#d6336c", "#868e96"


class SpectrumPlot(ABC):
    """One look at a study: `draw` it; `controls` stand beside it, and `note` says what to know about it.

    `awaited` is what a spectrum of the Hessian will show here; "" where the look finds something of its own.
    """

    awaited: ClassVar[str] = ""

    def __init__(self, spectra: Spectra) -> None:
        self.spectra = spectra
        self.note = Words()
        self.controls: tuple[pn.viewable.Viewable, ...] = ()
        self.element = self._made()

    @abstractmethod
    def _made(self) -> pn.viewable.Viewable:
        """Make the plot."""

    @abstractmethod
    def draw(self, frame: Frame | None, scale: type[Axis]) -> None:
        """Draw the newest finding."""


def gradient_step(spectra: Spectra, frame: Frame | None, metric: Preconditioner | None = None) -> float | None:
    """The step of the run, where it is one of P times the gradient, P = 1 for None, and has a bound of P H."""
    if frame is None or frame.largest_step is None or frame.edge is None or spectra.metric != metric:
        return None
    steps = frame.curves.get("step_size")
    return float(steps[-1]) if steps is not None and len(steps) and steps[-1] > 0 else None


def edge_of(frame: Frame | None) -> float:
    """The step times curvature at which the run begins to grow: 2, or with a momentum another number."""
    return 2.0 if frame is None or frame.edge is None else frame.edge
