"""The window in which the members of a kind are seen before one is chosen."""

import panel_material_ui as pmui

from workbench import catalog
from workbench.app.members.member_grid import MemberGrid
from workbench.live.controls import Ask
from workbench.live.members.member_cards import MemberPictures, cards
from workbench.live.session import Session

_PLAIN = {"& .MuiPaper-root": {"backgroundImage": "none"}}  # at night a veil would lie over the paper's colour


class MemberGallery:
    """`button(kind)` opens `window` with all members of a kind; a card that is clicked is asked for.

    Its parts are made when it is first opened.
    """

    def __init__(self, session: Session, ask: Ask) -> None:
        self._session, self._ask = session, ask
        self.kind = ""
        self.pictures = MemberPictures()
        self._sent: set[str] = set()
        self.grid: MemberGrid | None = None
        self.window = pmui.Dialog(
            title="", open=False, close_on_click=True, show_close_button=True, width_option="lg",
            sizing_mode="stretch_width", sx=_PLAIN,
        )  # fmt: skip

    def button(self, kind: str) -> pmui.IconButton:
        """What opens the window with this kind."""
        words = f"see every {kind} with a picture"
        button = pmui.IconButton(icon="grid_view", size="small", margin=(9, 0, 0, 2), description=words, width=30)
        button.on_click(lambda event: self.open(kind))
        return button

    def open(self, kind: str) -> None:
        """Show the members of a kind; those that cannot be chosen say why."""
        if self.grid is None:
            self.grid = MemberGrid(self._heard, sizing_mode="stretch_width")
            self.window.objects = [self.grid]
        self.kind, self._sent = kind, set()
        chosen = type(getattr(self._session.experiment, kind)).__name__
        self.grid.draw(cards(catalog.members(kind), self._session.reasons(kind)), chosen)
        self.window.param.update(title=f"Every {kind}", open=True)
        self.pictures.draw(catalog.members(kind))

    def beat(self) -> None:
        """Send the pictures that have been drawn since the last one."""
        if self.grid is None or not self.grid.drawn or not self.window.open:
            return
        for name, picture in self.pictures.drawn().items():
            if name not in self._sent:
                self._sent.add(name)
                self.grid.illustrate(name, picture)

    def close(self) -> None:
        """Nobody looks any more."""
        self.pictures.cancel()

    def _heard(self, name: str) -> None:
        self.window.open = False
        self._ask(self.kind, name)
