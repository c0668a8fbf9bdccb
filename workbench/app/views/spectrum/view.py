"""The spectrum tab: a bar that starts, pauses and cancels the study, one plot, and the controls of that plot."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.analysis.spectrum import AXES, Study, SymmetricLogarithmic
from workbench.app.frames import Frame
from workbench.app.session import Session
from workbench.app.spectra import Spectra
from workbench.app.views.spectrum.modes import Modes
from workbench.app.views.spectrum.plots import SpectrumPlot
from workbench.app.views.spectrum.shares import Cumulative, Preconditioned, Shares
from workbench.app.views.spectrum.speed import AlongTheRun, PhaseDiagram, Predicted
from workbench.app.views.tab import SMALL, Tab, bar
from workbench.app.widgets import control
from workbench.app.words import ERROR, Words
from workbench.app.work_buttons import WorkButtons, starting
from workbench.parameters import parameters

PLOTS: dict[str, type[SpectrumPlot]] = {
    "density": Shares,
    "cumulative": Cumulative,
    "predicted convergence": Predicted,
    "modes": Modes,
    "step and momentum": PhaseDiagram,
    "along the run": AlongTheRun,
    "preconditioner": Preconditioned,
}
HEIGHT = 350


class SpectrumView(Tab):
    """The spectrum of the Hessian, a study at a time."""

    title = "Spectrum"
    making = "the plots of the spectrum"

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened, height=HEIGHT)
        self.studies = self.spectra = Spectra(session)
        self._plots: dict[str, SpectrumPlot] = {}
        self._frame: Frame | None = None

    def _tick(self, frame: Frame | None) -> bool:
        moved, self._frame = frame is not self._frame, frame
        return super()._tick(frame) or moved

    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        self.menu = pmui.Select(label="show", options=list(PLOTS), value="density", width=185, **SMALL)
        self.scale = pmui.Select(label="λ axis", options=AXES, value=SymmetricLogarithmic, width=140, **SMALL)
        start = starting("Study here", "insights", self.spectra.start)
        self.buttons = WorkButtons("study", start, self.spectra.hessian.toggle, self.spectra.cancel)
        self.first = pmui.Switch(label="at the first iterate", value=False, size="small", margin=(2, 0))
        self.words, self.complaint = Words(), Words(ERROR)
        own = [control(p.name, p, self.spectra.ask) for p in parameters(Study)]
        for each in own:
            each.show(getattr(self.spectra.way, each.path))
        self.knobs = pmui.Column(*(c.element for c in own), width=205, margin=0)
        self.side = pmui.Column(
            width=225, height=HEIGHT - 8, margin=(4, 4, 0, 4), scroll="y-auto", styles={"flex": "none"}
        )
        self.place = pmui.Column(sizing_mode="stretch_width", height=HEIGHT - 54, margin=0)
        self.menu.param.watch(lambda event: self._show(), "value")
        self.scale.param.watch(lambda event: self._again(), "value")
        self.first.param.watch(lambda event: self._at_start(event.new), "value")
        above = bar(self.menu, self.scale, *self.buttons.all)
        main = pmui.Column(above, self.place, sizing_mode="stretch_both", margin=0)
        self._show()
        if self.spectra.small:
            self.spectra.start()
        return self.side, main

    def _show(self) -> None:
        plot = self._plot
        self.side[:] = [
            self.words.element,
            self.complaint.element,
            *plot.controls,
            plot.note.element,
            self.first,
            self.knobs,
        ]
        self.place[:] = [plot.element]
        self._again()

    @property
    def _plot(self) -> SpectrumPlot:
        name = self.menu.value
        if name not in self._plots:
            self._plots[name] = PLOTS[name]()
        return self._plots[name]

    def _again(self) -> None:
        """Draw at the next beat, when the browser knows what is in sight."""
        self._stale = True

    def _at_start(self, first: bool) -> None:
        self.spectra.at_start = first
        self.spectra.start()

    def _draw(self) -> None:
        spectra, found = self.spectra, self.spectra.finding
        latest = spectra.hessian.latest
        spent = f"{found.products} of {spectra.cost()}, {latest.seconds:.1f} s" if found else spectra.cost()
        asked = f"{latest.status} at k = {spectra.k}: {spent}"
        self.words.say(asked if spectra.hessian.begun else f"Study here takes {spent}.")
        self.complaint.say(spectra.trouble())
        self.buttons.show(latest.status)
        self._plot.draw(spectra, self._frame, self.scale.value)
