"""How the eigenvalues are spread: densities or cumulative shares, before and after a preconditioner."""

import math
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import panel as pn

from workbench.analysis import spectrum
from workbench.analysis.spectrum import Axis, LinearAxis, SpectralMeasure, SpectrumEstimate
from workbench.app.spectrum.plots import COLOURS, EXTREME, STEP, SpectrumPlot, edge_of, gradient_step
from workbench.app.toolkit.figures import Flags, empty, fill, legend, mark, new_figure, pane, tap
from workbench.app.toolkit.form_panel import FormPanel
from workbench.live.frames import Frame
from workbench.parameters import Checked
from workbench.paths import Form
from workbench.preconditioners import Preconditioner

_CURVE = ("at", "height", "low", "high")
_NOTHING: dict[str, list] = {name: [] for name in _CURVE}


class Shares(SpectrumPlot):
    """Data term, prior and objective on one axis; extremes, 2/step, and the eigenvalues whose modes are known."""

    cumulative = False
    awaited = (
        "Here will stand where the eigenvalues of the Hessian lie: those of the data term, of the prior, and of their"
        " sum. The largest bounds the step; how far they spread decides how many iterations a method needs."
    )

    def _made(self) -> pn.viewable.Viewable:
        height = "share of eigenvalues ≤ λ" if self.cumulative else "density of eigenvalues"
        self.plot = new_figure("eigenvalue λ", height)
        self.curves = {name: empty(*_CURVE) for name in COLOURS}
        self.exact = empty(*_CURVE)
        items = {}
        for name, colour in COLOURS.items():
            source = self.curves[name]
            band = self.plot.varea("at", "low", "high", source=source, color=colour, alpha=0.18)
            items[name] = [self.plot.line("at", "height", source=source, color=colour, line_width=2), band]
        known = self.plot.line("at", "height", source=self.exact, color="#7048e8", line_width=1.5, line_dash="dashed")
        self.eigenvalues = empty("at", "height")
        dots = self.plot.scatter("at", "height", source=self.eigenvalues, size=8, color=STEP, alpha=0.8)
        tap(self.plot, [dots])
        self.words = legend(self.plot, items | {"objective, exact": [known], "eigenpairs": [dots]})
        self.flags = Flags(self.plot)
        return pane(self.plot)

    def draw(self, frame: Frame | None, scale: type[Axis]) -> None:
        spectra, found = self.spectra, self.spectra.finding
        if found is None or not found.measures:
            return
        axis = scale(spectrum.reach(found))
        mark(self.plot.xaxis, axis)
        measured = dict(found.measures)
        for name, source in self.curves.items():
            fill(source, self._columns(measured[name], axis) if name in measured else _NOTHING)
        self._overlay(found, axis)
        values = np.array([]) if found.values is None else found.values.numpy()
        fill(self.eigenvalues, {"at": axis.place(values), "height": np.zeros(len(values))})
        self.flags.show(lines(found, gradient_step(spectra, frame), axis, edge_of(frame)))
        self.note.say(found.hessians.note)

    def _columns(self, measure: SpectralMeasure, axis: Axis) -> dict:
        curve = spectrum.cumulative(measure, axis) if self.cumulative else spectrum.density(measure, axis)
        nothing = np.zeros_like(curve.at)
        low, high = (nothing if side is None else side for side in (curve.low, curve.high))
        return {"at": curve.at, "height": curve.height, "low": low, "high": high}

    def _overlay(self, found: SpectrumEstimate, axis: Axis) -> None:
        self.words["objective, exact"].visible = found.exact is not None
        if found.exact is None:
            fill(self.exact, _NOTHING)
            return
        both, objective = found.exact[0] + found.exact[1], dict(found.measures)["objective"]
        if self.cumulative:
            at = spectrum.cumulative(objective, axis).at
            height = spectrum.exact_cumulative(both, at, axis)
        else:
            curve = spectrum.exact_density(both, axis, objective.resolved)
            at, height = curve.at, curve.height
        fill(self.exact, {"at": at, "height": height, "low": height, "high": height})


class Cumulative(Shares):
    """The same as shares up to each value, with the envelope that is certain."""

    cumulative = True


@dataclass(frozen=True)
class Beside(metaclass=Checked):
    """What is put in front of the Hessian."""

    preconditioner: Annotated[Preconditioner | None, "P, whose P H is drawn beside H"] = None


class Preconditioned(SpectrumPlot):
    """The objective's spectrum before and after a preconditioner, each in units of its largest eigenvalue."""

    def _made(self) -> pn.viewable.Viewable:
        self.plot = new_figure("eigenvalue / largest eigenvalue", "density of eigenvalues")
        self.before, self.after = empty(*_CURVE), empty(*_CURVE)
        items = {
            "H": [self.plot.line("at", "height", source=self.before, color=COLOURS["objective"], line_width=2)],
            "P H": [self.plot.line("at", "height", source=self.after, color="#7048e8", line_width=2)],
        }
        legend(self.plot, items)
        self.flags = Flags(self.plot)
        self.panel = FormPanel(self._form, self._take, labels={"preconditioner": "preconditioner P"})
        self.controls = (self.panel.element,)
        return pane(self.plot)

    def draw(self, frame: Frame | None, scale: type[Axis]) -> None:
        spectra, found = self.spectra, self.spectra.finding
        if found is None or not found.measures:
            return
        axis = scale(1.0)
        mark(self.plot.xaxis, axis)
        words, flags = [], []
        step = None if spectra.preconditioner is None else gradient_step(spectra, frame, spectra.preconditioner)
        pairs = (("H", self.before, dict(found.measures)["objective"]), ("P H", self.after, spectra.product.result))
        for name, source, measure in pairs:
            if measure is None:
                fill(source, _NOTHING)
                continue
            low, high = float(measure.nodes[0]), float(measure.nodes[-1])
            curve = spectrum.density(spectrum.scaled(measure, 1 / high if high > 0 else 1.0), axis)
            fill(source, {"at": curve.at, "height": curve.height, "low": curve.height, "high": curve.height})
            if name == "P H" and step is not None and high > 0:
                edge = edge_of(frame)
                place = float(axis.place(np.array(edge / step / high)))
                flags.append((place, f"{edge:.3g}/step {edge / step:.3g}", STEP))
            words.append(condition(name, low, high))
        self.flags.show(flags)
        self.note.say("; ".join(words))

    @property
    def _form(self) -> Form:
        return Form(Beside(self.spectra.preconditioner))

    def _take(self, path: str, said: Any) -> None:
        """Another preconditioner, or another value of its parameters."""
        form = self.spectra.grant(lambda: self._form.taking(path, said))
        if form is not None:
            self.spectra.precondition(form.root.preconditioner)
        self.panel.refresh(self._form)


def condition(name: str, low: float, high: float) -> str:
    """What the outermost eigenvalues that were seen tell: those that were not may lie beyond."""
    return f"condition of {name} ≥ {high / low:.3g}" if low > 0 else f"{name} is singular"


def lines(found: SpectrumEstimate, step: float | None, axis: Axis, edge: float = 2.0) -> list[tuple[float, str, str]]:
    """The extremes of the objective, and edge/step where the run has a step along the gradient."""
    places = []
    if found.extremes is not None:
        low, high = found.extremes
        places = [(low, f"λmin {low:.3g}", EXTREME), (high, f"λmax {high:.3g}", EXTREME)]
    if step is not None:
        critical = edge / step
        sight = 3 * spectrum.reach(found)
        shown = critical if critical <= sight or not isinstance(axis, LinearAxis) else math.nan
        places.append((shown, f"{edge:.3g}/step {critical:.3g}", STEP))
    return [(float(axis.place(np.array(value))), word, colour) for value, word, colour in places]
