"""Examples on the page: a button, and a window with a line for each."""

import html
from collections.abc import Callable

import panel as pn
import panel_material_ui as pmui

from workbench import example_scans
from workbench.app.toolkit.words import Words
from workbench.data import ExampleInfo, example_info
from workbench.figures.colours import ERROR
from workbench.live.session import Session

_WIDTH = 520


class ExampleList:
    """`button` opens `window`, which is filled when it is opened for the first time; a choice is opened and played."""

    def __init__(self, session: Session, told: Callable[[], None]) -> None:
        self._session, self._told = session, told
        self.complaint = Words(ERROR)
        self.button = pmui.Button(
            label="Open an example", icon="biotech", variant="outlined", size="small", margin=(4, 12),
            sizing_mode="stretch_width",
        )  # fmt: skip
        self.button.on_click(lambda event: self.open())
        self.window = pmui.Dialog(title="Examples", open=False, close_on_click=True, show_close_button=True)

    def open(self) -> None:
        """Show every example; those that are not installed say what brings them."""
        if not self.window.objects:
            rows = [self._row(example_info(name)) for name in example_scans.names()]
            self.window.objects = [*rows, self.complaint.element]
        self.complaint.say("")
        self.window.open = True

    def choose(self, name: str) -> None:
        """Open an example and play it; what is wrong is said in the window, which then stays."""
        sentence = self._session.open_example(name)
        self.complaint.say(sentence)
        if not sentence:
            self.window.open = False
            self._session.play()
            self._told()

    def _row(self, info: ExampleInfo) -> pmui.Column:
        missing = info.missing
        button = pmui.Button(
            label=info.title, variant="text", size="small", margin=(4, 0, 0, 0), width=_WIDTH, disabled=bool(missing),
            sx={"justifyContent": "flex-start", "textTransform": "none", "fontSize": "15px"},
        )  # fmt: skip
        button.on_click(lambda event: self.choose(info.name))
        lines = filter(None, (f"{info.about}.", f"From {info.origin}.", f"Licence: {info.licence}.", missing))
        told = "<br>".join(html.escape(line) for line in lines)
        words = pn.pane.HTML(f"<div style='font-size:13px'>{told}</div>", width=_WIDTH, margin=(0, 6, 4, 6))
        return pmui.Column(button, words, margin=0)
