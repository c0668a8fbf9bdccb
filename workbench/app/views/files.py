"""In and out: a person's own file as the signal; the run, the figure, the link and the Python to take away."""

import html
import io
from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench.app.copying import SHEETS, CopyButton
from workbench.app.export import figure_bytes, run_bytes
from workbench.app.session import Session
from workbench.app.words import ERROR, Words
from workbench.data import MAX_LENGTH, MAX_SIDE, SUPPORTED
from workbench.refusal import Refusal

SIZES = {"as it is": None, "64 px": 64, "128 px": 128, "256 px": 256, "512 px": 512, "1024 px": 1024}
UPLOAD = 32 * 2**20
ROW_HEIGHT = "calc((100vw - 330px) / 4 + 42px)"  # that of the pictures: a tab must not move what is below it


class Upload:
    """Open your own file: the file, what to resample to, and which array of it."""

    def __init__(self, session: Session, told: Callable[[], None]) -> None:
        self._session, self._told = session, told
        self.file = pmui.FileInput(
            label="Open your own file",
            size="small",
            margin=(4, 0),
            sizing_mode="stretch_width",
            variant="outlined",
            max_file_size=UPLOAD,
            description=f"{SUPPORTED}; up to {UPLOAD // 2**20} MB",
        )
        self.size = pmui.Select(
            label="resample longest side to",
            options=SIZES,
            value=256,
            size="small",
            margin=(8, 0, 4, 0),
            sizing_mode="stretch_width",
        )
        self.variable = pmui.TextInput(
            label="array and slice in the file",
            placeholder="density[3]; empty for the only one",
            size="small",
            margin=(4, 0),
            sizing_mode="stretch_width",
        )
        cap = f"At most {MAX_SIDE} px a side (1-D: {MAX_LENGTH} samples) and {UPLOAD // 2**20} MB. {SUPPORTED}."
        self.complaint = Words(ERROR)
        inside = pmui.Column(
            self.size,
            self.variable,
            self.file,
            self.complaint.element,
            Words(sentence=cap).element,
            sizing_mode="stretch_width",
        )
        self.element = pmui.Accordion(
            ("Your own file", inside), sizing_mode="stretch_width", margin=(4, 12), sx={"& h3": {"fontSize": "14px"}}
        )
        self.file.param.watch(lambda event: self._open(), "value")
        for choice in (self.size, self.variable):
            choice.param.watch(lambda event: self._open(), "value")

    def _open(self) -> None:
        if self.file.value is None:
            return
        sentence = self._session.open_file(
            str(self.file.filename), self.file.value, self.variable.value, self.size.value
        )
        self.complaint.say(sentence)
        self._told()


class TakeAway:
    """Link, Python, run and figure."""

    def __init__(self, session: Session, told: Callable[[str], None]) -> None:
        self._session, self._told = session, told
        small = {"size": "small", "margin": (0, 2), "variant": "text"}
        self.link = CopyButton("Copy link", margin=(0, 2))
        self.run = pmui.FileDownload(
            callback=lambda: self._offer(run_bytes),
            filename="run.nc",
            label="Save run",
            icon="save",
            **small,
        )
        self.figure = pmui.FileDownload(
            callback=lambda: self._offer(figure_bytes),
            filename="run.png",
            label="Save figure",
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


class Python:
    """The Python that repeats what is shown."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.code = pn.pane.HTML("", sizing_mode="stretch_width", margin=(4, 0))
        self._text = CopyButton("Copy as Python", icon=SHEETS, variant="outlined", margin=4)
        self.element = pmui.Column(
            self._text, self.code, sizing_mode="stretch_width", margin=0, styles={"min-height": ROW_HEIGHT}
        )

    def refresh(self) -> None:
        """Write the experiment anew."""
        text = self._session.code()
        if text != self._text.value:
            self._text.value = text
            style = "white-space:pre-wrap;font:13px/1.5 monospace;margin:0;padding:8px"
            self.code.object = f"<pre style='{style}'>{html.escape(text)}</pre>"
