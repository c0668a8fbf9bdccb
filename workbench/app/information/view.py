"""The information tab: one look at the plane, its choices on the left, what to know about it below."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.app.information.looks import ClosedFormLook, DenoiserLook, Look, SampledLook
from workbench.app.standing.awaiting import Awaiting
from workbench.app.standing.narrow import plots_abreast
from workbench.app.toolkit.tab import LookTab, bar, full, side
from workbench.app.toolkit.words import Words
from workbench.figures.colours import ERROR
from workbench.live.planes import Planes
from workbench.live.session import Session

LOOKS: dict[str, type[Look]] = {"closed form": ClosedFormLook, "sampled": SampledLook, "denoiser, I-MMSE": DenoiserLook}
_FULL = full(420)
_PLOT = {"flex": "1 1 calc(100 * var(--vh, 1vh) - 330px)", "min-height": "280px"}


class InformationView(LookTab[Look]):
    """One look at the plane at a time."""

    title, whole = "Information", True
    making = "the information plane"
    looks = LOOKS

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened, styles=_FULL)
        self.studies = self.planes = Planes(session)

    def _draw(self) -> None:
        self.complaint.say(self.planes.trouble(self.look.study))
        self._fill()
        self.look.draw()

    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        self.complaint = Words(ERROR)
        self.bar = bar()
        self.side = side(styles=_FULL)
        self.place = plots_abreast(styles=_PLOT)
        self.awaiting = Awaiting(self.place)
        self.below = pmui.Column(sizing_mode="stretch_width", margin=(0, 12, 4, 12), styles={"flex": "none"})
        self._choice(185)
        main = pmui.Column(self.bar, self.place, self.below, sizing_mode="stretch_both", margin=0, styles=_FULL)
        self._show()
        return self.side, main

    def _arrange(self) -> None:
        look = self.look
        self.bar[:] = [self.menu, *look.buttons]
        self.side[:] = [look.status.element, self.complaint.element, *look.controls]
        self.below[:] = [look.note.element]
        self._fill()

    def _fill(self) -> None:
        """The pictures, or what they will be."""
        self.awaiting.show(self.look.awaited if self.look.study.result is None else "", self.look.pictures)
