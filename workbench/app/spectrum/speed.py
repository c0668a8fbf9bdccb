"""How fast methods are on this spectrum: predicted beside measured, and over every step and momentum."""

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColorBar, LogColorMapper
from bokeh.palettes import Viridis256

from workbench.analysis import spectrum
from workbench.analysis.spectrum import Axis, LogarithmicAxis
from workbench.app.spectrum.plots import STEP, SpectrumPlot, edge_of, gradient_step
from workbench.app.toolkit.figures import Here, empty, fill, legend, mark, new_figure, pane, picture_of, positive
from workbench.live.frames import Frame

_METHODS = {
    "gradient descent": "#2f86d0",
    "heavy ball": "#38a169",
    "Nesterov": "#b05fc9",
    "conjugate gradients": "#868e96",
}
_ROUNDING = 1e-12  # of the drop: what lies below is not seen in an objective
_MOST = 500  # steps that are foreseen


class Predicted(SpectrumPlot):
    """Objective minus minimum: what the spectrum foresees for four methods, and what the run has measured."""

    awaited = (
        "Here will stand how fast four methods come down, foreseen from the spectrum, beside what the run measured."
    )

    def _made(self) -> pn.viewable.Viewable:
        self.plot = new_figure("iteration k", "objective − predicted minimum", log=True)
        self.sources = {name: empty("k", "excess") for name in ("measured", *_METHODS)}
        items = {
            name: [self.plot.line("k", "excess", source=self.sources[name], color=colour, line_width=1.6)]
            for name, colour in _METHODS.items()
        }
        measured = self.plot.line("k", "excess", source=self.sources["measured"], color="#ec7f2b", line_width=3)
        legend(self.plot, {"measured": [measured]} | items)
        self.here = Here(self.plot)
        return pane(self.plot)

    def draw(self, frame: Frame | None, scale: type[Axis]) -> None:
        spectra, found = self.spectra, self.spectra.finding
        if found is None:
            return
        count = _MOST if frame is None else int(min(_MOST, max(frame.k - spectra.k, 50)))
        foreseen = spectrum.predictions(found, gradient_step(spectra, frame), count)
        if foreseen is None:
            self.note.say("the gradient's spectrum comes after the density: a moment")
            return
        ks = spectra.k + np.arange(count + 1)
        for name, curve in foreseen.curves.items():
            within = np.where(curve > _ROUNDING * foreseen.drop, np.minimum(curve, 1e3 * foreseen.drop), np.nan)
            fill(self.sources[name], {"k": ks, "excess": within})
        first = float(found.hessians.problem.objective(found.hessians.x)[0])
        self.here.show(None if frame is None else frame.at)
        fill(self.sources["measured"], _measured(frame, first - foreseen.drop, spectra.k))
        self.note.say(
            "Exact where the objective is quadratic; elsewhere the Hessian changes along the way. Gradient descent "
            "takes the run's step, the others those that are best for the extremes."
        )


def _measured(frame: Frame | None, least: float, begin: int) -> dict:
    """What the run has above the predicted minimum, from where the study looked."""
    objective = None if frame is None else frame.curves.get("objective")
    if frame is None or objective is None:
        return {"k": [], "excess": []}
    seen = frame.ks >= begin
    return {"k": frame.ks[seen], "excess": positive(objective[seen] - least)}


class PhaseDiagram(SpectrumPlot):
    """Iterations for one more digit, by step and momentum, for the extremes of this Hessian; white: it diverges."""

    awaited = "Here will stand how many iterations a digit takes at each step and momentum, and where the run stands."

    def _made(self) -> pn.viewable.Viewable:
        self.plot = new_figure("step size", "momentum")
        self.mapper = LogColorMapper(palette=list(reversed(Viridis256)), low=1, high=1000, nan_color="rgba(0,0,0,0)")
        self.image = picture_of(self.plot, self.mapper)
        bar = ColorBar(color_mapper=self.mapper, width=10, title="iterations a digit", background_fill_alpha=0)
        self.plot.add_layout(bar, "right")
        self.marks = {n: empty("x", "y") for n in ("best", "this run")}
        best = self.plot.scatter("x", "y", source=self.marks["best"], size=13, marker="star", color="white")
        best.glyph.line_color = "black"
        here = self.plot.scatter("x", "y", source=self.marks["this run"], size=11, marker="circle", color=STEP)
        here.glyph.line_color = "white"
        legend(self.plot, {"best": [best], "this run": [here]})
        return pane(self.plot)

    def draw(self, frame: Frame | None, scale: type[Axis]) -> None:
        spectra, found = self.spectra, self.spectra.finding
        drawn = None if found is None else spectrum.phases(found)
        if drawn is None:
            return
        mark(self.plot.xaxis, LogarithmicAxis(10 ** drawn.steps[1]))
        low, high = drawn.steps
        box = {"x": [low], "y": [0.0], "dw": [high - low], "dh": [spectrum.MOMENTA]}
        fill(self.image, {"image": [drawn.image.astype(np.float32)]} | box)
        fill(self.marks["best"], {"x": [drawn.best[0]], "y": [drawn.best[1]]})
        step = gradient_step(spectra, frame)
        momentum = getattr(spectra.session.experiment.algorithm, "momentum", None)
        momentum = edge_of(frame) / 2 - 1 if momentum is None else momentum  # below 0 it is no heavy ball
        here = {"x": [], "y": []}
        if step is not None and momentum >= 0:
            here = {"x": [float(np.log10(step))], "y": [momentum]}
        fill(self.marks["this run"], here)
        self.note.say("Heavy ball on a quadratic with these extremes; momentum 0 is gradient descent.")


class AlongTheRun(SpectrumPlot):
    """The spectrum against the iteration, as the run goes."""

    def _made(self) -> pn.viewable.Viewable:
        self.plot = new_figure("iteration k", "eigenvalue λ")
        self.mapper = LogColorMapper(palette=list(Viridis256), low=1e-3, high=1)
        self.image = picture_of(self.plot, self.mapper)
        bar = ColorBar(color_mapper=self.mapper, width=10, title="share", background_fill_alpha=0)
        self.plot.add_layout(bar, "right")
        self.tops = empty("k", "top")
        self.edge = empty("k", "edge")
        tops = self.plot.scatter("k", "top", source=self.tops, size=5, color="#ec7f2b")
        edge = self.plot.line("k", "edge", source=self.edge, color=STEP, line_dash="dashed", line_width=1.5)
        legend(self.plot, {"four largest": [tops], "edge of stability": [edge]})
        self.here = Here(self.plot)
        self.every = pmui.Select(
            label="look again every",
            options={"never": 0, "iteration": 1, "10 iterations": 10, "100 iterations": 100, "1000 iterations": 1000},
            value=0,
            size="small",
            margin=(8, 0),
            width=205,
        )
        self.every.param.watch(lambda event: self._follow(event.new), "value")
        self.controls = (self.every,)
        return pane(self.plot)

    def draw(self, frame: Frame | None, scale: type[Axis]) -> None:
        spectra = self.spectra
        looks = spectra.glimpses
        if not looks:
            self.note.say("choose how often to look, and let the run go on" if not spectra.every else "")
            return
        axis = scale(max(float(g.measure.nodes.abs().max()) for g in looks) or 1.0)
        mark(self.plot.yaxis, axis)
        image, ks, (low, high) = spectrum.heat(looks, axis)
        wide = max(float(ks[-1] - ks[0]), 1.0)
        # Looks are not evenly spaced: every column of the picture is the look before it.
        columns = np.searchsorted(ks, np.linspace(ks[0], ks[-1], 160), side="right") - 1
        box = {"x": [float(ks[0])], "y": [low], "dw": [wide], "dh": [high - low]}
        fill(self.image, {"image": [image[:, columns].astype(np.float32)]} | box)
        tops = [(g.k, float(v)) for g in looks for v in g.pairs.values]
        self.here.show(None if frame is None else frame.at)
        fill(self.tops, {"k": [k for k, _ in tops], "top": axis.place(np.array([v for _, v in tops]))})
        if frame is not None and gradient_step(spectra, frame) is not None:
            steps = frame.curves["step_size"]
            fill(self.edge, {"k": frame.ks, "edge": axis.place(edge_of(frame) / steps)})
        self.note.say(f"{len(looks)} looks, each begun from the eigenvectors of the one before")

    def _follow(self, every: int) -> None:
        self.spectra.follow(every)
