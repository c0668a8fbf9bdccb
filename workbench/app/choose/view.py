"""The choose tab: every rule's curve over the weight with its mark, and a handle that moves the picture along."""

from collections.abc import Callable

import numpy as np
import panel as pn
import panel_material_ui as pmui

from workbench.app.choose.choosing import HAND, Choosing
from workbench.app.choose.lcurve_plot import LCurvePlot
from workbench.app.standing.awaiting import Awaiting
from workbench.app.standing.narrow import LOOSE, plots_abreast
from workbench.app.toolkit.figures import Flags, empty, fill, legend, new_figure, pane
from workbench.app.toolkit.panels import Panel
from workbench.app.toolkit.tab import SMALL, Tab, bar, full, side
from workbench.app.toolkit.words import Words
from workbench.app.toolkit.work_buttons import WorkButtons, starting
from workbench.figures.colours import ERROR
from workbench.jobs import Status
from workbench.live.frames import picture
from workbench.live.images import unit
from workbench.live.session import Session
from workbench.tuning import Tuning, WeightPath, rules

_FULL = full(460)
_COLOURS = ("#2f86d0", "#38a169", "#d6336c", "#ec7f2b", "#805ad5", "#0b7285", "#868e96", "#b7791f", "#a0785a")
_PLAIN = "#868e96"  # of the two terms of the objective
_HALF = {"flex": "1 1 0", "min-width": "0", "height": "420px"}
_AWAITED = (
    "Here will stand what each rule sees of the weight, discrepancy, cross-validation, SURE, L-curve and others, each"
    " as a curve with a mark at what it chooses, beside the picture at that weight. Find the weight solves the "
    "problem for 25 weights, each from where its neighbour ended."
)
OVER, LCURVE = LOOKS = ("over the weight", "L-curve")
MISFIT, PRIOR = TERMS = ("data misfit", "prior / weight")
_BELOW, _APART = -0.06, 0.035  # of the dots of a spread: where the first rule's lie, and how far from the next one's
_ABREAST = 3  # names in a row above the curves


class ChooseView(Tab):
    """A path over the weight; `opened` hears that the run has taken a weight from it."""

    title, whole = "Choose", True
    making = "the curves over the weight"

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened, styles=_FULL)
        self.studies = self.choosing = Choosing(session)

    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        work = self.choosing.path
        self.buttons = WorkButtons("path", starting("Find the weight", "search", work.start), work)
        self.scatter = starting("Spread over noise", "grain", self.choosing.spread.start)
        self.look = pmui.Select(label="show", options=list(LOOKS), value=OVER, width=180, **SMALL)
        self.look.param.watch(lambda event: self._turn(), "value")
        self.rule = pmui.Select(label="rule", options={HAND: HAND}, value=HAND, width=200, **SMALL)
        self.rule.param.watch(lambda event: self._follow(event.new), "value")
        along = {"show_value": False, "tooltips": False, "disabled": True}  # its values are places on the path
        self.handle = pmui.IntSlider(label="along the path", start=0, end=1, value=0, width=200, size="small", **along)
        self.handle.param.watch(lambda event: self._moved(event.new), "value")
        self.use = pmui.Button(label="Take this weight", variant="contained", size="small", disabled=True)
        self.use.on_click(lambda event: self._take())
        self.status, self.complaint, self.mark = Words(), Words(ERROR), Words()
        self.picture = Panel("Picture", meaning="reconstruction at the weight in hand")
        self.plot = new_figure("weight", "each curve from its lowest to its highest", log_x=True)
        self.lines = {word: empty("weight", "value") for word in rules()}
        drawn: dict[str, list] = {
            word: [self.plot.line("weight", "value", source=source, color=colour, line_width=2)]
            for (word, source), colour in zip(self.lines.items(), _COLOURS, strict=True)
        }
        self.spread = {word: empty("weight", "value") for word in rules()}
        for (word, source), colour in zip(self.spread.items(), _COLOURS, strict=True):
            drawn[word].append(self.plot.scatter("weight", "value", source=source, color=colour, size=6))
        named = {_name(word): lines for word, lines in drawn.items()}
        self.terms = {name: empty("weight", "value") for name in TERMS}
        for (name, source), dash in zip(self.terms.items(), ("dashed", "dotted"), strict=True):
            named[name] = [self.plot.line("weight", "value", source=source, color=_PLAIN, line_dash=dash, line_width=2)]
        self.names = legend(self.plot, named, _ABREAST)
        self.flags, self._shape = Flags(self.plot), ()
        self.lcurve, over = LCurvePlot(), pane(self.plot)
        curves = pmui.Column(over, sizing_mode="stretch_width", margin=0, styles=_HALF, stylesheets=[LOOSE])
        self._place, self._looks = curves, {OVER: over, LCURVE: self.lcurve.element}
        self.below = plots_abreast()
        self.awaiting, self._shown = Awaiting(self.below), (self.picture.element, curves)
        parts = (self.status, self.complaint)
        left = side(
            *(part.element for part in parts), self.rule, self.handle, self.mark.element, self.use, styles=_FULL
        )
        return left, pmui.Column(
            bar(*self.buttons.all, self.scatter, self.look),
            self.below,
            sizing_mode="stretch_both",
            margin=0,
            styles=_FULL,
        )

    def _turn(self) -> None:
        """Another look at the same path."""
        self._place[:] = [self._looks[self.look.value]]
        self._again()

    def _follow(self, word: str) -> None:
        """A rule takes the handle."""
        told = self.choosing.told()
        if told is not None and word in told.selected:
            self.choosing.set("weight", told.selected[word].weight)
            self._again()

    def _moved(self, index: int) -> None:
        """A hand takes the handle; it moved by itself where a rule put it there."""
        path = self.choosing.found
        if path is None or index >= len(path.points) or path.nearest(self._weight(path)) is path.points[index]:
            return
        self.rule.value = HAND
        self.choosing.set("weight", path.points[index].weight)
        self._again()

    def _take(self) -> None:
        if self.choosing.take():
            self.opened()
        self._again()

    def _weight(self, path: WeightPath) -> float:
        return self.choosing.weight or path.points[len(path.points) // 2].weight

    def _draw(self) -> None:
        choosing, path, told = self.choosing, self.choosing.found, self.choosing.told()
        self.buttons.show(choosing.path.status, bool(choosing.where))
        self.status.say(choosing.sentence())
        self.complaint.say(choosing.trouble())
        self.scatter.disabled = told is None or choosing.path.status is Status.RUNNING
        self.awaiting.show("" if path is not None else _AWAITED, self._shown)
        if path is None:
            return
        if told is not None:
            self._plot(path, told)
            if choosing.weight is None and choosing.path.status is Status.DONE:
                self.rule.value = told.chosen.word  # the automatic one
        point = path.nearest(self._weight(path))
        self.handle.param.update(end=max(1, len(path.points) - 1), disabled=False, value=path.points.index(point))
        self.use.disabled = choosing.weight is None
        said = [f"weight {self._weight(path):.4g}; the picture is that of {point.weight:.4g}"]
        spread = choosing.scattered(self.rule.value if told is None or self.rule.value != HAND else told.chosen.word)
        self.mark.say("; ".join([*said, *([spread] if spread else [])]))
        self.lcurve.show(path, self._weight(path))
        shown = picture(point.x)
        if shown.shape != self._shape:
            self._shape = shown.shape
            self.picture.fit(shown.shape)
        self.picture.show(shown, unit(shown))
        self.picture.describe(f"at weight {point.weight:.3g}")

    def _plot(self, path: WeightPath, told: Tuning) -> None:
        """Curves with the same height, and a mark at what each rule chose."""
        weights = path.weights.numpy()
        for word, source in self.lines.items():
            chosen = told.selected.get(word)
            self.names[_name(word)].visible = chosen is not None
            if chosen is None or len(chosen.curve) != len(weights):
                fill(source, {"weight": [], "value": []})
                continue
            curve = chosen.curve.numpy()
            curve = np.log(curve) if rules()[word].log and bool((curve[np.isfinite(curve)] > 0).all()) else curve
            fill(source, {"weight": weights, "value": _of_one_height(curve)})
        terms = [(point.misfit, point.prior / point.weight) for point in path.points]
        for source, column in zip(self.terms.values(), np.array(terms).T, strict=True):
            fill(source, {"weight": weights, "value": _of_one_height(np.log(column.clip(1e-300)))})
        scattered = self.choosing.spread.current
        for place, (word, source) in enumerate(self.spread.items()):
            chosen = np.array(scattered.chosen.get(word, ()) if scattered is not None else ())
            there = chosen[np.isfinite(chosen)]
            fill(source, {"weight": there, "value": np.full(len(there), _BELOW - _APART * place)})
        colours = dict(zip(rules(), _COLOURS, strict=True))
        self.flags.show([(s.weight, _name(word), colours[word]) for word, s in told.selected.items()])
        options = {HAND: HAND} | {_name(word): word for word in told.selected}
        if self.rule.options != options:
            kept = self.rule.value if self.rule.value in options.values() else HAND
            self.rule.param.update(options=options, value=kept)


def _of_one_height(curve: np.ndarray) -> np.ndarray:
    """From 0, its lowest, to 1, its highest; NaN where it is not finite."""
    curve = np.where(np.isfinite(curve), curve, np.nan)
    low, high = np.nanmin(curve), np.nanmax(curve)
    return (curve - low) / ((high - low) or 1.0)


def _name(word: str) -> str:
    return rules()[word].__name__
