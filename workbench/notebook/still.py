"""Panels as a PNG file and a sentence, for readers without a kernel; and how a cell shows both."""

import base64
import io
import struct
import textwrap
import time
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.notebook.panels import Panel, values_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDGET = "application/vnd.jupyter.widget-view+json"
_LETTERS = 36  # of the sentence above each column
# What stands where the living picture would be, in a front end that shows no widgets.
NO_WIDGETS = (
    "This front end shows no widgets, so that nothing moves here: a still picture is below, if it shows pictures. "
    "In JupyterLab and Jupyter Notebook 7, pip install ipywidgets where Jupyter is installed."
)
_EARLY = 1.0  # seconds after which there is a picture, should the kernel end
_MARK = {"image/png": {"unconfined": True}}  # by this the living picture knows the still one, and hides it


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


_HEAD = struct.pack(">IIBBBBB", 1, 1, 8, 4, 0, 0, 0)  # one pixel, grey and transparent
_EMPTY = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", _HEAD) + _chunk(b"IDAT", zlib.compress(bytes(3))) + _chunk(b"IEND", b"")


def png(panels: Sequence[Panel], sentence: str) -> bytes:
    """The panels in rows of four at most, above them the sentence."""
    stream = io.BytesIO()
    drawn(panels, sentence).savefig(stream, format="png", dpi=80)
    return stream.getvalue()


def drawn(panels: Sequence[Panel], sentence: str) -> "Figure":
    """The same as a figure of matplotlib."""
    from matplotlib.figure import Figure

    columns = min(len(panels), 4) or 1
    rows, lines = -(-len(panels) // columns), textwrap.wrap(sentence, _LETTERS * columns)
    figure = Figure(figsize=(2.3 * columns, 2.2 * rows + 0.15 * len(lines) + 0.15), layout="constrained")
    for place, panel in enumerate(panels, 1):
        _draw(figure.add_subplot(rows, columns, place), panel)
    figure.suptitle("\n".join(lines), fontsize=8)
    return figure


def _draw(axes: Any, panel: Panel) -> None:
    values = values_of(panel)
    axes.set_title(panel["title"], fontsize=8)
    if panel["kind"] == "picture":
        axes.imshow(values, cmap=panel["map"], vmin=0, vmax=255, interpolation="nearest")
        axes.set_axis_off()
        return
    for line, (x, y) in zip(panel["lines"], values, strict=True):
        axes.plot(x, y, color=line["colour"], linewidth=1, label=line["name"])
    axes.set_xlabel(panel["x"], fontsize=7)
    axes.set_yscale("log" if panel["log"] else "linear")
    if panel["ticks"]:
        ends = axes.get_xlim()
        axes.set_xticks(*zip(*panel["ticks"], strict=True))
        axes.set_xlim(ends)
    axes.tick_params(which="both", labelsize=6)
    if len(panel["lines"]) > 1:
        axes.legend(fontsize=6)


def bundle(model: str, picture: bytes, sentence: str) -> dict[str, Any]:
    """The living widget, with a still picture and a sentence for whoever has no kernel."""
    live = {"version_major": 2, "version_minor": 0, "model_id": model}
    return {_WIDGET: live} | _still(picture, sentence)


def _still(picture: bytes, sentence: str) -> dict[str, str]:
    return {"image/png": base64.b64encode(picture).decode(), "text/plain": sentence}


class Still:
    """The still picture in the output below a living one: written early, and anew whenever the run comes to rest."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._drawn: Any = None
        self._begun = 0.0

    def show(self, model: str, sentence: str) -> None:
        """The living widget, and a place for the picture below it, as outputs of the cell that runs."""
        from IPython.display import DisplayHandle, display

        # The picture itself takes a second, which nobody should wait for.
        whole, self._begun, self._drawn = bundle(model, _EMPTY, NO_WIDGETS), time.monotonic(), None
        display({name: whole[name] for name in (_WIDGET, "text/plain")}, raw=True)
        self._handle = DisplayHandle()
        self._handle.display(_still(_EMPTY, sentence), raw=True, metadata=_MARK)

    def due(self, standing: Any) -> bool:
        """Whether to write it anew; `standing` is what a run that stands shows, None while it runs."""
        if self._handle is None or (standing is not None and standing is self._drawn):
            return False
        early = self._drawn is None and time.monotonic() - self._begun > _EARLY
        if standing is not None or early:
            self._drawn = standing or True
            return True
        return False

    def outdate(self) -> None:
        """What a run that stands shows has changed: write it anew."""
        self._drawn = None

    def update(self, picture: bytes, sentence: str) -> None:
        """Another picture in the place of the one that is there."""
        self._handle.update(_still(picture, sentence), raw=True, metadata=_MARK)
