"""Measured data before and after each of their steps."""

from collections.abc import Callable

import panel_material_ui as pmui

from workbench.app.toolkit.panels import Panel
from workbench.app.toolkit.tab import SMALL, View
from workbench.app.toolkit.words import Words
from workbench.data import Measured
from workbench.data.steps import Stage, to_draw
from workbench.figures.shown import picture_of
from workbench.live.frames import ProblemPictures
from workbench.live.images import extent
from workbench.live.session import Session
from workbench.parameters import describe

_NONE = "Data that were measured can go through steps before the run: name them under Signal, such as MinusLog."


class StagesView(View):
    """One step of the chain, chosen from a menu: the data before it, after it, and what it did."""

    title, late = "Steps", "the steps before the run"

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened)
        self.menu = pmui.Select(label="step", options={}, visible=False, width=260, **SMALL)
        self.menu.param.watch(lambda event: self._draw(), "value")
        self.said = Words(sentence=_NONE)
        self.before, self.after = Panel("Before", meaning="the data before the step"), Panel("After")
        for panel in (self.before, self.after):
            panel.element.visible = False
        pictures = pmui.Row(self.before.element, self.after.element, sizing_mode="stretch_width", margin=0)
        left = pmui.Column(self.menu, self.said.element, width=300, margin=(0, 8, 0, 0))
        self.element = pmui.Row(left, pictures, sizing_mode="stretch_width", margin=0)
        self._stages: tuple[Stage, ...] = ()
        self._of: object = None

    def show_pictures(self, pictures: ProblemPictures) -> None:
        """Other data, or other steps."""
        source = self.session.experiment.source
        of = describe(source)
        if of == self._of:
            return
        self._of = of
        self._stages = source.stages() if isinstance(source, Measured) else ()
        names = {f"{k}: {type(stage.step).__name__}": k for k, stage in enumerate(self._stages, 1)}
        kept = self.menu.value if self.menu.value in names.values() else len(names)
        self.menu.param.update(options=names, value=kept if names else None, visible=bool(names))
        for panel in (self.before, self.after):
            panel.element.visible = bool(names)
        self._draw()

    def _draw(self) -> None:
        if not self._stages or self.menu.value is None:
            self.said.say(_NONE)
            return
        stage = self._stages[self.menu.value - 1]
        self.said.say(stage.said)
        for panel, loaded in ((self.before, stage.before), (self.after, stage.after)):
            array = picture_of(to_draw(loaded.tensor).numpy())
            panel.fit(array.shape, stretch=True)
            panel.show(array, extent(array))
            shape = " × ".join(map(str, loaded.tensor.shape))
            panel.describe(f"{shape} · {loaded.units}" if loaded.units else shape)
