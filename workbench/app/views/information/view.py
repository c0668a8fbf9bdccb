"""The information tab: one look at the plane, its choices on the left, what to know about it below."""

from typing import Any

import panel_material_ui as pmui

from workbench.app.planes import Planes
from workbench.app.session import Session
from workbench.app.views.information.looks import Closed, Denoiser, Look, Sampled
from workbench.app.words import ERROR, Words

LOOKS: dict[str, type[Look]] = {"closed form": Closed, "sampled": Sampled, "denoiser, I-MMSE": Denoiser}
_FULL = {"height": "calc(100vh - 116px)", "min-height": "420px"}  # all that is below the tabs
_PLOT = {"flex": "1 1 calc(100vh - 236px)", "min-height": "280px"}
_SMALL: dict[str, Any] = {"size": "small", "margin": (6, 6, 0, 0), "sx": {"& .MuiInputBase-input": {"py": "4px"}}}


class InformationView:
    """Elements are made when the tab is first seen; `beat` draws what is new."""

    def __init__(self, session: Session) -> None:
        self.planes = Planes(session)
        self.element = pmui.Row(sizing_mode="stretch_width", margin=0, styles=_FULL)
        self._made = self._stale = False
        self._looks: dict[str, Look] = {}

    def beat(self) -> bool:
        """The tab is in sight: make it, then draw what is new. Whether there was anything."""
        if not self._made:
            self._made = True
            self._build()
        self._look.flush()
        due = self.planes.tick() or self._stale
        if due:
            self._stale = False
            self.complaint.say(self._look.complaint)
            self._look.draw()
        return due

    def _build(self) -> None:
        self.menu = pmui.Select(label="show", options=list(LOOKS), value=next(iter(LOOKS)), width=185, **_SMALL)
        self.complaint = Words(ERROR)
        self.bar = pmui.Row(sizing_mode="stretch_width", margin=0, styles={"flex": "none"})
        self.side = pmui.Column(width=225, margin=(4, 4, 0, 4), scroll="y-auto", styles={"flex": "none"} | _FULL)
        self.place = pmui.Row(sizing_mode="stretch_both", margin=0, styles=_PLOT)
        self.below = pmui.Column(sizing_mode="stretch_width", margin=(0, 12, 4, 12), styles={"flex": "none"})
        self.menu.param.watch(lambda event: self._show(), "value")
        main = pmui.Column(self.bar, self.place, self.below, sizing_mode="stretch_both", margin=0, styles=_FULL)
        self.element[:] = [self.side, main]
        self._show()

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
