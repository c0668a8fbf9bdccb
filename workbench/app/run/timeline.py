"""The way of a run as a strip of its moments: one is chosen and looked at, and gone on from."""

import time
from collections.abc import Callable

import panel_material_ui as pmui

from workbench.app.run.thumbnails import Thumbnails
from workbench.app.run.time_strip import NEWEST, TimeStrip
from workbench.app.run.transport import icon_alone
from workbench.app.standing.narrow import PHONE
from workbench.app.toolkit.words import Words
from workbench.live.frames import Frame
from workbench.live.session import Session

_APART = 0.8  # seconds between two strips that are sent while the run goes on
_TEXT = {"variant": "text", "size": "small", "margin": (4, 2, 0, 2), "sx": icon_alone(PHONE)}
HEIGHT = 44  # px, which tabs of the whole height leave free


class Timeline:
    """The strip, what it stands at, and two buttons; `told` hears that another moment is in sight, or a branch."""

    def __init__(self, session: Session, told: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._session, self._told, self._clock = session, told, clock
        self._thumbnails, self._due, self._sent = Thumbnails(), 0.0, ()
        self.strip, self.words = TimeStrip(self.look_at), Words()
        self.now = pmui.Button(label="Now", icon="last_page", disabled=True, **_TEXT)
        self.now.on_click(lambda event: self.look_at(None))
        self.branch = pmui.Button(label="Go on from here", icon="call_split", disabled=True, **_TEXT)
        self.branch.on_click(lambda event: self.go_on())
        place = pmui.Column(self.words.element, width=128, margin=(4, 4, 0, 6), styles={"flex": "none"})
        self.element = pmui.Row(
            place, self.strip, self.now, self.branch, sizing_mode="stretch_width", height=HEIGHT, margin=0,
            css_classes=["time-line"], styles={"flex": "none"},
        )  # fmt: skip

    def look_at(self, k: int | None) -> None:
        """Put the kept moment at or before iteration k in sight; None: the newest."""
        self._session.look_at(k)
        self._told()

    def scrub(self, by: int) -> None:
        """So many moments on, or back."""
        self._session.scrub(by)
        self._told()

    def go_on(self) -> None:
        """A branch from the moment in sight."""
        self._session.go_on_from_here()
        self._told()

    def show_frame(self, frame: Frame) -> None:
        """The moments that are kept, and the one in sight."""
        past = frame.at is not None
        for button in (self.now, self.branch):
            if button.disabled is past:
                button.disabled = not past
        self._draw(frame)
        place = next((i for i, m in enumerate(frame.moments) if m.k == frame.at), NEWEST)
        if self.strip.chosen != place:
            self.strip.chosen = place
        self.words.say(said(frame))

    def _draw(self, frame: Frame) -> None:
        """The strip, where it is another one than was sent, and not too often while it grows."""
        marks = tuple(frame.marks)
        wanted = (self._session.pictures().version, tuple(m.k for m in frame.moments), len(marks))
        moving = frame.status == "running" and frame.at is None and self._sent
        if wanted == self._sent or (moving and self._clock() < self._due):
            return
        self._sent, self._due = wanted, self._clock() + _APART
        ks = [moment.k for moment in frame.moments]
        truth = self._session.pictures().truth
        self.strip.param.update(
            sprite=self._thumbnails.strip(frame.moments, truth),
            ks=ks,
            words=[f"iteration {k}" + quality(frame, k) for k in ks],
            marks=[moved(marks, before, k) for before, k in zip([-1, *ks], ks, strict=False)],
        )


def said(frame: Frame) -> str:
    """What is in sight."""
    if frame.at is None:
        return f"now, k = {frame.k}\n{len(frame.moments)} moments kept"
    return f"back at k = {frame.at}\nof {frame.k}{quality(frame, frame.at)}"


def quality(frame: Frame, k: int) -> str:
    """The quality at an iteration, where the truth is known; else the objective."""
    for name, form in (("psnr", ", {:.2f} dB"), ("objective", ", objective {:.4g}")):
        value = frame.value_at(name, k)
        if value is not None:
            return form.format(value)
    return ""


def moved(marks: tuple[tuple[int, str], ...], after: int, upto: int) -> str:
    """What was moved between two moments."""
    return ", ".join(text for k, text in marks if after < k <= upto)
