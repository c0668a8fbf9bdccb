"""Views that compute beside the run: the spectrum of the Hessian, the information plane, the posterior."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

import ipywidgets as widgets
import numpy as np

from workbench.analysis import spectrum
from workbench.analysis.spectrum import LogarithmicAxis, SpectrumEstimate, SymmetricLogarithmicAxis
from workbench.jobs import Status
from workbench.live.images import extent
from workbench.live.planes import Planes
from workbench.live.spectra import Spectra
from workbench.live.study import Studies, Study
from workbench.live.uncertainty import Uncertainty as Chains
from workbench.notebook.cell_views import CellView
from workbench.notebook.panels import Panel, curve_panel, signal_panel
from workbench.notebook.shot import Shot

if TYPE_CHECKING:
    from workbench.notebook.shared_run import SharedRun

S = TypeVar("S", bound=Studies)


class StudyView(CellView, Generic[S]):
    """A study with a button that starts it, one that pauses it, and a line of words; small ones begin at once."""

    verb = "Start"

    def __init__(self, shared: "SharedRun", studies: S, study: Study) -> None:
        self.studies, self.study = studies, study
        self.start, self.pause = (widgets.Button(description=word) for word in (self.verb, "Pause"))
        self.start.on_click(lambda pressed: shared.wish(self.begin))
        self.pause.on_click(lambda pressed: shared.wish(study.toggle))
        self.words = widgets.Label()
        self._panels: list[Panel] = []
        super().__init__(shared, widgets.HBox([self.start, self.pause, self.words]))
        if studies.small:
            self.begin()

    def begin(self) -> None:
        """Begin with what there is now."""
        self.study.start()

    def beat(self, shot: Shot | None) -> None:
        """A study draws when it has found something, not with every iteration."""
        self.shot = shot or self.shot
        if self.studies.tick():
            self._panels = self.found()
            self.screen.show(self._panels)
            self.words.value = self.studies.trouble() or self.told()
            self.pause.description = "Go on" if self.study.status is Status.PAUSED else "Pause"
            self.pause.disabled = self.study.idle

    def standing(self) -> object | None:
        """What a study has found once it is over, whether the run goes on or not."""
        return self._panels if self._panels and self.idle else super().standing()

    @property
    def idle(self) -> bool:
        return all(study.idle for study in self.studies.studies)

    def close(self) -> None:
        self.studies.cancel()
        super().close()

    def told(self) -> str:
        """How far it is, in words."""
        return f"{self.study.status}, {self.study.latest.seconds:.1f} s"

    @abstractmethod
    def found(self) -> list[Panel]:
        """What it has found so far."""


class CellSpectrum(StudyView[Spectra]):
    """The density of the eigenvalues of the Hessian, on a logarithmic axis, of both signs where there are both."""

    verb = "Study here"

    def __init__(self, shared: "SharedRun") -> None:
        spectra = Spectra(shared.session)
        super().__init__(shared, spectra, spectra.hessian)

    def told(self) -> str:
        return f"{super().told()}: {self.studies.cost()}"

    def found(self) -> list[Panel]:
        finding = self.studies.finding
        return [spectrum_panel(finding)] if finding is not None and finding.measures else []


class CellPlane(StudyView[Planes]):
    """Filters in the information plane, I(x;T) over I(y;T), below the bottleneck curve."""

    verb = "Draw"

    def __init__(self, shared: "SharedRun") -> None:
        planes = Planes(shared.session)
        super().__init__(shared, planes, planes.closed)

    def found(self) -> list[Panel]:
        paths = self.studies.closed.result
        if paths is None:
            return []
        lines = {"bottleneck": paths.curve} | {track.name: (track.i_y, track.i_x) for track in paths.tracks}
        axes = ("I(y;T), bits", "I(x;T), bits")
        return [curve_panel(0, "Information plane", lines, axes, caption=paths.about)]


class CellUncertainty(StudyView[Chains]):
    """Mean, standard deviation and width of the 90 % interval of the posterior, from several chains."""

    verb = "Sample"

    def __init__(self, shared: "SharedRun") -> None:
        chains = Chains(shared.session)
        super().__init__(shared, chains, chains.chains)

    def begin(self) -> None:
        """Sample; where the algorithm has one answer and no spread, with the sampler that is advised."""
        advice = self.studies.advice()
        if advice is None or not advice.values:
            super().begin()
        else:
            self.studies.follow(advice)

    def told(self) -> str:
        advice = self.studies.advice()
        return advice.sentence if advice else super().told()

    def found(self) -> list[Panel]:
        maps = self.studies.maps()
        if maps is None:
            return []
        pictures = {"Mean": maps.mean, "Deviation": maps.deviation, "90 % interval": maps.width}
        return [
            signal_panel(i, name, values, extent(values), colours="viridis" if i else "gray")
            for i, (name, values) in enumerate(pictures.items())
        ]


def spectrum_panel(finding: SpectrumEstimate) -> Panel:
    """Densities of what was measured, with the outermost eigenvalues of the objective."""
    reach = spectrum.reach(finding)
    signed = any(float(measure.nodes.min()) < -measure.rounding * reach for _, measure in finding.measures)
    axis = (SymmetricLogarithmicAxis if signed else LogarithmicAxis)(reach)
    curves = {name: spectrum.density(measure, axis) for name, measure in finding.measures}
    lines = {name: (curve.at, curve.height) for name, curve in curves.items()}
    ends = [] if finding.extremes is None else list(zip(finding.extremes, ("λmin", "λmax"), strict=True))
    marks = [(float(axis.place(np.array(value))), f"{word} {value:.3g}") for value, word in ends]
    axes = ("eigenvalue λ", "density")
    return curve_panel(0, "Spectrum of the Hessian", lines, axes, marks=marks, ticks=axis.ticks().items())
