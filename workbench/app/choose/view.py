"""The choose tab: every rule's curve over the weight with its mark, and a handle that moves the picture along."""

from collections.abc import Callable

import numpy as np
import panel as pn
import panel_material_ui as pmui

from workbench.app.choose.choosing import HAND, Choosing
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
_HALF = {"flex": "1 1 0", "min-width": "0"}
_HEIGHT, _ABREAST = 420, 3  # of the curves, px; names in a row above them


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
        drawn = {
            word: [self.plot.line("weight", "value", source=source, color=colour, line_width=2)]
            for (word, source), colour in zip(self.lines.items(), _COLOURS, strict=True)
        }
        self.names = legend(self.plot, {_name(word): lines for word, lines in drawn.items()}, _ABREAST)
        self.flags, self._shape = Flags(self.plot), ()
        curves = pmui.Column(pane(self.plot), sizing_mode="stretch_width", height=_HEIGHT, margin=0, styles=_HALF)
        below = pmui.Row(self.picture.element, curves, sizing_mode="stretch_both", margin=0)
        parts = (self.status, self.complaint)
        left = side(
            *(part.element for part in parts), self.rule, self.handle, self.mark.element, self.use, styles=_FULL
        )
        return left, pmui.Column(bar(*self.buttons.all), below, sizing_mode="stretch_both", margin=0, styles=_FULL)

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
        if path is None:
            return
        if told is not None:
            self._plot(path, told)
            if choosing.weight is None and choosing.path.status is Status.DONE:
                self.rule.value = told.chosen.word  # the automatic one
        point = path.nearest(self._weight(path))
        self.handle.param.update(end=max(1, len(path.points) - 1), disabled=False, value=path.points.index(point))
        self.use.disabled = choosing.weight is None
        self.mark.say(f"weight {self._weight(path):.4g}; the picture is that of {point.weight:.4g}")
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
            curve = np.where(np.isfinite(curve), curve, np.nan)
            low, high = np.nanmin(curve), np.nanmax(curve)
            fill(source, {"weight": weights, "value": (curve - low) / ((high - low) or 1.0)})
        colours = dict(zip(rules(), _COLOURS, strict=True))
        self.flags.show([(s.weight, _name(word), colours[word]) for word, s in told.selected.items()])
        options = {HAND: HAND} | {_name(word): word for word in told.selected}
        if self.rule.options != options:
            kept = self.rule.value if self.rule.value in options.values() else HAND
            self.rule.param.update(options=options, value=kept)


def _name(word: str) -> str:
    return rules()[word].__name__
