"""The buttons of a piece of work that goes on beside the run."""

from collections.abc import Callable

import panel_material_ui as pmui

from workbench.jobs import Status
from workbench.live.study import Study


class WorkButtons:
    """Start it, pause it or go on, cancel it: only what does something now can be pressed."""

    def __init__(self, noun: str, start: pmui.Button, work: Study, cancel: Callable[[], None] | None = None) -> None:
        self._noun, self.start = noun, start
        small = {"variant": "text", "size": "small", "margin": (8, 0)}
        self.pause = pmui.Button(label=f"Pause {noun}", icon="pause", width=150, **small)
        self.cancel = pmui.Button(label=f"Cancel {noun}", icon="stop", **small)
        self.pause.on_click(lambda event: work.toggle())
        self.cancel.on_click(lambda event: (cancel or work.cancel)())
        self.all = (start, self.pause, self.cancel)

    def show(self, status: Status, able: bool = True) -> None:
        """Name what a press would do, and grey what would do nothing; `able`: whether it can begin."""
        paused = status is Status.PAUSED
        label = f"{'Resume' if paused else 'Pause'} {self._noun}"
        if self.pause.label != label:
            self.pause.param.update(label=label, icon="play_arrow" if paused else "pause")
        over = status not in (Status.RUNNING, Status.PAUSED)
        for button, off in ((self.start, not able), (self.pause, over), (self.cancel, over)):
            if button.disabled is not off:
                button.disabled = off


def starting(label: str, icon: str, start: Callable[[], None]) -> pmui.Button:
    """The button that begins the work."""
    made = pmui.Button(label=label, icon=icon, variant="outlined", size="small", margin=(8, 4))
    made.on_click(lambda event: start())
    return made
