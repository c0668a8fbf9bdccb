"""The change of the data that moves the reconstruction most, what it does to it, and how wide a point is seen."""

import panel as pn

from workbench.analysis.spectrum import Axis
from workbench.app.spectrum.plots import SpectrumPlot
from workbench.app.standing.narrow import pictures_abreast
from workbench.app.toolkit.panels import DIVERGING, Panel
from workbench.app.toolkit.work_buttons import starting
from workbench.live.frames import Frame, picture
from workbench.live.images import balanced
from workbench.live.studies.instability import Instability

_SMALL = {"max-width": "min(32%, 300px)"}


class InstabilityPlot(SpectrumPlot):
    """Both are of length 1 and of their gain; the point is of height 1 before it is measured."""

    def _made(self) -> pn.viewable.Viewable:
        self.panels = (
            Panel("Change of the data", DIVERGING, "of length 1: that which moves the reconstruction most"),
            Panel("Change of the picture", DIVERGING, "what it does to the reconstruction, to first order"),
            Panel("A point", DIVERGING, "a faint point in the middle, of height 1, as it is reconstructed"),
        )
        for panel in self.panels:
            panel.element.styles = _SMALL
        self.find = starting("Find the worst change", "bolt", self.spectra.instability.start)
        self.controls = (self.find,)
        self._drawn: Instability | None = None
        return pictures_abreast(*(panel.element for panel in self.panels), sizing_mode="stretch_both")

    def draw(self, frame: Frame | None, scale: type[Axis]) -> None:
        study = self.spectra.instability
        self.find.disabled = bool(study.unmet)
        found = study.result
        if found is None:
            self.note.say(study.unmet or ("it comes: a moment" if study.begun and not study.idle else ""))
            return
        so_far = "" if study.idle else " so far"
        self.note.say(
            f"k = {found.k}: of all changes of the data this one moves the picture most, "
            f"{float(found.worst.gain[0]):.3g} times as far, to first order, after {found.steps} steps{so_far}; kinks "
            f"of the prior are rounded off. {found.point.sentence.capitalize()}."
        )
        if found is self._drawn:
            return
        self._drawn = found
        signals = found.worst.direction, found.worst.image, found.point.response
        for panel, signal in zip(self.panels, signals, strict=True):
            image = picture(signal)
            grey = image.mean(axis=2) if image.ndim == 3 else image
            panel.fit(grey.shape)
            panel.show(grey, balanced(grey))
            panel.describe("")
