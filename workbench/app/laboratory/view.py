"""The network tab: a bar that plays the training, one look at it, and on the left what is trained."""

from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench.app.laboratory.base import LabPlot
from workbench.app.laboratory.calibration import Calibration
from workbench.app.laboratory.course import CoursePlot, SharpnessPlot
from workbench.app.laboratory.curvature import Batches, Density
from workbench.app.laboratory.laboratory import FIRST, Laboratory
from workbench.app.laboratory.plane import Plane
from workbench.app.laboratory.prior_plot import PriorPlot
from workbench.app.laboratory.recipe_plot import RecipePlot
from workbench.app.laboratory.recipe_run import OFFERED
from workbench.app.laboratory.score_plot import ScorePlot
from workbench.app.laboratory.trainings import Running
from workbench.app.standing.narrow import LOOSE
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.overtaken import hear
from workbench.app.toolkit.tab import SMALL, LookTab, bar, full, side
from workbench.app.toolkit.words import Words
from workbench.figures.colours import ERROR
from workbench.jobs import Status
from workbench.lessons.tabs import ESTIMATOR, PRESET
from workbench.live.controls import Quiet
from workbench.live.session import Session
from workbench.networks import PRESETS

PLOTS: dict[str, type[LabPlot]] = {
    "information plane": Plane,
    "loss and accuracy": CoursePlot,
    "sharpness": SharpnessPlot,
    "Hessian density": Density,
    "batches": Batches,
    "calibration": Calibration,
    "score": ScorePlot,
    "learned prior": PriorPlot,
    "recipe": RecipePlot,
}
_FULL = full(420)
_PLOT = {"flex": "1 1 calc(100 * var(--vh, 1vh) - 294px)", "min-height": "280px"}
_NOTES = {"flex": "none", "max-height": "84px", "overflow-y": "auto"}
NONE = "nothing"
_LABEL = {"& .MuiFormLabel-root": {"fontSize": "12.5px"}}
_ICONS = {"Pause": "pause", "Step": "skip_next", "Reset": "replay", "Cancel": "stop", "Keep": "bookmark_add"}


class LaboratoryView(LookTab[LabPlot]):
    """One look at a training at a time."""

    title, whole = "Network", True
    making = "the network laboratory"
    looks = PLOTS

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened, styles=_FULL)
        self.studies = self.laboratory = Laboratory(session.experiment.device)
        self._quiet = Quiet()
        self._epochs: list[int] = []

    def _build(self) -> tuple[pn.viewable.Viewable, ...]:
        self.preset = pmui.Select(label="preset", options=[*PRESETS, *OFFERED], value=FIRST, width=205, **SMALL)
        self.epoch = pmui.IntSlider(
            label="epoch", value=1, start=0, end=1, show_value=False, width=190, size="small", margin=(2, 8), sx=_LABEL
        )
        self.ghost = pmui.Select(label="compare with", options=[NONE], value=NONE, width=150, **SMALL)
        self.buttons = {
            name: pmui.Button(label=name, icon=icon, variant="text", size="small", margin=(8, 0))
            for name, icon in _ICONS.items()
        }
        lab = self.laboratory
        wishes = {"Pause": self._toggle, "Step": lab.step, "Reset": lab.reset, "Cancel": lab.cancel, "Keep": lab.keep}
        for name, button in self.buttons.items():
            button.on_click(lambda event, wish=wishes[name]: wish())
        self.words, self.complaint = Words(), Words(ERROR)
        self.knobs = FormPanel(lab.form, lab.ask, sizing_mode=None, width=205)
        self.side = side(styles=_FULL)
        self.place = pmui.Column(sizing_mode="stretch_both", margin=0, styles=_PLOT, stylesheets=[LOOSE])
        self.below = pmui.Column(sizing_mode="stretch_width", margin=(0, 12, 4, 12), styles=_NOTES)
        self.preset.param.watch(lambda event: self._take(event.new), "value")
        hear(self.epoch, self._scrub, self._quiet)
        hear(self.ghost, self.laboratory.compare, self._quiet)
        above = bar(self._choice(190), *self.buttons.values(), self.ghost)
        main = pmui.Column(above, self.place, self.below, sizing_mode="stretch_both", margin=(0, 8, 0, 0), styles=_FULL)
        self._show()
        self.laboratory.begin(play=self.laboratory.small)
        return self.side, main

    def _arrange(self) -> None:
        plot, fits = self.look, self._fits
        status = (self.words.element, self.complaint.element)
        self.side[:] = [*status, self.epoch, *(plot.controls if fits else ()), self.preset, self.knobs.element]
        self.place[:] = [plot.element] if fits else []
        self.below[:] = [plot.badge.element, plot.note.element]

    @property
    def _fits(self) -> bool:
        """Whether the look can draw what runs."""
        run = self.laboratory.run
        return run is None or self.look.fits(run)

    def _take(self, preset: str) -> None:
        """Another training, and a look that can draw it."""
        self.laboratory.preset(preset)
        if not self._fits:
            run = self.laboratory.run
            self.menu.value = next(name for name, look in PLOTS.items() if run is not None and look.fits(run))

    def _set(self, path: str, value: Any) -> None:
        """A preset, an estimator and what is free in it, or anything of the training."""
        head, _, inner = path.partition(".")
        if path == PRESET and self.preset.value != value:
            self.preset.value = value
        elif path == PRESET:
            self._take(value)
        elif head == ESTIMATOR and not inner:
            self.laboratory.read_by([value])
        elif head == ESTIMATOR:
            self.laboratory.tune(type(self.laboratory.estimators[0]).__name__, inner, value)
        else:
            self.laboratory.set(path, value)

    def _toggle(self) -> None:
        running = self.laboratory.run is not None and self.laboratory.run.latest.status is Status.RUNNING
        self.laboratory.pause() if running else self.laboratory.play()

    def _scrub(self, place: int) -> None:
        """Look at an earlier epoch; at the end of the slider follow the run."""
        newest = place >= len(self._epochs) - 1
        self.laboratory.epoch = None if newest else self._epochs[place]

    def _draw(self) -> None:
        run = self.laboratory.run
        self.complaint.say(self.laboratory.complaint)
        self.knobs.refresh(self.laboratory.form)
        if run is None:
            return
        latest = run.latest
        message = f": {latest.message}" if latest.message else ""
        where = f"{latest.status} at {run.unit} {run.epoch:.0f} of {run.length}, {latest.seconds:.0f} s"
        self.words.say(f"{where}: {run.method}{message}")
        self._follow(run)
        self._press(latest.status)
        if self._fits:
            self.look.draw()
        else:
            self.look.badge.say("")
            self.look.note.say(self.look.instead)

    def _follow(self, run: Running) -> None:
        """Slider and menus go with the run."""
        with self._quiet:
            epochs = [epoch for epoch, _ in run.kept] or [0]
            if epochs != self._epochs:
                self._epochs = epochs
                self.epoch.end = max(len(epochs) - 1, 1)
            chosen = self.laboratory.epoch
            here = len(epochs) - 1 if chosen is None else max(i for i, e in enumerate(epochs) if e <= chosen)
            label = f"{run.unit} {epochs[here]}{' (newest)' if chosen is None else ''}"
            if (self.epoch.value, self.epoch.label) != (here, label):
                self.epoch.param.update(value=here, label=label)
            names = [NONE, *(kept.name for kept in self.laboratory.runs)]
            ghost = self.laboratory.ghost.name if self.laboratory.ghost else NONE
            if (self.ghost.options, self.ghost.value) != (names, ghost):
                self.ghost.param.update(options=names, value=ghost)

    def _press(self, status: Status) -> None:
        """The buttons that do something."""
        running = status is Status.RUNNING
        button, label = self.buttons["Pause"], "Pause" if running else "Play"
        if button.label != label:
            button.param.update(label=label, icon="pause" if running else "play_arrow")
        idle = {"Step": status is not Status.PAUSED, "Cancel": status not in (Status.RUNNING, Status.PAUSED)}
        for name, off in idle.items():
            if self.buttons[name].disabled is not off:
                self.buttons[name].disabled = off
