"""The spectrum tab: a bar that starts, pauses and cancels the study, one plot, and the controls of that plot."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.analysis.spectrum import AXES, SymmetricLogarithmicAxis
from workbench.app.spectrum.basis import DenoiserBasis
from workbench.app.spectrum.instability import InstabilityPlot
from workbench.app.spectrum.modes import ModePlot
from workbench.app.spectrum.plots import SpectrumPlot
from workbench.app.spectrum.shares import Cumulative, Preconditioned, Shares
from workbench.app.spectrum.speed import AlongTheRun, PhaseDiagram, Predicted
from workbench.app.standing.awaiting import Awaiting
from workbench.app.standing.narrow import LOOSE
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.tab import SMALL, LookTab, bar, side
from workbench.app.toolkit.words import Words
from workbench.app.toolkit.work_buttons import WorkButtons, starting
from workbench.figures.colours import ERROR
from workbench.live.frames import Frame
from workbench.live.session import Session
from workbench.live.spectra import Spectra
from workbench.paths import Form

PLOTS: dict[str, type[SpectrumPlot]] = {
    "density": Shares,
    "cumulative": Cumulative,
    "predicted convergence": Predicted,
    "modes": ModePlot,
    "step and momentum": PhaseDiagram,
    "along the run": AlongTheRun,
    "preconditioner": Preconditioned,
    "denoiser's basis": DenoiserBasis,
    "worst perturbation": InstabilityPlot,
}
HEIGHT = 350


class SpectrumView(LookTab[SpectrumPlot]):
    """The spectrum of the Hessian, a study at a time."""

    title = "Spectrum"
    making = "the plots of the spectrum"
    looks = PLOTS

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened, height=HEIGHT)
        self.studies = self.spectra = Spectra(session)
        self._frame: Frame | None = None

    def _tick(self, frame: Frame | None) -> bool:
        moved, self._frame = frame is not self._frame, frame
        return super()._tick(frame) or moved

    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        self.scale = pmui.Select(label="λ axis", options=AXES, value=SymmetricLogarithmicAxis, width=170, **SMALL)
        start = starting("Study here", "insights", self.spectra.hessian.start)
        self.buttons = WorkButtons("study", start, self.spectra.hessian, self.spectra.cancel)
        self.first = pmui.Switch(label="at the first iterate", value=False, size="small", margin=(2, 0))
        self.words, self.complaint = Words(), Words(ERROR)
        self.knobs = FormPanel(Form(self.spectra.way), self.spectra.ask, sizing_mode=None, width=205)
        self.side = side(height=HEIGHT - 8, styles={})
        self.place = pmui.Column(sizing_mode="stretch_both", margin=0, stylesheets=[LOOSE])
        self.awaiting = Awaiting(self.place)
        self.scale.param.watch(lambda event: self._again(), "value")
        self.first.param.watch(lambda event: self._at_start(event.new), "value")
        above = bar(self._choice(185), self.scale, *self.buttons.all)
        main = pmui.Column(above, self.place, sizing_mode="stretch_both", margin=0)
        self._show()
        if self.spectra.small:
            self.spectra.hessian.start()
        return self.side, main

    def _grant(self) -> None:
        super()._grant()
        self.first.value = self.spectra.at_start
        self.knobs.refresh(Form(self.spectra.way))

    def _arrange(self) -> None:
        above = (self.words.element, self.complaint.element)
        self.side[:] = [*above, *self.look.controls, self.look.note.element, self.first, self.knobs.element]
        self._fill()

    def _fill(self) -> None:
        """The look, or what it will show."""
        awaited = self.look.awaited if self.spectra.finding is None else ""
        self.awaiting.show(awaited and f"{awaited} Study here computes it.", (self.look.element,))

    def _at_start(self, first: bool) -> None:
        self.spectra.at_start = first
        self.spectra.hessian.start()

    def _draw(self) -> None:
        spectra, found = self.spectra, self.spectra.finding
        latest = spectra.hessian.latest
        spent = f"{found.products} of {spectra.cost()}, {latest.seconds:.1f} s" if found else spectra.cost()
        asked = f"{latest.status} at k = {spectra.k}: {spent}"
        self.words.say(asked if spectra.hessian.begun else f"Study here takes {spent}.")
        self.complaint.say(spectra.trouble())
        self.buttons.show(latest.status)
        self._fill()
        self.look.draw(self._frame, self.scale.value)
