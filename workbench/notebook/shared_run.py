"""What the views of one run share: its session, the lock around it, and the beat that draws."""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.live.images import Limits
from workbench.live.session import Session
from workbench.live.throttle import Throttle
from workbench.notebook.display_thread import DisplayThread
from workbench.notebook.listeners import Listeners
from workbench.notebook.shot import Shot
from workbench.paths import Form
from workbench.refusal import Refusal

if TYPE_CHECKING:
    from workbench.notebook.views.cell_views import CellView


class SharedRun:
    """Wishes come from the kernel's thread, pictures go from the display's; between them is the lock."""

    def __init__(self, session: Session) -> None:
        self.session, self.note, self.closed = session, "", False
        self.listeners = Listeners()
        self.lock = threading.RLock()
        self._throttle = Throttle(self._grant)
        self._views: list[CellView] = []
        self._ending: list[CellView] = []
        self._limits: dict[str, Limits] = {}
        self._shot: Shot | None = None
        self._followed: Any = None
        self._notes = session.notes
        self._thread = DisplayThread(self)

    @property
    def form(self) -> Form:
        """All that can be set, by path."""
        return self.session.form

    @property
    def errors(self) -> Mapping[str, str]:
        """What is wrong with what was entered, by path."""
        return self.session.errors

    # Wishes.

    def wish(self, wished: Callable[[], Any]) -> None:
        """Do something with the session while nobody draws."""
        with self.lock:
            self.need_open()
            wished()
            self._follow()

    def need_open(self) -> None:
        """Refusal once it was closed: what it reached stays as it is."""
        if self.closed:
            raise Refusal("a workbench that is open", "one that was closed", "run its cell again")

    def ask(self, path: str, value: Any) -> None:
        """A value from a control that may be dragged: granted ten times a second, and refused beside the control."""
        self.wish(lambda: self._throttle.ask(path, value))

    # Views.

    def add(self, view: "CellView") -> None:
        """Draw this one, too, from now on; once it was closed, the last picture."""
        with self.lock:
            if not self.closed:
                self._views.append(view)
            if self._shot is not None:
                view.beat(self._shot)

    def forget(self, view: "CellView") -> None:
        """Draw it no more."""
        with self.lock:
            if view in self._views:
                self._views.remove(view)

    def beat(self) -> None:
        """Grant late wishes, and draw what is new where somebody looks."""
        with self.lock:
            if self.closed:
                return
            self._throttle.flush()
            self._follow()
            if self.listeners.any or any(view.screen.free() for view in self._views):
                self.draw()

    def draw(self) -> None:
        """Look at the run, and let the views draw; one whose browser is slow gets the newest picture later."""
        self._look()
        for view in list(self._views):
            behind = view.shot is not self._shot and view.screen.free()
            view.beat(self._shot if behind else None)
            if view.shot is self._shot:
                view.rest()
        state = self.session.job.latest.state
        if state is not None:
            self.listeners.hear(state)

    @property
    def idle(self) -> bool:
        """Whether nothing goes on for the views that were closed with the run."""
        return all(view.idle for view in self._ending)

    def _look(self) -> None:
        pictures, frame = self.session.pictures(), self.session.tick()
        if frame is None:
            return
        if self._shot is None or self._shot.pictures.version != pictures.version:
            self._limits = {}
        self._shot = Shot(frame, pictures, self._limits)

    def close(self) -> None:
        """End the thread, then the views, then the run."""
        self._thread.close()
        with self.lock:
            if not self.closed:
                self._look()
            self.closed = True
            self._ending = list(self._views)
            for view in self._ending:
                view.beat(self._shot)
                view.rest(last=True)
                view.close()
            self.session.close()

    def _grant(self, path: str, value: Any) -> None:
        """What is wrong with it is said beside its control."""
        self.session.set(path, value)

    def _follow(self) -> None:
        """Let the controls show the experiment, where it or what is wrong with a wish is another one."""
        now = self.session.experiment, self.session.errors, self.session.notes
        if self._followed is not None and all(a is b for a, b in zip(now, self._followed, strict=True)):
            return
        self._followed = now
        if self.session.notes != self._notes:
            self._notes = self.session.notes
            self.note = " ".join(self._notes)
        for view in self._views:
            view.refresh()
