"""The page of one session: its views, and the beat that pulls frames for them."""

import time
from collections.abc import Sequence
from typing import Any, TypeVar

import panel as pn
from panel.io import PeriodicCallback

from workbench.app.lessons import Teaching, Tour
from workbench.app.page.connection import Connection
from workbench.app.page.echo import Echo
from workbench.app.page.keyboard import Keyboard
from workbench.app.page.layout import PageLayout
from workbench.app.page.one_message import one_message
from workbench.app.page.placeholders import Placeholders
from workbench.app.page.stage import RoomStage
from workbench.app.page.theme import follow_browser
from workbench.app.page.view_tabs import ViewTabs
from workbench.app.run.choices import Choices
from workbench.app.run.curves import Convergence
from workbench.app.run.files import TakeAway, Upload
from workbench.app.run.notice import Notice
from workbench.app.run.presentation import Presentation
from workbench.app.run.timeline import Timeline
from workbench.app.run.transport import Transport
from workbench.app.toolkit.audience import EVERYBODY, Audience
from workbench.app.toolkit.tab import View
from workbench.app.views import VIEWS
from workbench.lessons import LessonStep
from workbench.live.frames import Frame
from workbench.live.session import Session

BEAT = 1 / 15  # seconds between two looks at the run, at the least
SHARE = 0.03  # of the time may go into drawing
SLOWEST = 0.5  # seconds between two pictures, at the most
PREVIEW = 0.25  # seconds between two pictures while the browser is busy building the page
AnyView = TypeVar("AnyView", bound=View)


class Workbench:
    """One page of one session: views, a tab for each, and the beat that pulls frames for them."""

    def __init__(
        self,
        session: Session,
        audience: Audience = EVERYBODY,
        views: Sequence[type[View]] = VIEWS,
        tour: Tour | None = None,
    ) -> None:
        self.session, self.audience = session, audience
        self.transport = Transport(session, self._opened, self._remark)
        self.choices = Choices(session, self._chosen, audience)
        seen = [view for view in views if audience.tab(view.title)] or views[:1]
        self.convergence, self.views = Convergence(session.prove), [view(session, self._opened) for view in seen]
        self.upload, self.take = Upload(session, self._opened), TakeAway(session, self._remark)
        self.timeline = Timeline(session, self._scrubbed)
        ask, paths = self.choices.throttle.ask, audience.paths
        self.presentation = Presentation(session, self._opened, ask, paths, self.timeline)
        self.presentation.leave.on_click(lambda event: self.present(False))
        self.stage = RoomStage(audience.present, lambda: self._ready and self.present(True))
        self.keyboard, self.notice = Keyboard(self), Notice(self._repair)
        self.alert, self.mend = self.notice.alert, self.notice.mend
        self.connection = Connection(session, self._travel)
        self.teaching = Teaching(tour or Tour(), self._take_step, lambda: self._chosen(new=False))
        self._echo = Echo(self.connection.document is not None)
        self._placeholders = Placeholders(self.connection.document)
        self.tabs = ViewTabs(((view.title, self._tab(view)) for view in self.views), self._turn)
        self._turned = self._ready = self._playing = False
        self._there, self._done = True, False
        self._early: Any = None
        self._drawn, self._due, self._study_due = -1, 0.0, 0.0
        self._frame: Frame | None = None
        self._notes = session.notes
        first = session.errors.get("address", "") or self.teaching.tour.complaint or audience.complaint
        self._note = first or " ".join(session.notes if session.opened else ())
        self._draw_pictures()
        self._chosen(new=False)
        self.layout = PageLayout(self, self._placeholders, self._echo)
        self.page = self.layout.page
        if (step := self.teaching.tour.step) is not None:
            self._show_step(step)

    def view(self, kind: type[AnyView]) -> AnyView:
        """The view of that class."""
        return next(view for view in self.views if isinstance(view, kind))

    def turn_to(self, kind: type[View]) -> None:
        """Put the view of that class in sight."""
        self.tabs.turn_to(self.views.index(self.view(kind)))

    @property
    def seen(self) -> View:
        """The view whose tab is in sight, or the one for a room."""
        return self.presentation if self.audience.present else self.views[self.tabs.place]

    @property
    def frame(self) -> Frame | None:
        """What was drawn last."""
        return self._frame

    def present(self, on: bool) -> None:
        """Show the page to a room, in large type, or whole."""
        if on is self.audience.present:
            return
        # Sources of plots go to the browser by Bokeh's way, which may overtake Panel's, and with it the plots.
        with one_message():
            self.audience = self.audience.presenting(on)
            self.stage.presenting = on
            self.layout.present(on)
            self.presentation.show_pictures(self.session.pictures())
            self._turn()
            self._opened()

    def open(self) -> None:
        """Play as soon as there is a reader; beat once their browser has built the page.

        Until then changes of Panel's objects are lost on the way, those of Bokeh's models are not: pictures move.
        """
        pn.state.onload(self._begin)
        document = self.connection.document
        if document is not None:
            self._early = document.add_periodic_callback(self._preview, round(1000 * PREVIEW))

    def close(self) -> None:
        """The person has gone: nothing computes for them any more."""
        for view in self.views:
            view.close()
        self.choices.close()
        self.upload.close()
        self.session.close()

    def _tab(self, view: View) -> pn.viewable.Viewable:
        """What stands in the tab of a view: its element, or a place for it until somebody looks."""
        if not view.late:
            return view.element
        return self._placeholders.place(view.element, view.late, lambda: view is self.seen)

    def _preview(self) -> None:
        self._look()
        if not self._ready and self.connection.present():
            self._play_once()
            if frame := self.session.tick():
                self._frame = frame
                self.seen.move(frame)

    def _begin(self) -> None:
        self._ready = self._turned = True
        follow_browser(self.page)
        self._play_once()
        if self.connection.document is None:
            self._placeholders.fill_all()
        elif self._early is not None:
            self.connection.document.remove_periodic_callback(self._early)
        # In the background: Panel would tell every page of the server that it is busy, twice at each beat of each page.
        PeriodicCallback(callback=self.beat, period=round(1000 * BEAT), background=True).start()

    def _play_once(self) -> None:
        if not self._playing:
            self._playing = True
            step = self.teaching.tour.step
            if not self.session.opened and (step is None or step.play):
                self.session.play()

    def beat(self) -> None:
        """Grant late wishes; draw the newest frame when drawing is due. For nobody nothing is drawn."""
        self._look()
        if not self._there:
            return
        self.choices.beat()
        self.upload.tick()
        if not self._echo.free() and not self._obeyed():
            return
        if self._frame is not None and self._placeholders.fill_one():
            self._echo.send()
        self._study()
        begin = time.perf_counter()
        if begin < self._due and not self._obeyed():
            return
        frame = self.session.tick() or (self._frame if self._turned else None)
        if frame is None:
            return
        self._turned = False
        with one_message():
            self._draw(frame)
            self._echo.send()
        end = time.perf_counter()
        self._due = end + min((end - begin) / SHARE, SLOWEST)

    def _look(self) -> None:
        """Whether somebody is there: else what is studied waits, as what is out of sight does."""
        there = self.connection.look()
        if there is not self._there:
            self._there = there
            self._show()

    def _show(self) -> None:
        for view in (*self.views, self.presentation):
            view.show(self._there and view is self.seen)

    def _study(self) -> None:
        """Draw what the view in sight found by itself, in the share of time that drawing may take."""
        begin = time.perf_counter()
        if self._frame is not None and begin >= self._study_due:
            with one_message():
                if self.seen.beat(self._frame):
                    self.layout.curves.visible = not self.seen.whole
                    self._echo.send()
            end = time.perf_counter()
            self._study_due = end + min((end - begin) / SHARE, SLOWEST)

    def _obeyed(self) -> bool:
        """Whether the run is in another state, or another moment in sight, than drawn: a click is answered at once."""
        if self._frame is None:
            return False
        moment = self.session.moment
        back = self._frame.at != (None if moment is None else moment.k)
        return back or self.session.job.latest.status is not self._frame.status

    def _draw(self, frame: Frame) -> None:
        """Send what changed, and of the tabs only the one that is seen."""
        self._frame = frame
        self._draw_pictures()
        self.transport.show_frame(frame)
        self.seen.show_frame(frame)
        if not self.audience.present:
            self.convergence.show_frame(frame)
        self.timeline.show_frame(frame)
        self._say()
        self.choices.found(frame)

    def _draw_pictures(self) -> None:
        pictures = self.session.pictures()
        if pictures.version != self._drawn:
            self._drawn = pictures.version
            self.convergence.offer(self.session.job.recorder.quantities)
            for view in (*self.views, self.presentation):
                view.show_pictures(pictures)

    def _turn(self) -> None:
        """Another tab: the next beat draws it, when the browser knows what is in it. What is out of sight waits."""
        self._show()
        self._turned, self._due = True, time.perf_counter() + 2 * BEAT
        self.layout.curves.visible = not self.seen.whole

    def _say(self) -> None:
        self.notice.say(self._frame, self._note, self._done)

    def _repair(self) -> None:
        self.session.repair(self._frame.repair if self._frame else {})
        self._opened()

    def _remark(self, sentence: str, done: bool = False) -> None:
        self._note, self._done = sentence, done
        self._say()

    def _scrubbed(self) -> None:
        """Another moment is in sight, or the run goes on from one: the next beat draws it."""
        self._remark(self.session.errors.get("time", ""))

    def _opened(self) -> None:
        """The experiment has become another one elsewhere than among the choices."""
        self.choices.refresh()
        self._chosen()

    def _travel(self, query: str) -> None:
        """A person goes back, or forward: the page follows the address."""
        self.session.travel(query)
        self.teaching.visit(query)
        self._opened()
        self._remark(self.session.errors.get("address", "") or self.teaching.tour.complaint)

    def _take_step(self, step: LessonStep) -> None:
        """A person turns to a step of a lesson, or back to its state: from iteration 0, played or waiting."""
        self.session.travel(step.address)
        self.session.reset()
        self.session.play() if step.play else self.session.pause()
        self._show_step(step)
        self._opened()

    def _show_step(self, step: LessonStep) -> None:
        """Turn to the tab of a step, with what is set in it, at the pace that it asks for."""
        self.transport.go_at(float(step.pace))
        for place, view in enumerate(self.views):
            if view.title == step.tab:
                self.tabs.turn_to(place)
                view.arrange(step.show, step.tab_settings)

    def _chosen(self, new: bool = True) -> None:
        """The experiment is another one: so are its address, its Python and what there is to say."""
        if new:
            notes, self._notes = self._notes, self.session.notes
            self._note, self._done = " ".join(self._notes) if self._notes != notes else "", False
        self._say()
        for view in (*self.views, self.presentation):
            view.refresh()
        self.connection.remember(self.audience, self.teaching.tour.address)
