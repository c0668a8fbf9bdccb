"""A file that the browser sends."""

from collections.abc import Mapping
from typing import Any

import panel_material_ui as pmui
import param

from workbench.refusal import Refusal

UPLOAD = 32 * 2**20


class Chooser(pmui.FileInput):
    """A file input whose `refusal` says why the browser did not send a file: its own word for it is a mark that fades.

    panel-material-ui 0.16.6 raises on the message that says so.
    """

    refusal = param.String(default="")

    def _handle_msg(self, msg: Mapping[str, Any]) -> None:
        if msg["status"] != "error":
            self.refusal = ""
            super()._handle_msg(msg)
            return
        remedy = "cut it, or give its path to `workbench run --truth`"
        self.refusal = str(Refusal(f"a file of at most {UPLOAD // 2**20} MB", str(msg["error"])[:200], remedy))
