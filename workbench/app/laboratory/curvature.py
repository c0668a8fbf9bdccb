"""The Hessian at the weights looked at: its density with bulk and outliers, and how batches broaden it."""

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import LogScale, LogTicker

from workbench import networks
from workbench.analysis import spectrum
from workbench.analysis.spectrum import SymmetricLogarithmicAxis
from workbench.app.laboratory.base import BLUE, GREY, HESSIANS, ORANGE, RED, LabPlot
from workbench.app.toolkit.figures import Flags, empty, fill, legend, mark, new_figure, pane
from workbench.networks import SGD, BatchCurvature, Landscape, Optimiser

_SEED = 0  # of the batch: whose Hessian is drawn


class Density(LabPlot):
    """The density of the Hessian of one seed, where its bulk ends, and the outliers beyond."""

    instead = HESSIANS

    def _made(self) -> pn.viewable.Viewable:
        self.plot = new_figure("eigenvalue λ", "density of eigenvalues")
        self.curve, self.dots = empty("at", "height", "zero"), empty("at", "height")
        area = self.plot.varea("at", "zero", "height", source=self.curve, color=BLUE, alpha=0.2)
        line = self.plot.line("at", "height", source=self.curve, color=BLUE, line_width=2)
        dots = self.plot.scatter("at", "height", source=self.dots, size=9, color=ORANGE, marker="diamond")
        legend(self.plot, {"density": [line, area], "outliers": [dots]})
        self.flags = Flags(self.plot)
        return pane(self.plot)

    def draw(self) -> None:
        run, at = self.run, self.laboratory.at
        if run is None or at is None:
            return
        epoch, state = at
        kind = ("density", run, self.laboratory.epoch)
        one = networks.one_of(run.problem, state.x, _SEED)
        outcome = self.laboratory.study(kind, lambda: networks.landscapes(*one), epoch)
        self.badge.say(outcome.message)
        if outcome.result is not None:
            self._show(outcome.result)

    def _show(self, found: Landscape) -> None:
        measure = found.measure
        reach = float(measure.nodes.abs().max()) or 1.0
        axis = SymmetricLogarithmicAxis(reach)
        mark(self.plot.xaxis, axis)
        curve = spectrum.density(measure, axis)
        fill(self.curve, {"at": curve.at, "height": curve.height, "zero": np.zeros_like(curve.at)})
        outliers = found.outliers[0].cpu().numpy()
        fill(self.dots, {"at": axis.place(outliers), "height": np.zeros(len(outliers))})
        low, high = float(measure.nodes.min()), float(measure.nodes.max())
        places = [(low, f"λmin {low:.3g}", GREY), (found.edge, f"end of the bulk {found.edge:.3g}", RED)]
        places.append((high, f"λmax {high:.3g}", GREY))
        self.flags.show([(float(axis.place(np.array(v))), word, c) for v, word, c in places if np.isfinite(v)])
        words = f"seed {_SEED + 1} at epoch {self.laboratory.studied}: outliers beyond the bulk: {len(outliers)}"
        self.note.say(f"{words}, after {measure.products} Hessian products")


class Batches(LabPlot):
    """The largest eigenvalue over batches against their size, beside that over all examples; the rate to take."""

    instead = HESSIANS

    def _made(self) -> pn.viewable.Viewable:
        self.plot = new_figure("examples in a batch", "λmax of the batch's Hessian", log=True)
        self.plot.x_scale = LogScale()
        self.plot.xaxis[0].ticker = LogTicker(base=2, desired_num_ticks=12)
        self.draws, self.means, self.whole = empty("size", "top"), empty("size", "top"), empty("size", "top")
        dots = self.plot.scatter("size", "top", source=self.draws, size=6, color=BLUE, alpha=0.5)
        means = self.plot.line("size", "top", source=self.means, color=BLUE, line_width=2)
        whole = self.plot.line("size", "top", source=self.whole, color=RED, line_dash="dashed", line_width=1.5)
        legend(self.plot, {"batches": [dots], "their mean": [means], "all examples": [whole]})
        self.take = pmui.Button(label="Take this rate", icon="speed", variant="outlined", size="small", margin=(6, 0))
        self.take.on_click(lambda event: self.laboratory.take_rate(self._rate))
        self.take.disabled, self._rate = True, 0.0
        self.controls = (self.take,)
        return pane(self.plot)

    def draw(self) -> None:
        run, at = self.run, self.laboratory.at
        if run is None or at is None:
            return
        epoch, state = at
        kind = ("batches", run, self.laboratory.epoch)
        one, size = networks.one_of(run.problem, state.x, _SEED), run.training.optimiser.batch_size(run.problem)
        outcome = self.laboratory.study(kind, lambda: networks.batch_curvatures(*one, size), epoch)
        self.badge.say(outcome.message)
        if outcome.result is not None:
            self._show(outcome.result, run.training.optimiser)

    def _show(self, found: BatchCurvature, method: Optimiser) -> None:
        sizes, tops = np.array(found.broadening.batches, float), found.broadening.largest.numpy()
        seen = np.isfinite(tops) & (tops > 0)
        whole = found.broadening.whole
        fill(self.draws, {"size": np.broadcast_to(sizes[:, None], tops.shape)[seen], "top": tops[seen]})
        rows = seen.any(1)
        means = [float(row[some].mean()) for row, some in zip(tops[rows], seen[rows], strict=True)]
        fill(self.means, {"size": sizes[rows], "top": means})
        fill(self.whole, {"size": [sizes[0], sizes[-1]], "top": [whole] * 2} if whole > 0 else {"size": [], "top": []})
        self._rate = found.rate
        label = f"Take {found.rate:.3g}" if isinstance(method, SGD) else f"Take SGD of {found.rate:.3g}"
        if self.take.label != label:
            self.take.param.update(label=label, disabled=False)
        where = f"seed {_SEED + 1} at epoch {self.laboratory.studied}"
        self.note.say(f"{where}: Lanczos suggests a rate of {found.rate:.4g}, half of what is stable for this batch")
