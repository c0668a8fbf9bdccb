"""How a recipe goes: its loss, and what its network makes of pictures that nothing is learned from."""

import io

import panel as pn
import panel_material_ui as pmui

from workbench.app.laboratory.base import BLUE, ORANGE, Band, LabPlot, moment, place
from workbench.app.laboratory.recipe_run import RecipeRun
from workbench.app.laboratory.trainings import TrainingCurves
from workbench.app.standing.narrow import plots_abreast
from workbench.app.toolkit.figures import new_figure, pane
from workbench.app.toolkit.panels import Panel

_HALF = {"flex": "1 1 0", "min-width": "0"}
_SHAPE = _HALF | {"max-width": "min(720px, calc((100 * var(--vh, 1vh) - 342px) * 4 / 3))"}
_SAVING = (
    "Save weights gives the mean of the weights so far as a file, for `Denoising(file=...)` and its like; the weights "
    "that ship stay as they are. `workbench train NAME --out FOLDER` writes a card and the curve as well."
)


class RecipePlot(LabPlot):
    """Running loss and held-out PSNR over the steps, and four held-out examples: given, answered, true."""

    reads = RecipeRun
    instead = "This look is for a recipe: choose one among the presets."

    def _made(self) -> pn.viewable.Viewable:
        self.loss, self.quality = new_figure("step", "running loss", log=True), new_figure("step", "held-out PSNR, dB")
        self.bands = {"running loss": Band(self.loss, BLUE), "psnr": Band(self.quality, ORANGE)}
        self.moments = [moment(self.loss), moment(self.quality)]
        self.panel = Panel("Held out", meaning="above what is given, then what is answered, below what is true")
        self.panel.pane.aspect_ratio = 4 / 3
        self.panel.element.styles = _SHAPE
        self.save = pmui.FileDownload(
            callback=self._offer,
            filename="network.safetensors",
            label="Save weights",
            icon="save",
            variant="text",
            size="small",
            margin=(6, 0),
        )
        self.controls = (self.save,)
        curves = pmui.Column(pane(self.loss), pane(self.quality), sizing_mode="stretch_both", margin=0, styles=_HALF)
        return plots_abreast(curves, self.panel.element)

    def draw(self) -> None:
        run, ghost = self.laboratory.run, self.laboratory.ghost
        if not isinstance(run, RecipeRun):
            return
        curves = run.curves()
        for name, band in self.bands.items():
            other = _of(ghost.curves, name) if ghost else None
            band.show(curves.epochs, curves.values.get(name), other, log=name != "psnr")
        for source in self.moments:
            place(source, self.laboratory)
        at = self.laboratory.at
        if at is not None:
            self._show(run, at)

    def _show(self, run: RecipeRun, at: tuple) -> None:
        step, state = at
        rows = run.rows(state)
        height, width = rows.picture.shape[:2]
        self.panel.x_range.update(start=0, end=width)
        self.panel.y_range.update(start=height, end=0)
        self.panel.describe(f"given {rows.given:.2f} dB · answered at step {step:,} {rows.answered:.2f} dB · true")
        self.panel.show(rows.picture, rows.limits)
        self.note.say(_SAVING)

    def _offer(self) -> io.BytesIO:
        run = self.laboratory.run
        assert isinstance(run, RecipeRun)  # else the button is not shown
        return io.BytesIO(run.weights())


def _of(curves: TrainingCurves, name: str) -> tuple | None:
    """A curve of another run; None where it has none of that name."""
    return (curves.epochs, curves.values[name]) if name in curves.values else None
