"""The residual of the denoiser that a recipe trains, beside the score of its signals: as arrows or as pictures."""

from collections.abc import Iterator

import numpy as np
import panel as pn
import panel_material_ui as pmui

from workbench.app.laboratory.base import BLUE, Band, moment
from workbench.app.laboratory.beside_truth_plot import BesideTruthPlot
from workbench.app.laboratory.vector_plane import VectorPlane
from workbench.app.standing.narrow import plots_abreast
from workbench.app.toolkit.figures import fill, new_figure, pane
from workbench.app.toolkit.panels import DIVERGING, Panel
from workbench.live.frames import picture
from workbench.live.images import balanced, unit
from workbench.recipes import DenoisingTask, FitState, ScoreBeside, network_of, score_beside, score_unmet

_USUAL, _PLACES = 0.1, 40  # noise at first; places of its slider
_QUARTER = {"max-width": "min(48%, 25 * var(--vh, 1vh))"}
_WIDE, _NARROW = ({"flex": f"{share} 1 0", "min-width": "0"} for share in (2, 1))


class ScorePlot(BesideTruthPlot):
    """Score and residual on one scale, beside noisy signals; and how far the residual is off, over the noise."""

    unmet = staticmethod(score_unmet)
    instead = "This look is for a recipe whose signals have a known score: choose points or fields among the presets."

    def _made(self) -> pn.viewable.Viewable:
        self.plane = VectorPlane()
        self.over = new_figure("noise sigma", "|residual − score| / |score|", log=True, log_x=True)
        self.error, self.here = Band(self.over, BLUE), moment(self.over)
        self.panels = (
            Panel("Noisy signal"),
            Panel("Residual", DIVERGING, "(D(x) − x) / sigma² of the network"),
            Panel("Score", DIVERGING, "the gradient of log p of signals with that noise"),
            Panel("Difference", DIVERGING, "residual minus score"),
        )
        for panel in self.panels:
            panel.element.styles = _QUARTER
        elements = [panel.element for panel in self.panels]
        rows = (pmui.Row(*elements[i : i + 2], sizing_mode="stretch_width", margin=0) for i in (0, 2))
        self.pictures = pmui.Column(*rows, sizing_mode="stretch_both", margin=0)
        self.sigma = pmui.IntSlider(
            label="noise", value=0, start=0, end=_PLACES, show_value=False, width=190, size="small", margin=(2, 8)
        )
        self.sigma.param.watch(lambda event: self.draw(), "value")
        self.controls = (self.sigma,)
        self._levels = 0.0, 0.0
        self._drawn: ScoreBeside | None = None
        self.left = pmui.Column(sizing_mode="stretch_both", margin=0, styles=_WIDE)
        right = pmui.Column(pane(self.over), sizing_mode="stretch_both", margin=0, styles=_NARROW)
        return plots_abreast(self.left, right)

    def draw(self) -> None:
        run = self.recipe_run
        if run is None:
            return
        task, state, problem = run.recipe.task, run.latest.state, run.problem
        assert isinstance(task, DenoisingTask)
        sigma = self._level(task)
        if not isinstance(state, FitState):
            self.note.say("Press Play: the network has not begun to learn.")
            return

        def compared() -> Iterator[ScoreBeside]:
            yield score_beside(network_of(problem, state), task, sigma)

        outcome = self.laboratory.study(("score", id(run)), compared, (state.k, sigma))
        self.badge.say(outcome.message)
        if outcome.result is not None and outcome.result is not self._drawn:
            self._drawn = outcome.result
            self._show(outcome.result)

    def _level(self, task: DenoisingTask) -> float:
        """The noise that the slider asks for, between those of the task; it begins anew where these have changed."""
        levels = task.low, task.high
        if levels != self._levels:
            self._levels, reach = levels, np.log(task.high / task.low)
            place = float(np.clip(np.log(_USUAL / task.low) / reach, 0, 1)) if reach > 0 else 0.0
            self.sigma.value = round(_PLACES * place)
        sigma = float(task.low * (task.high / task.low) ** (self.sigma.value / _PLACES))
        if self.sigma.label != (label := f"noise {sigma:.3g}"):
            self.sigma.label = label
        return sigma

    def _show(self, found: ScoreBeside) -> None:
        drawn = found.drawn
        self.error.show(found.levels.numpy(), found.errors[:, None].numpy(), log=True)
        fill(self.here, {"x": [drawn.sigma]})
        if found.plane is not None:
            self.plane.show(found.plane, drawn)
        else:
            self._picture(found)
        element = self.pictures if found.plane is None else self.plane.element
        if list(self.left) != [element]:
            self.left[:] = [element]
        self.note.say(
            f"At noise {drawn.sigma:.3g} the residual (D(x) − x) / sigma² of the network is {drawn.error:.1%} off the "
            f"score, the root of a mean over {len(drawn.at):,} signals with that noise. The one tends to the other."
        )

    def _picture(self, found: ScoreBeside) -> None:
        """The first draw, and the fields there on the scale of the score."""
        drawn = found.drawn
        shown = [picture(each) for each in (drawn.at, drawn.residual, drawn.score, drawn.residual - drawn.score)]
        limits = balanced(shown[2])
        for panel, image, ends in zip(self.panels, shown, (unit(shown[0]), limits, limits, limits), strict=True):
            panel.fit(image.shape)
            panel.show(image, ends)
            panel.describe("")
