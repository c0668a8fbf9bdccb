"""Mode by mode: the error, the data, and for a chosen eigenvalue its picture, its error and its critical step."""

import numpy as np
import panel as pn
import panel_material_ui as pmui

from workbench.analysis.spectrum import Axis, SpectrumEstimate, modes
from workbench.app.spectrum.plots import SpectrumPlot
from workbench.app.standing.narrow import plots_abreast
from workbench.app.toolkit.figures import Here, empty, fill, legend, new_figure, pane, positive, tap
from workbench.app.toolkit.panels import DIVERGING, Panel
from workbench.live.frames import Frame, picture
from workbench.live.images import balanced

_COLOURS = dict(zip(modes.PICARD, ("#2f86d0", "#38a169", "#b05fc9", "#ec7f2b"), strict=True))
_NONE = "Picard's plot: switch to modes of the data term, of a linear operator with Gaussian noise."


class ModePlot(SpectrumPlot):
    """The error along each eigenvector beside its eigenvalue; a click on one shows that mode."""

    awaited = (
        "Here will stand the modes of the Hessian as pictures, and how fast the error along each of them goes away."
    )

    def _made(self) -> pn.viewable.Viewable:
        self.chosen = 0
        self.left = new_figure("mode, from the largest eigenvalue", "|error along the mode|²", log=True)
        self.bars = empty("i", "first", "now")
        first = self.left.scatter("i", "first", source=self.bars, size=9, color="#868e96")
        now = self.left.scatter("i", "now", source=self.bars, size=9, color="#ec7f2b", marker="diamond")
        legend(self.left, {"first": [first], "now": [now]})
        self.right = new_figure("mode, from the largest eigenvalue", "s, |⟨u, y⟩|, ratio, filter", log=True)
        self.picard = empty("i", *_COLOURS)
        items = {n: [self.right.line("i", n, source=self.picard, color=c, line_width=1.6)] for n, c in _COLOURS.items()}
        factor = self.right.scatter("i", "filter", source=self.picard, size=7, color=_COLOURS["filter"])
        legend(self.right, items)
        for plot, dots in ((self.left, [first, now]), (self.right, [factor])):
            tap(plot, dots)
        for source in (self.bars, self.picard):
            source.selected.on_change("indices", lambda attr, old, new: self._pick(new))
        self.index = pmui.IntSlider(label="mode", value=1, start=1, end=2, size="small", margin=(4, 8), width=185)
        self.index.param.watch(lambda event: self._pick([event.new - 1]), "value")
        self.panel = Panel("Mode", DIVERGING, "an eigenvector of the Hessian: its sign is free")
        self.panel.element.styles = {"max-width": "190px"}
        self.course = new_figure("iteration k", "|error|² along it", log=True)
        self.errors = empty("k", "error")
        self.course.line("k", "error", source=self.errors, color="#ec7f2b", line_width=2)
        self.here = Here(self.course)
        self.controls = (self.index, self.panel.element)
        self._drawn: tuple[int, int] | None = None
        return plots_abreast(pane(self.left), pane(self.right), pane(self.course))

    def draw(self, frame: Frame | None, scale: type[Axis]) -> None:
        spectra, found = self.spectra, self.spectra.finding
        _, state = spectra.session.seen
        parts = None if found is None else modes.split(found, spectra.errors, None if state is None else state.x[:1])
        if found is None or parts is None:
            self.note.say("the eigenpairs come last: a moment" if found else "")
            return
        count = len(parts.values)
        at = np.arange(1, count + 1)
        if self.index.end != max(count, 2):
            self.index.end = max(count, 2)
        self.chosen = min(self.chosen, count - 1)
        fill(self.bars, {"i": at, "first": positive(parts.first), "now": positive(parts.now)})
        nothing = np.full(count, np.nan)
        fill(self.picard, {"i": at} | {n: positive(parts.picard.get(n, nothing)) for n in _COLOURS})
        ks, along = [k for k, _ in spectra.errors], [float(e[self.chosen]) for _, e in spectra.errors]
        fill(self.errors, {"k": ks, "error": positive(np.array(along))})
        if frame is not None:
            self.here.show(frame.at)
        self._show_mode(found, float(parts.values[self.chosen]))
        missing = "" if parts.picard else f" {_NONE}"
        value = float(parts.values[self.chosen])
        critical = f"critical step 2/λ = {2 / value:.4g}" if value > 0 else "no step is too long along it"
        self.note.say(f"mode {self.chosen + 1}: λ = {value:.6g}, {critical}.{missing}")

    def _show_mode(self, found: SpectrumEstimate, value: float) -> None:
        seen = (id(found), self.chosen)
        if seen != self._drawn:
            self._drawn = seen
            image = picture(modes.mode(found, self.chosen))
            self.panel.fit(image.shape)
            self.panel.show(image, balanced(image))
            self.panel.describe(f"λ = {value:.4g}")

    def _pick(self, indices: list[int]) -> None:
        if indices:
            self.chosen = indices[0]
            self.index.value = self.chosen + 1
            self.draw(None, Axis)
