"""Views of a live run for cells: each is an ipywidgets box, alone in a cell or in a layout of one's own."""

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import numpy as np

from workbench.jobs import Status
from workbench.live.images import unit
from workbench.notebook.cell import close_inside
from workbench.notebook.form_box import FormBox
from workbench.notebook.panels import Panel, signal_panel, words
from workbench.notebook.screen import Screen
from workbench.notebook.shot import IMAGE, Shot
from workbench.notebook.still import Still, bundle, png
from workbench.notebook.transport import CellTransport

if TYPE_CHECKING:
    from workbench.notebook.shared_run import SharedRun

PARTS = ("operator", "noise", "prior", "algorithm", "steps", "stop")


class CellView(widgets.VBox):
    """A look at a workbench. It draws in `beat`; a cell shows it living, and still for whoever has no kernel."""

    def __init__(self, shared: "SharedRun", *children: widgets.Widget) -> None:
        self.screen = Screen()
        super().__init__([*children, self.screen])
        self.shared, self._still = shared, Still()
        self.shot: Shot | None = None
        self._pictures = -1
        shared.add(self)

    def beat(self, shot: Shot | None) -> None:
        """Draw the newest look at the run, None where there is no newer one, and what the view has found by itself."""
        if shot is not None:
            self.shot = shot
            if shot.pictures.version != self._pictures:
                self._pictures, self.screen.fixed = shot.pictures.version, self.fixed(shot)
            self.screen.show(self.moving(shot))

    def fixed(self, shot: Shot) -> list[Panel]:
        """What stays while the data stay."""
        return []

    def moving(self, shot: Shot) -> list[Panel]:
        """What moves with the run."""
        return []

    def refresh(self) -> None:
        """The experiment is another one."""

    def rest(self, last: bool = False) -> None:
        """Let the still picture follow, where it is time for it: early, and whenever the run comes to rest."""
        if self._still.due(self.shot if last else self.standing()):
            self._still.update(*self._as_still())

    def standing(self) -> object | None:
        """What is shown and moves no longer; None while it moves."""
        return self.shot if self.shot is not None and self.shot.frame.status is not Status.RUNNING else None

    @property
    def sentence(self) -> str:
        """What is shown, and where the run stands, in words."""
        stands = self.shot.sentence if self.shot else "not begun"
        return f"{stands}. {words(self.screen.panels)}"

    @property
    def idle(self) -> bool:
        """Whether nothing is computed for this view alone."""
        return True

    def close(self) -> None:
        """Take the view away; the run goes on."""
        self.shared.forget(self)
        close_inside(self)
        super().close()

    def _as_still(self) -> tuple[bytes, str]:
        head = self.shot.sentence if self.shot else ""
        return png(self.screen.panels, head), self.sentence

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None, **given: Any) -> dict[str, Any]:
        return bundle(self.model_id or "", *self._as_still())

    def present(self) -> None:
        """Show it in the output of the cell that runs."""
        self._still.show(self.model_id or "", self.sentence)

    def _ipython_display_(self) -> None:
        self.present()


class CellPicture(CellView):
    """The reconstruction."""

    def moving(self, shot: Shot) -> list[Panel]:
        return shot.image


class CellCurves(CellView):
    """The objective, and the quality or how far the data are explained."""

    def moving(self, shot: Shot) -> list[Panel]:
        return shot.curves


class CellCompare(CellView):
    """Left of a divider the truth, right of it the reconstruction."""

    def __init__(self, shared: "SharedRun") -> None:
        self.divider = widgets.IntSlider(value=50, min=0, max=100, description="divider, %")
        self.divider.observe(lambda change: self._again(), "value")
        super().__init__(shared, self.divider)

    def moving(self, shot: Shot) -> list[Panel]:
        image, truth = shot.frame.image, shot.pictures.truth
        if image is None or truth is None:
            return shot.image
        axis = min(image.ndim, 2) - 1
        cut = round(self.divider.value / 100 * image.shape[axis])
        left, right = np.split(truth, [cut], axis)[0], np.split(image, [cut], axis)[1]
        both = np.concatenate([left, right], axis)
        return [signal_panel(IMAGE, "Truth | Reconstruction", both, unit(truth), caption=f"k = {shot.frame.k}")]

    def _again(self) -> None:
        if self.shot is not None:
            self.screen.show(self.moving(self.shot))


class CellControls(CellView):
    """The transport, and a control for each argument of the experiment, without pictures."""

    def __init__(self, shared: "SharedRun", paths: tuple[str, ...] = PARTS) -> None:
        self.transport = CellTransport(shared)
        self.box = FormBox(shared.form, shared.ask, paths, lambda form, path: shared.session.reasons(path))
        super().__init__(shared, self.transport, self.box.element)

    @property
    def controls(self) -> dict[str, Any]:
        """By their paths."""
        return self.box.controls

    def beat(self, shot: Shot | None) -> None:
        super().beat(shot)
        if shot is not None:
            self.transport.show(shot)

    def refresh(self) -> None:
        self.box.refresh(self.shared.form, self.shared.errors)
        self.transport.note(self.shared.note)


class CellWhole(CellControls):
    """All of it: controls beside truth, data, reconstruction, error and curves, below the transport."""

    def __init__(self, shared: "SharedRun", paths: tuple[str, ...] = PARTS) -> None:
        super().__init__(shared, paths)
        wide = widgets.VBox([self.transport, self.screen], layout=widgets.Layout(flex="1 1 0", min_width="0"))
        layout = self.box.element.layout  # changed and not replaced: the first would stay registered
        layout.width, layout.max_height, layout.overflow, layout.flex = "380px", "560px", "hidden auto", "none"
        self.children = (widgets.HBox([self.box.element, wide]),)

    def fixed(self, shot: Shot) -> list[Panel]:
        return shot.fixed

    def moving(self, shot: Shot) -> list[Panel]:
        return [*shot.image, *shot.error, *shot.curves]


class CellExplore(CellControls):
    """The controls at a few paths, and the picture."""

    def __init__(self, shared: "SharedRun", paths: tuple[str, ...]) -> None:
        super().__init__(shared, paths)
        beside = widgets.HBox([self.box.element, self.screen], layout=widgets.Layout(flex_flow="row wrap"))
        self.children = (self.transport, beside)

    def moving(self, shot: Shot) -> list[Panel]:
        return shot.image
