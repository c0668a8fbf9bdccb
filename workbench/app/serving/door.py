"""Who is inside: no more people than there is room for, and a line in the log for each."""

import hashlib
import time
from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui
from tornado.ioloop import IOLoop

from workbench.app.page.shell import shell
from workbench.app.serving.log import note
from workbench.app.serving.server_numbers import ServerNumbers
from workbench.jobs import PAGES

Tell = Callable[[str, bool], None]  # a session, and whether its page is kept
_LOST = 10  # seconds without a reader after which a page that is kept makes room for another person's


class Door:
    """Lets people in one by one, as long as there are `room` and, by `spare`, memory for one more.

    `page` makes what they see; `tell` hears whose page is kept, and whose no more.
    """

    def __init__(
        self,
        page: Callable[[], pn.viewable.Viewable],
        room: int,
        tally: ServerNumbers,
        tell: Tell = lambda session, kept: None,
        spare: Callable[[], bool] = lambda: True,
    ) -> None:
        self._page, self._room, self._tally, self._tell, self.inside = page, room, tally, tell, 0
        self._spare = spare
        tally.count_inside(lambda: self.inside)

    def page(self) -> pn.viewable.Viewable:
        """A page for one more person, or the sentence why not."""
        if sentence := self._full():
            self._tally.refused.inc()
            note("refused", {"inside": self.inside})
            return shell(pmui.Row(), pmui.Alert(sentence, severity="warning", margin=20), pmui.Column())
        begin = time.perf_counter()
        PAGES.take()
        IOLoop.current().add_callback(PAGES.give_back)  # when the page is on its way, and the loop has time again
        with self._tally.building.time():
            made = self._page()
        self.inside += 1
        came, session = time.perf_counter(), _session()
        self._tell(session, True)
        note("came", {"visit": _name(session), "seconds": came - begin, "inside": self.inside})
        pn.state.on_session_destroyed(lambda context: self._left(session, came))
        return made

    def _full(self) -> str:
        """Why nobody else comes in; "" where somebody does."""
        if self.inside >= self._room and not _room_made():
            return f"{self._room} people are here already: come back when one has left"
        if not self._spare():
            return "the memory of this server is taken: come back when somebody has left"
        return ""

    def _left(self, session: str, came: float) -> None:
        self.inside -= 1
        self._tell(session, False)
        who = _name(session)
        note("left", {"visit": who, "seconds": time.perf_counter() - came, "inside": self.inside})


def _session() -> str:
    """The name of the session that is being made; who knows it can open its page."""
    context = pn.state.curdoc.session_context if pn.state.curdoc is not None else None
    return str(context.id) if context is not None else ""


def _name(session: str) -> str:
    """A name for a visit that tells nothing of the person, and does not open their page."""
    return hashlib.sha256(session.encode()).hexdigest()[:8] if session else ""


def _room_made() -> bool:
    """Whether a page that is kept for somebody who was lost a while ago makes room: the one that has waited longest."""
    current = pn.state.curdoc
    context = current.session_context.server_context if current is not None and current.session_context else None
    kept = [s for s in context.sessions if not s.connection_count and not s.expiration_requested] if context else []
    longest = max(kept, key=lambda s: s.milliseconds_since_last_unsubscribe, default=None)
    if longest is None or longest.milliseconds_since_last_unsubscribe < 1000 * _LOST:
        return False
    longest.request_expiration()
    return True
