"""In and out: a person's own file as the signal; the run, the figure, the link and the Python to take away."""

import html
import io
from collections.abc import Callable, Sequence
from typing import TypeVar

import panel as pn
import panel_material_ui as pmui

from workbench.app.export import figure_bytes, run_bytes
from workbench.app.instrument.instrument_arrays import InstrumentArrays, line
from workbench.app.run.example_list import ExampleList
from workbench.app.run.transport import icon_alone
from workbench.app.toolkit.chooser import UPLOAD, Chooser
from workbench.app.toolkit.copying import SHEETS, CopyButton
from workbench.app.toolkit.file_reading import FileReading
from workbench.app.toolkit.tab import View
from workbench.app.toolkit.words import Words
from workbench.data import MAX_LENGTH, MAX_SIDE, SUPPORTED, Content, File
from workbench.figures.colours import ERROR
from workbench.live.controls.entering import read
from workbench.live.own_files import AUTOMATIC, Opened
from workbench.live.saved import is_run
from workbench.live.session import Session
from workbench.parameters import parameters
from workbench.refusal import Refusal

Found = TypeVar("Found")
SIZES = {"as it is": None, "64 px": 64, "128 px": 128, "256 px": 256, "512 px": 512, "1024 px": 1024}
# A menu cannot show what stands for None.
WINDOWS = {
    "as bright as it takes": AUTOMATIC,
    "as its numbers are stored": "",
    "whole range": "whole",
    "as the file suggests": "suggested",
}
HOLDS = {"a signal to simulate from": False, "data as they were measured": True}
_SHOWN = "This saved run is shown at its end; the page's address does not hold it."
_LAPTOP = 1500  # px: below, the titles of all tabs need the room
BESIDE = ("angles", "trajectory")  # which are told, and no data
CALIBRATING = (
    *("coil maps", "point spread", "where it was measured", "dark field", "flat field", "noise scan"),
    *("background", "standard deviations", "variances", "weights"),
)
_WINDOW = next(p for p in parameters(File) if p.name == "window")
# That of the pictures: a tab must not move what is below it.
ROW_HEIGHT = "calc((100 * var(--vw, 1vw) - 330px) / 4 + 42px)"


class Upload:
    """Open your own file: the file, and what of it: a signal to simulate from, or data as they were measured."""

    def __init__(self, session: Session, told: Callable[[], None]) -> None:
        self._session, self._told = session, told
        self._filling = self._run = False
        self._used: tuple[object, ...] | None = None  # of this file, what is shown
        self._reading, self._there = FileReading(self._refused), ""
        self.examples = ExampleList(session, told)
        wide = {"size": "small", "sizing_mode": "stretch_width"}
        menu = {"margin": (8, 0, 4, 0), **wide}
        self.file = Chooser(
            label="Open your own file",
            margin=(4, 0),
            variant="outlined",
            max_file_size=UPLOAD,
            description=f"{SUPPORTED}; a saved run; a file with its NAME.hdr in one ZIP; up to {UPLOAD // 2**20} MB",
            **wide,
        )
        self.measured = pmui.Select(label="the file holds", options=HOLDS, value=False, **menu)
        self.size = pmui.Select(label="resample longest side to", options=SIZES, value=256, **menu)
        self.array = pmui.Select(
            label="array that was measured", options={"the only array": ""}, value="", visible=False, **menu
        )
        self.variable = pmui.TextInput(
            label="variable: array and slice in the file",
            placeholder="density[3]; empty for the only one",
            margin=(4, 0),
            **wide,
        )
        self.window = pmui.Select(label="window: values that become 0 and 1", options=WINDOWS, value=AUTOMATIC, **menu)
        self.typed = pmui.TextInput(label="or these two", placeholder="-160, 240", margin=(4, 0), **wide)
        cap = f"At most {MAX_SIDE} px a side (1-D: {MAX_LENGTH} samples) and {UPLOAD // 2**20} MB. {SUPPORTED}."
        self.complaint, self.aside = Words(ERROR), Words()
        self.instrument = InstrumentArrays(session, self._explain, told)
        inside = pmui.Column(
            self.measured,
            self.size,
            self.array,
            self.variable,
            self.window,
            self.typed,
            self.file,
            self.complaint.element,
            self.aside.element,
            Words(sentence=cap).element,
            self.instrument.element,
            sizing_mode="stretch_width",
        )
        own = pmui.Accordion(
            ("Your own file", inside), sizing_mode="stretch_width", margin=(4, 12), sx={"& h3": {"fontSize": "14px"}}
        )
        self.element = pmui.Column(own, self.examples.button, sizing_mode="stretch_width", margin=0)
        self._choices = (self.array, self.variable, self.size, self.window, self.typed)
        for choice in self._choices[1:]:
            choice.param.watch(lambda event: self._open(), "value")
        self.file.param.watch(lambda event: self._arrive(), "value")
        self.measured.param.watch(lambda event: self._look(), "value")
        self.array.param.watch(lambda event: self._take(event.new), "value")
        self.file.param.watch(lambda event: self.complaint.say(event.new), "refusal")

    def _arrive(self) -> None:
        """A new file: a saved run is shown, unless its data were asked for."""
        self._run = not self.measured.value and self.file.value is not None and is_run(self.file.value)
        self._look()

    def _look(self) -> None:
        """A new file, or it holds something else: what is asked for measured data is what is in it."""
        measured = self.measured.value
        self._run, self._used = self._run and not measured, None
        for choice in (self.size, self.window, self.typed):
            choice.visible = not measured
        self.array.visible = measured
        if self._run:
            self._read(self._session.files.run, lambda result: self._tell(self._session.show(result), _SHOWN))
            return
        if not measured or self.file.value is None:
            self._open()
            return
        self._read(self._session.files.arrays, self._offer)

    def _offer(self, found: Sequence[Content]) -> None:
        """The arrays of a file of measured data, with a first choice."""
        arrays = [c for c in found if c.guess not in BESIDE]
        first = min(arrays, key=_rank, default=None)
        self._filling = True
        self.array.value = None  # a menu whose value stays keeps the words of before
        self.array.param.update(options={line(c): _slice(c) for c in arrays}, value=_slice(first) if first else "")
        self.instrument.offer(str(self.file.filename), self.file.value, found, first)
        self.variable.value = self.array.value or ""
        self._filling = False
        self._open()

    def _take(self, variable: str) -> None:
        """An array of the menu is the one whose slice is asked for."""
        if not self._filling:
            self.variable.value = variable or ""

    def _open(self) -> None:
        if self.file.value is None or self._filling or self._run:
            return
        files, variable, size = self._session.files, self.variable.value, self.size.value
        typed, window, name = self.typed.value, self.window.value or None, str(self.file.filename)
        chosen = tuple(choice.value for choice in self._choices)

        def told(opened: Opened) -> None:
            refused = self._session.open_file(name, opened)
            self._used = self._used if refused else chosen
            self._tell(refused, "The page's address does not hold this file.")

        if self.measured.value:
            said = self.instrument.said
            self._read(lambda name, content: files.data(name, content, variable, said), told)
            return
        limits = (lambda: read(_WINDOW, typed)) if typed.strip() else (lambda: window)
        self._read(lambda name, content: files.signal(name, content, variable, size, limits()), told)

    def _read(self, work: Callable[[str, bytes], Found], told: Callable[[Found], None]) -> None:
        """Look into the file beside the loop of the page, and tell what is there."""
        name, content = str(self.file.filename), self.file.value
        self.aside.say(f"Reading {name} ...")
        self._reading.begin(lambda: work(name, content), told)

    @property
    def idle(self) -> bool:
        """Whether nothing is being read."""
        return self._reading.idle and self.instrument.reading.idle

    def tick(self) -> None:
        """Take in what has been read."""
        self._reading.tick()
        self.instrument.reading.tick()

    def close(self) -> None:
        """Nobody waits for what is being read."""
        self._reading.forget()
        self.instrument.reading.forget()

    def _explain(self) -> None:
        """Another operator, or another array of it: measured data are opened again, as they may not fit the older."""
        if self.measured.value and self.file.value is not None and not self._run:
            self._open()
        else:
            self.instrument.explain()

    def _tell(self, sentence: str, done: str) -> None:
        self._there = self._there if sentence else done
        self.complaint.say(sentence.rstrip(".") + self._go_back() if sentence else "")
        self.aside.say(self._there)
        self._told()

    def _go_back(self) -> str:
        """The choices of what is shown instead of those that were refused, and the words for it."""
        if self._used is None or self._used == tuple(choice.value for choice in self._choices):
            return ""
        self._filling = True
        for choice, value in zip(self._choices, self._used, strict=True):
            choice.value = value
        self._filling = False
        return f". Still shown: {self.variable.value or self.file.filename}"

    def _refused(self, sentence: str) -> None:
        self._tell(sentence, "")


def _rank(content: Content) -> int:
    """How far an array is from being what was measured: projections and k-space first, arrays of an instrument last."""
    if content.guess.startswith(("projections", "k-space")):
        return 0
    return 2 if content.guess in CALIBRATING else 1


def _slice(content: Content) -> str:
    """The array, of a stack of projections the middle row, as a sinogram: a first choice, which can be typed over."""
    if len(content.shape) != 3 or not content.guess.startswith("projections"):
        return content.name
    return f"{content.name}[:, {content.shape[1] // 2}]"


class TakeAway:
    """Link, Python, run and figure."""

    def __init__(self, session: Session, told: Callable[[str], None]) -> None:
        self._session, self._told = session, told
        small = {"size": "small", "margin": (0, 2), "variant": "text", "sx": icon_alone(_LAPTOP)}
        self.link = CopyButton("Copy link", margin=(0, 2))
        self.run = pmui.FileDownload(
            callback=lambda: self._offer(run_bytes),
            filename="run.nc",
            label="Save run",
            description="Save run",  # a description takes the place of the label for who hears it
            icon="save",
            **small,
        )
        self.figure = pmui.FileDownload(
            callback=lambda: self._offer(figure_bytes),
            filename="run.png",
            label="Save figure",
            description="Save figure",
            icon="image",
            **small,
        )
        self.element = pmui.Row(self.link, self.run, self.figure, margin=0)

    def _offer(self, make: Callable[[Session], bytes]) -> io.BytesIO:
        try:
            return io.BytesIO(make(self._session))
        except Refusal as sentence:
            self._told(str(sentence))
            raise


class Python(View):
    """The Python that repeats what is shown."""

    title = "Python"

    def __init__(self, session: Session, opened: Callable[[], None]) -> None:
        super().__init__(session, opened)
        self.code = pn.pane.HTML("", sizing_mode="stretch_width", margin=(4, 0))
        self._text = CopyButton("Copy as Python", icon=SHEETS, variant="outlined", margin=4)
        self.notebook = pmui.FileDownload(
            callback=lambda: io.StringIO(session.notebook()),
            filename="workbench.ipynb",
            label="Save as notebook",
            icon="menu_book",
            variant="outlined",
            margin=4,
        )
        buttons = pmui.Row(self._text, self.notebook, margin=0)
        self.element = pmui.Column(
            buttons, self.code, sizing_mode="stretch_width", margin=0, styles={"min-height": ROW_HEIGHT}
        )

    def refresh(self) -> None:
        """Write the experiment anew."""
        text = self.session.code()
        if text != self._text.value:
            self._text.value = text
            style = "white-space:pre-wrap;font:13px/1.5 monospace;margin:0;padding:8px"
            self.code.object = f"<pre style='{style}'>{html.escape(text)}</pre>"
