"""The information tab: one look at the plane, its choices on the left, what to know about it below."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.app.planes import Planes
from workbench.app.session import Session
from workbench.app.views.information.looks import Closed, Denoiser, Look, Sampled
from workbench.app.views.tab import SMALL, Tab, bar, full
from workbench.app.words import ERROR, Words

LOOKS: dict[str, type[Look]] = {"closed form": Closed, "sampled": Sampled, "denoiser, I-MMSE": Denoiser}
_FULL = full(420)
_PLOT = {"flex": "1 1 calc(100vh - 236px)", "min-height": "280px"}


class InformationView(Tab):
    """One look at the plane at a time."""

    title, whole = "Information", True
    making = "the information plane"

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened, styles=_FULL)
        self.studies = self.planes = Planes(session)
        self._looks: dict[str, Look] = {}

    def _draw(self) -> None:
        self.complaint.say(self._look.complaint)
        self._look.draw()

    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        self.menu = pmui.Select(label="show", options=list(LOOKS), value=next(iter(LOOKS)), width=185, **SMALL)
        self.complaint = Words(ERROR)
        self.bar = bar()
        self.side = pmui.Column(width=225, margin=(4, 4, 0, 4), scroll="y-auto", styles={"flex": "none"} | _FULL)
        self.place = pmui.Row(sizing_mode="stretch_both", margin=0, styles=_PLOT)
        self.below = pmui.Column(sizing_mode="stretch_width", margin=(0, 12, 4, 12), styles={"flex": "none"})
        self.menu.param.watch(lambda event: self._show(), "value")
        main = pmui.Column(self.bar, self.place, self.below, sizing_mode="stretch_both", margin=0, styles=_FULL)
        self._show()
        return self.side, main

    def _show(self) -> None:
        look = self._look
        self.bar[:] = [self.menu, *look.buttons]
        self.side[:] = [look.status.element, self.complaint.element, *look.controls]
        self.place[:] = list(look.pictures)
        self.below[:] = [look.note.element]
        self._stale = True

    @property
    def _look(self) -> Look:
        name = self.menu.value
        if name not in self._looks:
            self._looks[name] = LOOKS[name](self.planes)
            self._looks[name].begin()
        return self._looks[name]
