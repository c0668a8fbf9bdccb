"""Sliders for a few arguments, and what comes of them: of an experiment, or of a function of one's own."""

from typing import Any

from workbench.notebook.cell import claim
from workbench.notebook.function_box import FunctionBox
from workbench.notebook.function_form import arguments_of
from workbench.notebook.views.cell_views import CellControls, CellExplore
from workbench.notebook.workbench import LiveWorkbench
from workbench.paths import Form
from workbench.refusal import Refusal


class ExploredWorkbench(LiveWorkbench):
    """A workbench that shows the controls at a few paths, and the picture."""

    def __init__(self, experiment: Any, paths: tuple[str, ...]) -> None:
        super().__init__(experiment)
        self._paths = paths
        try:
            _ = self.widget  # Refusal where a path leads nowhere
        except Refusal:
            self.close()
            raise

    def _drawn(self) -> CellControls:
        return CellExplore(self._shared, self._shared.form.known(*self._paths))


def explore(what: Any, *paths: str) -> ExploredWorkbench | CellExplore | FunctionBox:
    """Sliders for the arguments at these paths, as the last line of a cell.

    `explore(experiment, "prior.weight", "operator.width")` runs it as a Workbench, and shows these and the picture; of
    a Workbench it is one view more. `explore(function)` calls a function of one's own anew whenever a value has moved
    and shows what it returns and prints: an argument is `width: Annotated[float, Range(0.3, 8)] = 1.5`, or a default
    from which a control can be told, such as `width=1.5`, `sharp=True`, `prior=TotalVariation()`, `angle=(0, 180)`.
    """
    if isinstance(what, type) or what is None:
        raise Refusal(
            "an experiment or a function", f"{what!r}", "give Experiment(...), or a function without brackets"
        )
    if callable(what) and not isinstance(what, LiveWorkbench):
        form = Form(arguments_of(what))
        box = FunctionBox(what, form, form.known(*paths))
        claim(box)
        return box
    if not paths:
        remedy = 'name some, such as "prior.weight", or let Workbench(experiment) show all'
        raise Refusal("paths of what is to be explored", "none", remedy)
    return what.views.Explore(*paths) if isinstance(what, LiveWorkbench) else ExploredWorkbench(what, paths)
