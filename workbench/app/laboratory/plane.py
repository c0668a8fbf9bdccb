"""The information plane: a path for each layer, its colour the epoch, one picture for each estimator."""

from functools import partial

import panel as pn
import panel_material_ui as pmui

from workbench import networks
from workbench.analysis.information import Estimator
from workbench.app.laboratory.base import LabPlot
from workbench.app.laboratory.laboratory import ESTIMATORS
from workbench.app.laboratory.picture import LayerPlanePicture
from workbench.app.laboratory.trainings import Run
from workbench.app.standing.narrow import plots_abreast
from workbench.app.toolkit.form_panel import FormPanel
from workbench.networks import Breach, PlanePath
from workbench.paths import Form
from workbench.refusal import Refusal

MOST = 3  # estimators side by side


class Plane(LabPlot):
    """I(X;T) against I(T;Y) of every layer: mean over the seeds, a thin line for each seed, the kept run in grey."""

    instead = "An information plane needs a table with labels to know of: a recipe draws pictures without end."

    def _made(self) -> pn.viewable.Viewable:
        self.menu = pmui.MultiChoice(
            label="estimators, side by side",
            options=list(ESTIMATORS),
            value=[type(e).__name__ for e in self.laboratory.estimators],
            max_items=MOST,
            margin=(8, 0),
            width=205,
        )
        self.menu.param.watch(lambda event: self._choose(event.new), "value")
        self.band = pmui.Switch(label="band: half to twice the free parameter", margin=(4, 0), width=205)
        self.band.param.watch(lambda event: setattr(self.laboratory, "banded", event.new), "value")
        self.knobs = pmui.Column(width=205, margin=0)
        self.controls = (self.menu, self.band, self.knobs)
        self._panels: dict[str, FormPanel] = {}
        self.row = plots_abreast()
        self._arrange()
        return self.row

    def _choose(self, names: list[str]) -> None:
        self.laboratory.read_by(names[:MOST])
        self._arrange()

    def _arrange(self) -> None:
        """A picture for each estimator, and its free parameters as controls."""
        there = {type(e).__name__: e for e in self.laboratory.estimators}
        self.pictures = {name: LayerPlanePicture(name) for name in there}  # made together, they share the width
        self.row[:] = [picture.element for picture in self.pictures.values()]
        tune = self.laboratory.tune
        self._panels = {name: FormPanel(Form(e), partial(tune, name)) for name, e in there.items()}
        self.knobs[:] = [panel.element for panel in self._panels.values()]

    def draw(self) -> None:
        lab, run = self.laboratory, self.run
        if run is None:
            return
        there = {type(e).__name__: e for e in lab.estimators}
        if list(there) != list(self.pictures):
            self._arrange()
        self._follow(there)
        try:
            most = networks.label_entropy(run.problem)
        except Refusal as sentence:
            self.badge.say(str(sentence))
            self.note.say("")
            for picture in self.pictures.values():
                picture.clear()
            return
        estimators = lab.read
        inform = partial(networks.inform, run.problem, run.trail, estimators, run.planes)
        outcome = lab.study(("plane", run, estimators), inform, len(run.trail.kept))
        for estimator in lab.estimators:
            picture = self.pictures[type(estimator).__name__]
            picture.limits(most, estimator.ceiling(run.count), run.training.epochs)
            ghost = {} if lab.ghost is None else lab.ghost.planes.get(estimator, {})
            picture.show(run.planes.get(estimator, {}), run.layers, ghost, lab.epoch)
            picture.spread([run.planes.get(e, {}) for e in estimator.around() if lab.banded], lab.epoch)
        self.note.say(self._said(run))
        self.badge.say(outcome.message or " ".join(filter(None, (self._broken(run, e) for e in lab.estimators))))

    def _follow(self, there: dict[str, Estimator]) -> None:
        """Menu and knobs as the laboratory has them: a preset brings an estimator of its own."""
        if self.menu.value != list(there):
            self.menu.value = list(there)
        for name, panel in self._panels.items():
            panel.refresh(Form(there[name]))

    def _said(self, run: Run) -> str:
        words = []
        for estimator in self.laboratory.estimators:
            done = len(run.planes.get(estimator, {}))
            head = f"{type(estimator).__name__}: {done} of {len(run.trail.kept)} epochs, N = {run.count}."
            words.append(f"{head} Reads {estimator.bias}. Meaningless {estimator.meaningless}.")
            values = [f"{getattr(e, e.freedom):.3g}" for e in estimator.around() if self.laboratory.banded]
            words += [f"The band is {estimator.freedom} {' to '.join(values)}."] * bool(values)
        return " ".join([*words, "In the grey corner T would say more of the label than of the input."])

    def _broken(self, run: Run, estimator: Estimator) -> str:
        """What is wrong with the readings: the data-processing inequality broken, layers that could not be read."""
        path = dict(run.planes.get(estimator, {}))
        found = networks.breaches(path)
        words = [_breach(run, estimator, path, found)] if found else []
        refused = dict.fromkeys(sentence for point in path.values() for sentence in point.refused)
        return " ".join([*words, *list(refused)[:1]])


def _breach(run: Run, estimator: Estimator, path: PlanePath, found: dict[int, Breach]) -> str:
    epoch, worst = max(found.items(), key=lambda pair: pair[1].bits)
    layers = f"{run.layers[worst.layer]} to {run.layers[worst.layer + 1]}"
    where = f"worst {layers} at epoch {epoch}, {worst.bits:.2g} bits"
    name = type(estimator).__name__
    return f"{name} breaks the data-processing inequality at {len(found)} of {len(path)} epochs: {where}."
