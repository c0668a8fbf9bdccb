"""A tab of the page: its elements are made when it is first seen, and what it computes waits while it is not."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import panel as pn
import panel_material_ui as pmui

from workbench.app.frames import Frame
from workbench.app.words import Words

SMALL: dict[str, Any] = {"size": "small", "margin": (6, 6, 0, 0), "sx": {"& .MuiInputBase-input": {"py": "4px"}}}
NOT_NARROWER = {"flex": "none"}


def full(least: int) -> dict[str, str]:
    """The style of a tab that takes all that is below the tabs, and at least so many pixels."""
    return {"height": "calc(100vh - 116px)", "min-height": f"{least}px"}


class Tab(ABC):
    """`element` is laid out at once; `beat` while the tab is in sight draws what is new."""

    making: ClassVar[str]  # what the words name until it is there

    def __init__(self, **layout: Any) -> None:
        words = Words(sentence=f"Making {self.making} ...").element
        self.element = pmui.Row(words, **{"sizing_mode": "stretch_width", "margin": 0} | layout)
        self._made = self._stale = False

    def beat(self, frame: Frame | None = None) -> bool:
        """Make the tab, if it is seen for the first time, and draw. Whether there was anything to draw."""
        if not self._made:
            self._made = True
            self.element[:] = list(self._build())
        due = self._tick(frame) or self._stale
        if due:
            self._stale = False
            self._draw()
        return due

    @abstractmethod
    def show(self, seen: bool) -> None:
        """What is computed for this tab waits while nobody sees it."""

    @abstractmethod
    def close(self) -> None:
        """The person has gone: nothing is computed any more."""

    @abstractmethod
    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        """Make the elements, and begin what is small: all else waits for a click."""

    @abstractmethod
    def _tick(self, frame: Frame | None) -> bool:
        """Grant late wishes; whether there is something new."""

    @abstractmethod
    def _draw(self) -> None:
        """Draw what is new."""
