"""Play, pause, step, reset, how far the run is, and what there is to say about it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from workbench.figures.colours import ERROR
from workbench.jobs import Status
from workbench.live.controls.entering import pretty
from workbench.live.played.standing import done, standing, usable
from workbench.notebook.shot import Shot

if TYPE_CHECKING:
    from workbench.notebook.shared_run import SharedRun

_BUTTON = {"width": "84px", "flex": "none"}


class CellTransport(widgets.VBox):
    """Buttons that are greyed where they would do nothing, a bar with words, and a button that mends a run."""

    def __init__(self, shared: "SharedRun") -> None:
        session = shared.session
        verbs = {
            "Play": ("play", session.play),
            "Pause": ("pause", session.pause),
            "Step": ("step-forward", session.step),
            "Reset": ("undo", session.reset),
        }
        self.buttons: dict[str, widgets.Button] = {}
        for name, (icon, wished) in verbs.items():
            self.buttons[name] = widgets.Button(description=name, icon=icon, layout=_BUTTON)
            self.buttons[name].on_click(lambda pressed, wished=wished: shared.wish(wished))
        self.bar = widgets.IntProgress(value=0, min=0, max=100, layout=widgets.Layout(width="120px", flex="none"))
        self.words, self.said = widgets.Label(), widgets.Label(style={"text_color": ERROR})
        self.mend = widgets.Button(icon="wrench", layout=widgets.Layout(width="auto", display="none"))
        self.mend.on_click(lambda pressed: shared.wish(lambda: session.repair(self._repair)))
        self._repair: Mapping[str, Any] = {}
        self._note = self._message = ""
        row = widgets.HBox([*self.buttons.values(), self.bar, self.words], layout=widgets.Layout(flex_flow="row wrap"))
        super().__init__([row, widgets.HBox([self.said, self.mend])])

    def show(self, shot: Shot) -> None:
        """Draw where the run stands."""
        frame = shot.frame
        self.bar.value = done(frame)
        self.bar.bar_style = "danger" if frame.status in (Status.DIVERGED, Status.FAILED) else ""
        able = usable(frame)
        for name, button in self.buttons.items():
            button.disabled = name not in able
        self.words.value = " · ".join(standing(frame))
        self._message, self._repair = frame.message, frame.repair
        values = ", ".join(f"{p.rpartition('.')[2]} {'automatic' if v is None else v}" for p, v in frame.repair.items())
        if values:
            self.mend.description = f"Repair: {pretty(values)}"
        self.mend.layout.display = "" if values else "none"
        self._say()

    def note(self, sentence: str) -> None:
        """What a wish has brought about."""
        self._note = sentence
        self._say()

    def _say(self) -> None:
        self.said.value = self._message or self._note
