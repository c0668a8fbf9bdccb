"""What the chosen estimators read where the truth is known, at the sample size in use."""

from functools import partial

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import HoverTool

from workbench.analysis.information import calibrations
from workbench.analysis.information.tasks import TASKS
from workbench.app.laboratory.base import BLUE, GREY, ORANGE, LabPlot
from workbench.app.laboratory.laboratory import ESTIMATORS
from workbench.app.toolkit.figures import empty, fill, legend, new_figure, pane
from workbench.app.toolkit.words import Words


class Calibration(LabPlot):
    """Readings against truths on the tasks of known information; on the diagonal an estimator is right."""

    instead = "Estimators are calibrated at the number of samples that a table has: a recipe has no such number."

    def _made(self) -> pn.viewable.Viewable:
        self.plot = new_figure("truth, nats", "reading, nats")
        self.points, self.diagonal, self.lost = (
            empty("truth", "reading", "task"),
            empty("x", "y"),
            empty("truth", "reading", "task"),
        )
        line = self.plot.line("x", "y", source=self.diagonal, color=GREY, line_dash="dashed", line_width=1.3)
        dots = self.plot.scatter("truth", "reading", source=self.points, size=9, color=BLUE)
        lost = self.plot.scatter("truth", "reading", source=self.lost, size=9, color=ORANGE, marker="x", line_width=2)
        self.plot.add_tools(HoverTool(renderers=[dots, lost], tooltips=[("", "@task")]))
        legend(self.plot, {"readings": [dots], "right": [line], "refused": [lost]})
        names = [type(e).__name__ for e in self.laboratory.estimators]
        self.menu = pmui.Select(
            label="estimator", options=list(ESTIMATORS), value=names[0], size="small", margin=(8, 0), width=205
        )
        self.menu.param.watch(lambda event: self.draw(), "value")
        self.list = [Words() for _ in TASKS]
        self.controls = (self.menu, *(words.element for words in self.list))
        return pane(self.plot)

    def draw(self) -> None:
        lab, run = self.laboratory, self.run
        if run is None:
            return
        tuned = {type(e).__name__: e for e in lab.estimators}
        estimator = tuned.get(self.menu.value) or ESTIMATORS[self.menu.value]
        outcome = lab.study(("calibration", estimator, run.count), partial(calibrations, estimator, run.count))
        self.badge.say(outcome.message)
        found = outcome.result or ()
        read = [r for r in found if r.reading is not None]
        columns = {"truth": [r.truth for r in read], "reading": [r.reading for r in read]}
        fill(self.points, columns | {"task": [f"{r.row[0]}: {r.sentence}" for r in read]})
        lost = [r for r in found if r.reading is None]
        where = {"truth": [r.truth for r in lost], "reading": [0.0] * len(lost)}
        fill(self.lost, where | {"task": [f"{r.row[0]}: {r.sentence}" for r in lost]})
        top = max([r.truth for r in found] + [0.1])
        fill(self.diagonal, {"x": [0.0, 1.05 * top], "y": [0.0, 1.05 * top]})
        off = np.mean([abs(r.reading - r.truth) for r in read]) if read else np.nan
        name = type(estimator).__name__
        said = f"{name} on N = {run.count} samples, the size in use: {off:.2g} nats off on average." if read else ""
        self.note.say(f"{said} Its free parameter: {estimator.free}.")
        for words, reading in zip(self.list, found, strict=False):
            words.say(f"{reading.row[0]}: {reading.sentence}")
