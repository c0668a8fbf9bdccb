"""What a tab of the page holds: a look at the run, or one that computes for itself and waits while it is not seen."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

import panel as pn
import panel_material_ui as pmui

from workbench.app.standing.narrow import DRAWN_FIRST, LOOSE
from workbench.app.toolkit.words import Words
from workbench.live.frames import Frame, ProblemPictures
from workbench.live.session import Session
from workbench.live.study import Studies
from workbench.parameters import owed

SMALL: dict[str, Any] = {"size": "small", "margin": (6, 6, 0, 0), "sx": {"& .MuiInputBase-input": {"py": "4px"}}}
AnyLook = TypeVar("AnyLook")
NOT_NARROWER = {"flex": "none"}


def full(least: int) -> dict[str, str]:
    """The style of a tab that takes all that the parts around the tabs leave of the page, and at least so many pixels.

    On a phone it is as high as what is in it.
    """
    return {"height": "var(--tab)", "min-height": f"calc({least}px * var(--wide))"}


def side(*parts: pn.viewable.Viewable, styles: dict[str, str], **layout: Any) -> pmui.Column:
    """The column of controls on the left of a plot; what finds no room is scrolled to."""
    look = {"width": 225, "margin": (4, 4, 0, 4), "scroll": "y-auto", "styles": NOT_NARROWER | styles}
    return pmui.Column(*parts, stylesheets=[LOOSE], **look | layout)


def bar(*parts: pn.viewable.Viewable) -> pmui.FlexBox:
    """A row of controls above a plot; what finds no room goes to a line below."""
    return pmui.FlexBox(*parts, sizing_mode="stretch_width", margin=0, styles={"flex": "none"})


class View:
    """A view of a session, under a tab that bears its `title`; `element` is laid out at once.

    The page makes it from the session and from `opened`, which tells it that the experiment has become another one.
    All else may be left out: a view answers to what it draws.
    """

    title: ClassVar[str] = owed("say in the class what stands on its tab, such as title = 'Histogram'")
    late: ClassVar[str] = ""  # what it holds, in words: then it is built after the first picture
    whole: bool = False  # whether it takes the place of the curves, too
    element: pn.viewable.Viewable = owed("make in __init__ what the page lays out, such as self.element = pane(plot)")
    tools: tuple[pn.viewable.Viewable, ...] = ()  # beside the tabs

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        self.session, self.opened = session, opened

    def show_pictures(self, pictures: ProblemPictures) -> None:
        """Another truth or other data; in sight or not."""

    def show_frame(self, frame: Frame) -> None:
        """Draw the newest frame; in sight only."""

    def move(self, frame: Frame) -> None:
        """Draw a frame while the browser still builds the page: Bokeh's models alone listen."""

    def refresh(self) -> None:
        """The experiment is another one; in sight or not."""

    def arrange(self, show: str, settings: Mapping[str, Any]) -> None:
        """What a step of a lesson puts in sight here: a look by its name, and what is set by path."""

    def beat(self, frame: Frame | None = None) -> bool:
        """Draw what the view has found by itself; in sight only. Whether there was anything."""
        return False

    def show(self, seen: bool) -> None:
        """What is computed for this view waits while nobody sees it."""

    def close(self) -> None:
        """The person has gone: nothing is computed any more."""


class Tab(View, ABC):
    """A view that computes: its elements are made when it is first seen, and its `studies` wait while it is not."""

    studies: Studies = owed("make in __init__ what computes for it, such as self.studies = Spectra(session)")
    # What the words name until it is there.
    making: ClassVar[str] = owed("say in the class what it computes, such as making = 'the spectrum'")

    def __init__(self, session: Session, opened: Callable[[], None], **layout: Any) -> None:
        super().__init__(session, opened)
        words = Words(sentence=f"Making {self.making} ...").element
        self.element = self._row = pmui.Row(
            words, sx=DRAWN_FIRST, stylesheets=[LOOSE], **{"sizing_mode": "stretch_width", "margin": 0} | layout
        )
        self._made = self._stale = False
        self._wished: tuple[str, Mapping[str, Any]] | None = None

    def show(self, seen: bool) -> None:
        self.studies.show(seen)

    def close(self) -> None:
        self.studies.cancel()

    def beat(self, frame: Frame | None = None) -> bool:
        """Make the elements, if they are seen for the first time, and draw."""
        if not self._made:
            self._made = True
            self._row[:] = list(self._build())
            self._grant()
        due = self._tick(frame) or self._stale
        if due:
            self._stale = False
            self._draw()
        return due

    def arrange(self, show: str, settings: Mapping[str, Any]) -> None:
        """At once, or when the elements are made."""
        self._wished = show, settings
        if self._made:
            self._grant()

    def _grant(self) -> None:
        """Put in sight what a lesson has wished for, if one has; the rest is as it was at first."""
        wished, self._wished = self._wished, None
        if wished is not None:
            self.studies.restore()
            self._choose(wished[0])
            for path, value in wished[1].items():
                self._set(path, value)
            self._again()

    def _choose(self, show: str) -> None:
        """Another look, by its name; where there is one alone, it is in sight."""

    def _set(self, path: str, value: Any) -> None:
        self.studies.set(path, value)

    def _again(self) -> None:
        """Draw at the next beat, when the browser knows what is in sight."""
        self._stale = True

    @abstractmethod
    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        """Make the elements, and begin what is small: all else waits for a click."""

    def _tick(self, frame: Frame | None) -> bool:
        """Whether there is something new."""
        return self.studies.tick()

    @abstractmethod
    def _draw(self) -> None:
        """Draw what is new."""


class LookTab(Tab, Generic[AnyLook]):
    """A tab with several `looks` at what it computes: `menu` puts one in sight, made when it is first chosen."""

    looks: ClassVar[Mapping[str, Callable[[Any], Any]]]  # by name, from the studies

    def _choice(self, width: int) -> pmui.Select:
        """Make the menu."""
        self._known: dict[str, AnyLook] = {}
        names = list(self.looks)
        self.menu = pmui.Select(label="show", options=names, value=names[0], width=width, **SMALL)
        self.menu.param.watch(lambda event: self._show(), "value")
        return self.menu

    def _choose(self, show: str) -> None:
        if show in self.looks:
            self.menu.value = show

    @property
    def look(self) -> AnyLook:
        """The one in sight."""
        name = self.menu.value
        if name not in self._known:
            self._known[name] = self.looks[name](self.studies)
        return self._known[name]

    def _show(self) -> None:
        """Put the chosen look in its place."""
        self._arrange()
        self._again()

    @abstractmethod
    def _arrange(self) -> None:
        """Lay out the chosen look and its controls."""
