"""What there is to say about the run, and a button that mends it."""

from collections.abc import Callable
from typing import Protocol

import panel_material_ui as pmui

from workbench.app.page.theme import PLAIN_TITLE
from workbench.jobs import Status
from workbench.live.controls.entering import pretty
from workbench.live.frames import Frame

# Below a tab that takes the whole height, too.
_IN_SIGHT = {"position": "sticky", "bottom": "0", "z-index": "3"}
_OPAQUE = PLAIN_TITLE | {"bgcolor": "background.paper"}


class Remark(Protocol):
    """Tells a sentence: why something was not done, or that it is `done`."""

    def __call__(self, sentence: str, done: bool = False) -> None: ...


class Notice:
    """Why a run stopped stays until it goes on; a note stays until the next wish."""

    def __init__(self, repair: Callable[[], None]) -> None:
        # The title is plain text; the body of an alert would be read as markup.
        self.alert = pmui.Alert(
            title="", severity="error", visible=False, margin=(2, 8), sizing_mode="stretch_width", sx=_OPAQUE
        )
        self.mend = pmui.Button(label="Repair", icon="healing", variant="outlined", size="small", visible=False)
        self.mend.on_click(lambda event: repair())
        self.element = pmui.Row(self.alert, self.mend, sizing_mode="stretch_width", margin=0, styles=_IN_SIGHT)

    def say(self, frame: Frame | None, note: str, done: bool = False) -> None:
        """What a frame has to say, else the note, which may be that something is `done`."""
        message = frame.message if frame else ""
        bad = frame is not None and frame.status in (Status.DIVERGED, Status.FAILED)
        sentence = message or note
        severity = "error" if bad else "info" if message else "success" if done else "warning"
        # Words first, and they stay when it goes: Panel tells the browser what is visible before what it says, and what
        # was to be drawn between the two was an alert without words.
        if sentence and (sentence, severity) != (self.alert.title, self.alert.severity):
            self.alert.param.update(title=sentence, severity=severity)
        if self.alert.visible != bool(sentence):
            self.alert.visible = bool(sentence)
        repair = frame.repair if frame and message else {}
        if self.mend.visible != bool(repair):
            words = ", ".join(f"{p.rpartition('.')[2]} {'automatic' if v is None else v}" for p, v in repair.items())
            if repair:
                self.mend.label = f"Repair: {pretty(words)}"
            self.mend.visible = bool(repair)
