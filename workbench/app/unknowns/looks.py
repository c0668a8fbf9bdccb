"""The looks at an unknown: its blocks, a landscape of starts, flat directions."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import panel as pn
import panel_material_ui as pmui

from workbench.analysis.unknowns import BlockPicture, FlatDirections, FlatnessSearch, Landing, ManyStarts
from workbench.analysis.unknowns.pictured_blocks import drawn
from workbench.app.toolkit.figures import empty, fill, new_figure, pane, positive
from workbench.app.toolkit.form_panel import FormPanel
from workbench.app.toolkit.words import Words
from workbench.app.toolkit.work_buttons import WorkButtons, starting
from workbench.app.unknowns.picture_rows import SmallPicture, SmallPictures
from workbench.figures.colours import COLOURS, LIMIT
from workbench.live.frames import picture
from workbench.live.images import extent
from workbench.live.studies.unknowns import UnknownStudies
from workbench.paths import Form

_ITSELF = (
    "What is looked for is the picture itself. A Parametrisation, on the left, looks for what lies behind it: "
    "factors, a kernel and a picture, gains of sensors, a field. Open an example has problems of each kind."
)
_WIDTH, _PLOT = 205, 250  # px
_PLACES = (*COLOURS, "#868e96")  # the last one of all others
_SMALL, _LARGE = "min(23 * var(--vh, 1vh), 300px)", "min(28 * var(--vh, 1vh), 420px)"


class UnknownLook(ABC):
    """`buttons` above, `controls` beside, `pictures` in the middle; `draw` draws what is new."""

    buttons: tuple[pn.viewable.Viewable, ...] = ()
    controls: tuple[pn.viewable.Viewable, ...] = ()
    pictures: tuple[pn.viewable.Viewable, ...] = ()

    def __init__(self, studies: UnknownStudies) -> None:
        self.studies, self.words = studies, Words()

    @abstractmethod
    def draw(self) -> None:
        """Draw what there is now."""


class BlocksLook(UnknownLook):
    """Every block of the iterate in sight, below it the true one where that is known."""

    def __init__(self, studies: UnknownStudies) -> None:
        super().__init__(studies)
        self.found, self.true = SmallPictures(4, _LARGE), SmallPictures(4, _LARGE)
        self.pictures = (self.found.element, self.true.element)

    def draw(self) -> None:
        studies = self.studies
        blocks = studies.blocks()
        phi = studies.session.problem.parametrisation
        self.found.show([_found(block) for block in blocks])
        self.true.show(
            [SmallPicture(f"true {b.name}", b.known, limits=_limits(b)) for b in blocks if b.known is not None]
        )
        said = _ITSELF if studies.direct else ""
        self.words.say(f"Many unknowns make one picture: {phi.freedom}." if phi.freedom else said)


class StudyLook(UnknownLook):
    """Work that a person starts: its buttons, its settings by `part` of the studies, points, and a row of pictures."""

    part: ClassVar[str]
    axes: ClassVar[tuple[str, str]]

    def __init__(self, studies: UnknownStudies, work: WorkButtons) -> None:
        super().__init__(studies)
        self.work, self.buttons = work, work.all
        self.panel = FormPanel(
            Form(self.settings),
            lambda path, value: studies.ask(f"{self.part}.{path}", value),
            sizing_mode=None,
            width=_WIDTH,
        )
        self.controls = (self.panel.element,)
        self.plot = new_figure(*self.axes, log=True)
        self.points = empty("at", "value", "colour")
        self.plot.scatter("at", "value", source=self.points, color="colour", size=7)
        self.row = SmallPictures(4, _SMALL)
        curve = pmui.Column(pane(self.plot), sizing_mode="stretch_width", height=_PLOT, margin=0)
        self.pictures = (curve, self.row.element)

    @property
    @abstractmethod
    def settings(self) -> ManyStarts | FlatnessSearch:
        """What the work goes by."""

    def _blank(self) -> None:
        fill(self.points, {"at": [], "value": [], "colour": []})
        self.row.show(())


class LandscapeLook(StudyLook):
    """Many starts side by side: the objective that each ends with, and the pictures of the places there are."""

    part, axes = "starts", ("start, by its end", "objective")

    def __init__(self, studies: UnknownStudies) -> None:
        work = studies.starts
        super().__init__(studies, WorkButtons("starts", starting("Run the starts", "scatter_plot", work.start), work))
        self.onward = pmui.Button(
            label="Begin the run with the best", icon="flag", variant="text", size="small", margin=(8, 4), disabled=True
        )
        self.onward.on_click(lambda event: self._onward())
        self.buttons = (*self.work.all, self.onward)

    @property
    def settings(self) -> ManyStarts:
        return self.studies.settings

    def draw(self) -> None:
        found = self.studies.landing
        self.panel.refresh(Form(self.settings))
        self.work.show(self.studies.starts.status)
        self.onward.disabled = found is None
        if found is None:
            self.words.say(
                "Not run yet. Each start is a run of its own, with the steps and the method of this one; all go side "
                "by side."
            )
            self._blank()
            return
        place_of = {number: place for place, members in enumerate(found.places) for number in members}
        values = found.objectives.double().cpu().numpy()[list(found.order)]
        lowest = values[values > 0].min() if (values > 0).any() else 1.0
        colours = [_PLACES[min(place_of[n], len(_PLACES) - 1)] for n in found.order]
        # A logarithmic axis has no 0: an end that explains all stands at its lower end.
        heights = positive(np.maximum(values, 0.1 * lowest))
        fill(self.points, {"at": np.arange(1, len(values) + 1), "value": heights, "colour": colours})
        self.words.say(found.sentence if found.over else f"{found.sentence} Still under way.")
        self.row.show([_place(found, place) for place in found.places])

    def _onward(self) -> None:
        if (found := self.studies.landing) is not None:
            self.studies.begin_with(found.order[0])


class FlatLook(StudyLook):
    """Eigenvalues of the Hessian at the iterate in sight, and the directions along which it does not bend."""

    part, axes = "flat", ("number of the eigenvalue", "|eigenvalue| over the largest")

    def __init__(self, studies: UnknownStudies) -> None:
        work = studies.flat
        super().__init__(
            studies, WorkButtons("search", starting("Find flat directions here", "straighten", work.start), work)
        )
        self._drawn: FlatDirections | None = None

    @property
    def settings(self) -> FlatnessSearch:
        return self.studies.search

    def draw(self) -> None:
        found, studies = self.studies.flatness, self.studies
        self.panel.refresh(Form(self.settings))
        self.work.show(studies.flat.status)
        if found is None:
            self.words.say("Not looked for yet. At the end of a run they say what data and prior leave open.")
        else:
            self.words.say(found.sentence + (f" At k = {studies.flat_k}." if found.found else ""))
        if found is self._drawn:
            return
        self._drawn = found
        if found is None or not found.found:
            self._blank()
            return
        share = np.maximum((found.values.abs() / max(found.top, 1e-300)).cpu().numpy(), 1e-18)
        flat, down = share <= self.settings.share, found.values.cpu().numpy() < 0
        colours = np.where(flat, COLOURS[1], np.where(down, LIMIT, COLOURS[0])).tolist()
        fill(self.points, {"at": np.arange(1, len(share) + 1), "value": share, "colour": colours})
        self.row.show(self._directions(found))

    def _directions(self, found: FlatDirections) -> list[SmallPicture]:
        """Those that move the picture most, as what they add to it; then, by their largest block, those that do not."""
        phi, shown = self.studies.session.seen[0].parametrisation, []
        for number in range(len(found.moves)):
            if number < found.open:
                values = picture(found.pictures[number : number + 1])
                said, title = "adds this to the picture", f"flat {number + 1}"
            else:
                views = phi.layout.views(found.vectors[number : number + 1])
                name = max(views, key=lambda n: float(views[n].abs().amax()))
                values, said, title = drawn(views[name]), "the picture stays", f"flat {number + 1}: {name}"
            shown.append(SmallPicture(title, values, said, signed=values.ndim == 2))
        return _both_kinds(shown, found.open)


def _both_kinds(shown: list[SmallPicture], first: int) -> list[SmallPicture]:
    """Two of each kind where both are there, else four of one."""
    return [*shown[:2], *shown[first : first + 2]] if 2 < first < len(shown) - 1 else shown


def _found(block: BlockPicture) -> SmallPicture:
    size = " × ".join(map(str, block.values.shape))
    said = size if block.error is None else f"{block.error:.2%} off, aligned"
    return SmallPicture(block.name, block.values, said, _limits(block))


def _limits(block: BlockPicture) -> tuple[float, float]:
    """Those of the true block, where it is known, for both."""
    return extent(block.values if block.known is None else block.known)


def _place(found: Landing, place: tuple[int, ...]) -> SmallPicture:
    first = place[0]
    said = f"F = {float(found.objectives[first]):.3g}"
    if found.errors is not None:
        said += f", {float(found.errors[first]):.1%} off"
    return SmallPicture(f"{len(place)} of {len(found.u)}", picture(found.pictures[first : first + 1]), said)


LOOKS: dict[str, type[UnknownLook]] = {
    "blocks": BlocksLook,
    "many starts": LandscapeLook,
    "flat directions": FlatLook,
}
