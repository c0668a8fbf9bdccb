"""The unknown tab: one look at what is behind the picture."""

from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.app.toolkit.tab import LookTab, bar, full, side
from workbench.app.toolkit.words import Words
from workbench.app.unknowns.looks import LOOKS, UnknownLook
from workbench.figures.colours import ERROR
from workbench.live.frames import Frame
from workbench.live.session import Session
from workbench.live.studies.unknowns import UnknownStudies

_FULL = full(460)


class UnknownView(LookTab[UnknownLook]):
    """Blocks, many starts, or flat directions."""

    title, whole = "Unknown", True
    making = "the pictures of the unknown"
    looks = LOOKS

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened, styles=_FULL)
        self.studies = self.unknowns = session.companion(UnknownStudies)
        self._frame: Frame | None = None

    def _tick(self, frame: Frame | None) -> bool:
        moved, self._frame = frame is not self._frame, frame
        return super()._tick(frame) or moved

    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        self.complaint, self.bar = Words(ERROR), bar()
        self.side = side(styles=_FULL)
        self.place = pmui.Column(sizing_mode="stretch_width", margin=0)
        self._choice(185)
        self._show()
        return self.side, pmui.Column(self.bar, self.place, sizing_mode="stretch_width", margin=0)

    def _arrange(self) -> None:
        look = self.look
        self.bar[:] = [self.menu, *look.buttons]
        self.side[:] = [look.words.element, self.complaint.element, *look.controls]
        self.place[:] = list(look.pictures)

    def _draw(self) -> None:
        self.complaint.say(self.unknowns.trouble() or self.unknowns.warning)
        self.look.draw()
