"""The table of runs in the browser: pictures, sorting, selection, tags and notes edited in place."""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from workbench.app.toolkit.scripts import script
from workbench.figures.png_address import png_address
from workbench.run_folder import RunSummary

_PARTS = ("operator", "noise", "prior", "algorithm", "parametrisation")
_HERE = Path(__file__).parent
Heard = Callable[[Mapping[str, Any]], None]


class RunTable(JSComponent):
    """`rows` as `row` makes them, the `order` they are in, the names `selected`; `heard` hears what a person does."""

    rows = param.List(default=[])
    order = param.String(default="saved")
    selected = param.List(default=[])
    file = param.Dict(default={}, doc="one that the browser saves")

    _stylesheets = [(_HERE / "run_table.css").read_text(encoding="utf-8")]  # noqa: RUF012 - an attribute of Panel's
    _esm = script(_HERE / "run_table.js")

    def __init__(self, heard: Heard, **layout: Any) -> None:
        super().__init__(**layout)
        self._heard = heard

    def _handle_msg(self, data: Mapping[str, Any]) -> None:
        self._heard(data)

    def hand_over(self, name: str, content: bytes) -> None:
        """Let the browser save a file."""
        self.file = {"name": name, "content": base64.b64encode(content).decode()}

    def forget_file(self) -> None:
        """What was handed over takes no room any longer; in a later beat, since the browser sees the end of each."""
        if self.file:
            self.file = {}

    def draw(self, rows: list[dict[str, Any]], order: str, selected: list[str]) -> None:
        """Draw these."""
        new = {"rows": rows, "order": order, "selected": selected}
        self.param.update(**{name: value for name, value in new.items() if getattr(self, name) != value})


def row(run: RunSummary, picture: bytes | None) -> dict[str, Any]:
    """A run as the table shows it: texts, and the picture as an address of its own."""
    parts = [run.parts[part] for part in _PARTS if run.parts.get(part, "Direct") != "Direct"]
    state = "running" if run.running else run.outcome if run.cut_short else ""
    return {
        "name": run.name,
        "parts": " · ".join(parts),
        "state": "; ".join(filter(None, (state, run.remark))),
        "ended": run.ended,
        "k": str(run.k),
        "psnr": "" if run.psnr is None else f"{run.psnr:.2f}",
        "saved": run.saved.replace("T", " ").removesuffix("Z")[:16],
        "tags": ", ".join(run.tags),
        "note": run.note,
        "picture": png_address(picture or b""),
    }
