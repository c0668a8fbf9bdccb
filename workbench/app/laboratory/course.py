"""How the training goes: loss and accuracy, and the curvature beside what the step allows."""

from functools import partial

import numpy as np
import panel as pn
import panel_material_ui as pmui
import torch

from workbench import networks
from workbench.app.laboratory.base import (
    BLUE,
    GREEN,
    GREY,
    HESSIANS,
    ORANGE,
    PURPLE,
    RED,
    Band,
    LabPlot,
    moment,
    place,
)
from workbench.app.laboratory.trainings import TrainingCurves
from workbench.app.standing.narrow import plots_abreast
from workbench.app.toolkit.figures import legend, new_figure, pane
from workbench.live.images import Array
from workbench.networks import SGD

_SIDES = {"": ("learned", BLUE), "held_out_": ("held out", ORANGE)}


class CoursePlot(LabPlot):
    """Loss and accuracy over the epochs, of what is learned and of what is held out: mean and extremes of the seeds."""

    instead = 'A recipe has neither epochs nor classes: its loss is under "recipe".'
    element: pmui.Row

    def _made(self) -> pmui.Row:
        self.plots = {"loss": new_figure("epoch", "loss", log=True), "accuracy": new_figure("epoch", "accuracy")}
        self.bands, self.moments = {}, []
        for quantity, plot in self.plots.items():
            self.bands |= {prefix + quantity: Band(plot, colour) for prefix, (_, colour) in _SIDES.items()}
            legend(plot, {word: self.bands[prefix + quantity].renderers for prefix, (word, _) in _SIDES.items()})
            self.moments.append(moment(plot))
        return plots_abreast(*map(pane, self.plots.values()))

    def draw(self) -> None:
        run, ghost = self.run, self.laboratory.ghost
        if run is None:
            return
        curves = run.curves()
        self._offer(2 if run.training.examples.classes else 1)
        for name, band in self.bands.items():
            other = None if ghost is None or name not in ghost.curves.values else _pair(ghost.curves, name)
            band.show(curves.epochs, curves.values.get(name), other, log=name.endswith("loss"))
        for source in self.moments:
            place(source, self.laboratory)
        last = {n: v[-1].mean() for n, v in curves.values.items() if n in self.bands and len(v)}
        words = [f"{n.replace('_', ' ')} {value:.4g}" for n, value in last.items()]
        count = run.training.seeds
        self.note.say(f"{f'mean of {count} seeds' if count > 1 else 'one seed'}: {', '.join(words)}" if words else "")

    def _offer(self, count: int) -> None:
        """As many plots as there is something for: numbers have no accuracy."""
        if len(self.element) != count:
            self.element[:] = list(map(pane, self.plots.values()))[:count]


class SharpnessPlot(LabPlot):
    """lambda_max and trace of the Hessian beside 2 (1 + momentum) / step; critical step and step in use."""

    instead = HESSIANS

    def _made(self) -> pn.viewable.Viewable:
        self.left = new_figure("epoch", "curvature", log=True)
        self.right = new_figure("epoch", "step", log=True)
        colours = {"sharpness": ("λmax", ORANGE), "trace": ("trace", PURPLE), "edge": ("2 (1 + momentum) / step", RED)}
        self.bands = {name: Band(self.left, colour) for name, (_, colour) in colours.items()}
        words = legend(self.left, {word: self.bands[name].renderers for name, (word, _) in colours.items()})
        self.edge = words[colours["edge"][0]]
        self.critical, self.step = Band(self.right, GREEN), Band(self.right, GREY)
        legend(self.right, {"critical for this batch": self.critical.renderers, "in use": self.step.renderers})
        self.moments = [moment(self.left), moment(self.right)]
        return plots_abreast(pane(self.left), pane(self.right))

    def draw(self) -> None:
        run = self.run
        if run is None:
            return
        found = dict(sorted(run.stability.items()))
        count = len(run.trail.kept)
        steady = partial(networks.steady, run.problem, run.trail, run.training.optimiser, run.stability)
        outcome = self.laboratory.study(("stability", run), steady, count)
        at, curves = np.array(list(found), float), run.curves()
        for name, band in self.bands.items():
            band.show(at, _stacked([look[name] for look in found.values() if name in look]), log=True)
        self.critical.show(at, _stacked([look["critical_step"] for look in found.values()]), log=True)
        self.step.show(curves.epochs, curves.values.get("step_size"), log=True)
        for source in self.moments:
            place(source, self.laboratory)
        method = run.training.optimiser
        self.edge.visible = isinstance(method, SGD)
        why = "" if isinstance(method, SGD) else f" {type(method).__name__} scales every slope: it has no such edge."
        size = method.batch_size(run.problem)
        formula = f"The critical step of plain gradients is 2 / (trace / B + (1 - 1/B) λmax), B = {size}."
        self.note.say(f"{len(found)} of {count} epochs, traces by random signs. {formula}{why}")
        self.badge.say(outcome.message)


def _pair(curves: TrainingCurves, name: str) -> tuple[Array, Array]:
    return curves.epochs, curves.values[name]


def _stacked(rows: list[torch.Tensor]) -> Array | None:
    """(epochs, S); None where there are none."""
    return torch.stack([row.double().cpu() for row in rows]).numpy() if rows else None
