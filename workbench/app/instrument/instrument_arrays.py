"""Arrays of a person's files as arguments of the operator: angles, trajectory, coil maps, mask, point spread."""

from collections.abc import Callable, Sequence

import panel_material_ui as pmui

from workbench.app.toolkit.chooser import UPLOAD, Chooser
from workbench.app.toolkit.file_reading import FileReading
from workbench.app.toolkit.words import Words
from workbench.data import Content
from workbench.figures.colours import ERROR
from workbench.live.controls import Quiet
from workbench.live.own_arrays import guessed, read_arrays, slice_of, taking_arrays
from workbench.live.session import Session
from workbench.live.wished import explained
from workbench.operators import Scan
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
}


class InstrumentArrays:
    """The operator, and for each array that it takes one of a person's files: `said` are its words.

    `asked` hears that another one was chosen, `told` that the experiment has it. Files are looked into by `reading`.

    `rows` are the menus of arrays by argument; those of arguments that the operator has not are out of sight.
    """

    def __init__(self, session: Session, asked: Callable[[], None], told: Callable[[], None]) -> None:
        self._session, self._asked, self._told, self._quiet = session, asked, told, Quiet()
        self._known: dict[str, tuple[str, bytes, str]] = {}
        self._takes = taking_arrays()
        menu = {"size": "small", "sizing_mode": "stretch_width", "margin": (8, 0, 4, 0)}
        self.operator = pmui.Select(
            label="operator that makes the data",
            options={_AS_IT_IS: ""} | {name: name for name in self._takes},
            value="",
            description="one that takes arrays of files; others are chosen below",
            **menu,
        )
        self.rows = {
            argument: pmui.Select(label=label, options={_AS_IT_IS: ""}, value="", visible=False, **menu)
            for argument, label in _LABELS.items()
        }
        self.file = Chooser(
            label="A file with its arrays",
            margin=(4, 0),
            variant="outlined",
            size="small",
            sizing_mode="stretch_width",
            max_file_size=UPLOAD,
            description="angles, a trajectory, maps of coils, a mask or a point spread",
        )
        self.complaint = Words(ERROR)
        self.reading = FileReading(self.complaint.say)
        self.element = pmui.Column(
            self.operator,
            *self.rows.values(),
            self.file,
            self.complaint.element,
            sizing_mode="stretch_width",
            margin=0,
        )
        for choice in (self.operator, *self.rows.values()):
            choice.param.watch(lambda event: self._chosen(), "value")
        self.file.param.watch(lambda event: self._arrive(), "value")
        self.file.param.watch(lambda event: self.complaint.say(event.new), "refusal")

    @property
    def said(self) -> Said:
        """The operator and its arrays as words; none where all stays as it is."""
        named = {f"operator.{argument}": self._known.get(row.value) for argument, row in self.rows.items()}
        arrays = {path: self._session.files.named(*each) for path, each in named.items() if each}
        arrays = {path: typed for path, typed in arrays.items() if path.rpartition(".")[2] in self._arguments()}
        return ({"operator": self.operator.value} if self.operator.value else {}) | arrays

    def offer(self, filename: str, content: bytes, found: Sequence[Content], data: Content | None = None) -> None:
        """The arrays of a file; where it holds `data`, angles or a trajectory of theirs are taken."""
        lines = {f"{filename}::{line(c)}": (filename, content, slice_of(c)) for c in found if c is not data}
        with self._quiet:
            self._known = {key: each for key, each in self._known.items() if each[0] != filename} | lines
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
            key = next((k for k, each in self._known.items() if each[0] == filename and each[2] == name), "")
            if key:
                self.rows[argument].value, self.operator.value = key, operator

    def _arguments(self) -> tuple[str, ...]:
        """Those of the operator that is chosen, or of the one there is."""
        return self._takes.get(self.operator.value or type(self._session.experiment.operator).__name__, ())

    def _show(self) -> None:
        here = self._arguments()
        for argument, row in self.rows.items():
            row.visible = argument in here and bool(self._known)

    def _chosen(self) -> None:
        if not self._quiet.on:
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
        here = [argument for argument in self._arguments() if not self.rows[argument].value]
        if len(found) == 1 and len(here) == 1:
            self.rows[here[0]].value = next(k for k, each in self._known.items() if each[0] == filename)


def line(content: Content) -> str:
    """An array as a menu has it."""
    guess = f": {content.guess}" if content.guess else ""
    return f"{content.name or 'the only array'} ({shown(content.shape)}){guess}"
