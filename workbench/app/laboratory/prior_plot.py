"""The prior that a convex network has learned, as a curve beside the true one, and the prox that the network is."""

from collections.abc import Iterator, Mapping
from functools import cache

import panel as pn

from workbench import weights
from workbench.analysis.learned import LearnedCurve
from workbench.app.laboratory.base import BLUE, GREY, ORANGE
from workbench.app.laboratory.beside_truth_plot import BesideTruthPlot
from workbench.app.laboratory.recipe_run import RecipeRun
from workbench.app.standing.narrow import plots_abreast
from workbench.app.toolkit.figures import empty, fill, legend, new_figure, pane
from workbench.recipes import RECIPES, FitState, network_of, prior_beside, prior_unmet

TRUE, SHIPPED, LEARNED = NAMES = ("true", "weights that ship", "learned here")
_LOOKS = (GREY, 5.0, "solid"), (ORANGE, 1.5, "dashed"), (BLUE, 2.0, "solid")
_MEANING = "The network is the prox of its prior, whatever its weights: both are known up to a constant."


class PriorPlot(BesideTruthPlot):
    """phi and prox of a proximal network along a line of signals, of the network so far and of the one that ships."""

    unmet = staticmethod(prior_unmet)
    instead = "This look is for a recipe of a proximal network: choose laplacian or proximal among the presets."

    def _made(self) -> pn.viewable.Viewable:
        self.prior, self.prox = new_figure("signal", "prior, nats"), new_figure("signal", "prox")
        self.lines = {plot: {name: empty("x", "y") for name in NAMES} for plot in (self.prior, self.prox)}
        for plot, sources in self.lines.items():
            made = {}
            for (name, source), (colour, width, dash) in zip(sources.items(), _LOOKS, strict=True):
                line = plot.line("x", "y", source=source, color=colour, line_width=width, line_dash=dash)
                made[name] = [line]
            legend(plot, made)
        self._of: RecipeRun | None = None
        self._drawn: Mapping[str, LearnedCurve] | None = None
        return plots_abreast(pane(self.prior), pane(self.prox))

    def draw(self) -> None:
        run = self.recipe_run
        if run is None:
            return
        if run is not self._of:
            self._of, self._drawn = run, None
        state, problem, task, name = run.latest.state, run.problem, run.recipe.task, self.laboratory.shipped

        def curves() -> Iterator[Mapping[str, LearnedCurve]]:
            found = {SHIPPED: _shipped(name)}
            yield found
            if isinstance(state, FitState):
                yield found | {LEARNED: prior_beside(network_of(problem, state), task)}

        outcome = self.laboratory.study(("prior", id(run)), curves, None if state is None else state.k)
        self.badge.say(outcome.message)
        if outcome.result is not None and outcome.result is not self._drawn:
            if self._drawn is None or LEARNED in outcome.result or LEARNED not in self._drawn:
                self._show(outcome.result)
            self._drawn = outcome.result

    def _show(self, curves: Mapping[str, LearnedCurve]) -> None:
        newest = list(curves.values())[-1]
        at = newest.line.at.numpy()
        for plot, attribute in ((self.prior, "value"), (self.prox, "answer")):
            plot.xaxis.axis_label = newest.line.label
            true = newest.true if plot is self.prior else newest.true_answer
            lines = {name: (each.line.at.numpy(), getattr(each, attribute).numpy()) for name, each in curves.items()}
            if true is not None:
                lines[TRUE] = at, true.numpy()
            for name, source in self.lines[plot].items():
                x, y = lines.get(name, ((), ()))
                fill(source, {"x": x, "y": y})
        said = [f"{name}: {each.error:.2g} nats off at most" for name, each in curves.items() if each.error is not None]
        close = (
            f"Beside the true prior, {', '.join(said)}. " if said else "Nobody knows the true prior of photographs. "
        )
        self.note.say(f"{close}{_MEANING}")


@cache
def _shipped(name: str) -> LearnedCurve:
    """Of the weights that ship, along the line of their own recipe."""
    network = weights.shipped(name)
    return prior_beside(network, RECIPES[name]().task)
