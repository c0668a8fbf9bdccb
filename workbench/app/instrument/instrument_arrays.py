"""Arrays of a person's files as arguments of operator, noise and parametrisation: angles, a mask, weights, ..."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import panel_material_ui as pmui

from workbench.app.instrument.trajectory_rows import TrajectoryRows
from workbench.app.toolkit.chooser import UPLOAD, Chooser
from workbench.app.toolkit.file_reading import FileReading
from workbench.app.toolkit.words import Words
from workbench.data import Content
from workbench.figures.colours import ERROR
from workbench.live.controls import Quiet
from workbench.live.own_arrays import guessed, read_arrays, slice_of, taking_arrays
from workbench.live.session import Session
from workbench.live.wished import explained
from workbench.noise import WeightedGaussian
from workbench.operators import Scan
from workbench.parameters import parameters
from workbench.paths import Words as Said
from workbench.refusal import Refusal
from workbench.tensors import shown

_AS_IT_IS = "as it is"
_LABELS = {
    "angles": "angles of the views",
    "trajectory": "trajectory of k-space",
    "coils": "maps of the coils",
    "pattern": "where it was measured",
    "kernel": "point spread",
    "uncertainty": "uncertainty of each of the data",
    "background": "background beside the signal",
    "moving": "picture that is moved",
}
_MENUS = {
    "operator": ("operator that makes the data", "one that takes arrays of files; others are chosen below"),
    "noise": ("noise of the data", "one that takes a map of files: a background, or weights; others are chosen below"),
    "parametrisation": ("unknown behind the picture", "a displacement of a picture of files; others are chosen below"),
}
_HOLDS = next(p.choices for p in parameters(WeightedGaussian) if p.name == "holds")
_GUESSES = {"standard deviations": "deviations", "variances": "variances", "weights": "weights"}


class _Known(NamedTuple):
    """An array of a file: which file, with its content, which array, what `contents` guesses it is, its last side."""

    filename: str
    content: bytes
    name: str
    guess: str
    last: int


class InstrumentArrays:
    """Parts of an experiment, and for each array that they take one of a person's files: `said` are the words.

    `asked` hears that another one was chosen, `told` that the experiment has it. Files are looked into by `reading`.

    `parts` are the menus of operators, noises and parametrisations; `rows` those of arrays by argument, of which those
    that no part has are out of sight. `holds` is what a map of uncertainties is, as its name has it until a person says
    otherwise.
    """

    def __init__(self, session: Session, asked: Callable[[], None], told: Callable[[], None]) -> None:
        self._session, self._asked, self._told, self._quiet = session, asked, told, Quiet()
        self._known: dict[str, _Known] = {}
        self._takes = {kind: taking_arrays(kind) for kind in _MENUS}
        menu = {"size": "small", "sizing_mode": "stretch_width", "margin": (8, 0, 4, 0)}
        self.parts = {
            kind: pmui.Select(
                label=label,
                options={_AS_IT_IS: ""} | {name: name for name in self._takes[kind]},
                value="",
                description=meaning,
                **menu,
            )
            for kind, (label, meaning) in _MENUS.items()
        }
        self.rows = {
            argument: pmui.Select(label=label, options={_AS_IT_IS: ""}, value="", visible=False, **menu)
            for argument, label in _LABELS.items()
        }
        self.trajectory = TrajectoryRows(lambda: self._chosen(self.rows["trajectory"]))
        self.holds = pmui.Select(label="which holds", options=list(_HOLDS), value=_HOLDS[0], visible=False, **menu)
        self.file = Chooser(
            label="A file with its arrays",
            margin=(4, 0),
            variant="outlined",
            size="small",
            sizing_mode="stretch_width",
            max_file_size=UPLOAD,
            description="angles, a trajectory, maps of coils, a mask, a point spread, weights, a background, a picture",
        )
        self.complaint = Words(ERROR)
        self.reading = FileReading(self.complaint.say)
        self.element = pmui.Column(
            *self.parts.values(),
            *self.rows.values(),
            *self.trajectory.elements,
            self.holds,
            self.file,
            self.complaint.element,
            sizing_mode="stretch_width",
            margin=0,
        )
        for choice in (*self.parts.values(), *self.rows.values(), self.holds):
            choice.param.watch(lambda event: self._chosen(event.obj), "value")
        self.file.param.watch(lambda event: self._arrive(), "value")
        self.file.param.watch(lambda event: self.complaint.say(event.new), "refusal")

    @property
    def said(self) -> Said:
        """The parts and their arrays as words; none where all stays as it is."""
        named = {path: known for path, row in self._here().items() if (known := self._known.get(row.value))}
        words = {path: self._session.files.named(*known[:3]) for path, known in named.items()}
        chosen = {kind: menu.value for kind, menu in self.parts.items() if menu.value}
        if "operator.trajectory" in words:
            words |= self.trajectory.said(named["operator.trajectory"].last)
        return chosen | words | ({"noise.holds": self.holds.value} if "noise.uncertainty" in words else {})

    def offer(self, filename: str, content: bytes, found: Sequence[Content], data: Content | None = None) -> None:
        """The arrays of a file; where it holds `data`, angles or a trajectory of theirs are taken."""
        lines = {
            f"{filename}::{line(c)}": _Known(filename, content, slice_of(c), c.guess, (1, *c.shape)[-1])
            for c in found
            if c is not data
        }
        with self._quiet:
            self._known = {key: each for key, each in self._known.items() if each.filename != filename} | lines
            options = {_AS_IT_IS: ""} | {key: key for key in self._known}
            for row in self.rows.values():
                row.param.update(options=options, value=row.value if row.value in self._known else "")
            if data is not None:
                self._guess(filename, found, data)
            self._show()

    def explain(self) -> None:
        """Give the experiment that there is this operator, once its arrays are read; what is wrong is said."""
        words = self.said
        self.reading.begin(lambda: read_arrays(words), self._become)

    def _become(self, words: Said) -> None:
        session = self._session
        try:
            new = explained(session.experiment, session.experiment.source, session.loaded.tensor, words)
        except Refusal as sentence:
            self.complaint.say(str(sentence))
            return
        self.complaint.say(sentence := session.become(new))
        if not sentence:
            self._told()

    def _guess(self, filename: str, found: Sequence[Content], data: Content) -> None:
        """Angles that count the projections are those of a scan; readouts lie along the trajectory beside them."""
        now = self._session.experiment.operator
        views = data.shape[0] if data.guess.startswith("projections") else None
        scan = type(now).__name__ if isinstance(now, Scan) else "Radon"
        for operator, argument in ((scan, "angles"), ("NonCartesianFourier", "trajectory")):
            name = guessed(argument, found, views)
            key = next((k for k, each in self._known.items() if (each.filename, each.name) == (filename, name)), "")
            if key:
                self.rows[argument].value, self.parts["operator"].value = key, operator

    def _here(self) -> dict[str, pmui.Select]:
        """The menus of what the parts take, those that are chosen or that there are: by path."""
        now = self._session.experiment
        names = {kind: menu.value or type(getattr(now, kind)).__name__ for kind, menu in self.parts.items()}
        takes = {kind: self._takes[kind].get(name, ()) for kind, name in names.items()}
        return {
            f"{kind}.{argument}": self.rows[argument] for kind, arguments in takes.items() for argument in arguments
        }

    def _show(self) -> None:
        here = self._here()
        for row in self.rows.values():
            row.visible = any(row is each for each in here.values()) and bool(self._known)
        self.trajectory.show(self.rows["trajectory"].visible and bool(self.rows["trajectory"].value))
        self.holds.visible = self.rows["uncertainty"].visible and bool(self.rows["uncertainty"].value)

    def _chosen(self, menu: pmui.Select) -> None:
        if self._quiet.on:
            return
        with self._quiet:
            if menu is self.rows["uncertainty"] and menu.value in self._known:
                self.holds.value = _GUESSES.get(self._known[menu.value].guess, self.holds.value)
            self._show()
        self._asked()

    def _arrive(self) -> None:
        """A file of arrays alone: the one that can only be one argument of the operator is taken."""
        if self.file.value is None:
            return
        filename, content, files = str(self.file.filename), self.file.value, self._session.files
        self.reading.begin(lambda: files.arrays(filename, content), lambda found: self._take(filename, content, found))

    def _take(self, filename: str, content: bytes, found: Sequence[Content]) -> None:
        self.complaint.say("")
        self.offer(filename, content, found)
        here = [row for row in self._here().values() if not row.value]
        if len(found) == 1 and len(here) == 1:
            here[0].value = next(k for k, each in self._known.items() if each.filename == filename)


def line(content: Content) -> str:
    """An array as a menu has it."""
    guess = f": {content.guess}" if content.guess else ""
    return f"{content.name or 'the only array'} ({shown(content.shape)}){guess}"
