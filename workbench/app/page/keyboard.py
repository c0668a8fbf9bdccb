"""The keys of the page: what each does, and the list of them."""

import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import panel as pn
import panel_material_ui as pmui

from workbench.app.run.pictures import Gallery
from workbench.app.toolkit.page_keys import PageKeys
from workbench.live.played.standing import usable

if TYPE_CHECKING:
    from workbench.app.page.workbench import Workbench

_SHOWN = {
    " ": "Space",
    "ArrowLeft": "←",
    "ArrowRight": "→",
    "Shift+ArrowLeft": "Shift ←",
    "Shift+ArrowRight": "Shift →",
}
_STYLE = "font:15px/1.9 Roboto,Helvetica,Arial,sans-serif"
_KEY = "border:1px solid;border-radius:4px;padding:1px 7px;font-size:14px"


@dataclass(frozen=True)
class PageKey:
    """What keys of these names do, in words, and the doing: it is told which one it was."""

    names: tuple[str, ...]
    words: str
    press: Callable[[str], object]


class Keyboard:
    """`element` hears the keys of an `app`, `window` lists them."""

    def __init__(self, app: "Workbench") -> None:
        self._app = app
        self.all = (
            PageKey((" ",), "play, or pause", lambda key: self._transport("Pause", "Play")),
            PageKey(("s",), "one step", lambda key: self._transport("Step")),
            PageKey(("r",), "back to iteration 0", lambda key: self._transport("Reset")),
            PageKey(("ArrowLeft", "ArrowRight"), "a moment back or on; in a lesson, its steps", self._turn),
            PageKey(("Shift+ArrowLeft", "Shift+ArrowRight"), "a moment back or on, in a lesson too", self._scrub),
            PageKey(("n",), "now: the newest iterate", lambda key: app.timeline.look_at(None)),
            PageKey(("b",), "branch: go on from the moment in sight", lambda key: app.timeline.go_on()),
            PageKey(("x",), "the pixel in the middle, or none", lambda key: self._pixel()),
            PageKey(("d",), "what a drag on the pictures does: the next one", lambda key: self._hands("next")),
            PageKey(("u",), "take back what was painted or lost last", lambda key: self._hands("undo")),
            PageKey(tuple("123456789"), "the tab of that number", self._tab),
            PageKey(("p",), "for a room, and back", lambda key: app.present(not app.audience.present)),
            PageKey(("q",), "the QR code of this page", lambda key: app.layout.show_code()),
            PageKey(("?",), "this list", lambda key: self._list()),
        )
        self._known = {name: each for each in self.all for name in each.names}
        self.element = PageKeys(self._known, self.press)
        self.window = pmui.Dialog(title="Keys", open=False, close_on_click=True, show_close_button=True)

    def press(self, key: str) -> None:
        """Do what a key does; nothing where it is none of these."""
        if key in self._known:
            self._known[key].press(key)

    def _transport(self, *names: str) -> None:
        """The first of these buttons that does something now."""
        frame = self._app.frame
        able = usable(frame) if frame is not None else set(names)
        name = next((name for name in names if name in able), None)
        if name is not None:
            self._app.transport.press(name)

    def _turn(self, key: str) -> None:
        teaching = self._app.teaching
        if teaching.tour.step is None:
            self._scrub(key)
        else:
            teaching.turn("back" if key == "ArrowLeft" else "next")

    def _scrub(self, key: str) -> None:
        self._app.timeline.scrub(-1 if key.endswith("Left") else 1)

    def _tab(self, key: str) -> None:
        if int(key) <= len(self._app.views) and not self._app.audience.present:
            self._app.tabs.turn_to(int(key) - 1)

    def _pixel(self) -> None:
        if isinstance(self._app.seen, Gallery):
            self._app.seen.pixel.toggle()

    def _hands(self, wish: Literal["next", "undo"]) -> None:
        gallery = self._app.seen
        if isinstance(gallery, Gallery):
            gallery.hands.bar.next() if wish == "next" else gallery.hands.undo()

    def _list(self) -> None:
        """Open the list, or close it; it is written when it is opened for the first time."""
        if not self.window.objects:
            rows = "".join(
                f"<tr><td>{_drawn(key.names)}</td><td>{html.escape(key.words)}</td></tr>" for key in self.all
            )
            self.window.objects = [pn.pane.HTML(f"<table style='{_STYLE}'>{rows}</table>", width=460)]
        self.window.open = not self.window.open


def _drawn(names: tuple[str, ...]) -> str:
    """Keys as they stand on a keyboard; of many, the first and the last."""
    shown = [f"<kbd style='{_KEY}'>{html.escape(_SHOWN.get(name, name))}</kbd>" for name in names]
    return f"{shown[0]} … {shown[-1]}&emsp;" if len(shown) > 2 else "&ensp;".join(shown) + "&emsp;"
