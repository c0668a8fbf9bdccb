"""The connection to a person's browser: the run waits while there is none, and is in the address of the page."""

import time
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

import panel as pn

from workbench.app.page.address_bar import AddressBar
from workbench.app.toolkit.audience import Audience
from workbench.live.session import Session
from workbench.live.study import Visibility

ALONE = 3.0  # seconds without a reader after which a run waits for one


class Connection:
    """Looks at the connection of a served page at every beat; in a notebook a reader is always there."""

    def __init__(self, session: Session, travel: Callable[[str], None]) -> None:
        self._session = session
        current = pn.state.curdoc
        self.document = current if current is not None and current.session_context is not None else None
        self.bar = AddressBar(travel)
        self._visibility = Visibility()
        self._seen = time.perf_counter()

    def look(self) -> bool:
        """Whether somebody is there, or was a moment ago; else the run waits, and goes on when they are back."""
        now = time.perf_counter()
        if self.present():
            self._seen = now
        there = now - self._seen <= ALONE
        self._visibility.show(there, self._session.job)
        return there

    def remember(self, audience: Audience, lesson: str = "") -> None:
        """Put the experiment into the address of the page, behind the step of a lesson where one is open."""
        self.bar.search = f"?{lesson}{self._session.address()}{audience.address}"

    @property
    def address(self) -> str:
        """The whole address of the page, as a person could type it elsewhere."""
        return self.bar.place + self.bar.search

    def present(self) -> bool:
        """Whether a browser is connected; always where no server asks."""
        session = getattr(self.document.session_context, "session", None) if self.document is not None else None
        return session is None or session.connection_count > 0


def query_of_page() -> str:
    """The query by which a browser asked for the page that is being made; empty where nobody asked."""
    current = pn.state.curdoc
    request = getattr(current.session_context, "request", None) if current is not None else None
    items = parse_qsl(request.query if request is not None else "", keep_blank_values=True)
    return urlencode([(name, value) for name, value in items if not name.startswith("bokeh-")])
