"""The cell that runs, as a front end names it: a workbench, or a view of one, belongs to the cell that made it."""

import sys
import threading
import weakref
from typing import Any, Protocol

from ipywidgets import Widget


class Closed(Protocol):
    """What can be closed, at any time and more than once."""

    def close(self) -> None: ...


_MADE: dict[str, tuple[str, "weakref.WeakSet[Closed]"]] = {}  # by cell: the execution, and what it made
_LOCK = threading.Lock()


def claim(new: Closed) -> None:
    """Note it as one of the cell that runs; what an earlier run of the cell has made is closed."""
    cell, execution = here()
    if not cell:
        return
    with _LOCK:
        before, made = _MADE.get(cell, ("", weakref.WeakSet()))
        old = list(made) if before != execution else []
        _MADE[cell] = (execution, made if before == execution else weakref.WeakSet())
        _MADE[cell][1].add(new)
    for each in old:
        each.close()


def close_inside(widget: Widget) -> None:
    """Close what a widget is made of, its children, their layouts and styles: ipywidgets registers each by itself."""
    values = [getattr(widget, name) for name in widget.keys]
    inner = [w for value in values for w in (value if isinstance(value, tuple | list) else (value,))]
    for each in (w for w in inner if isinstance(w, Widget)):
        close_inside(each)
        each.close()


def here() -> tuple[str, str]:
    """The cell that runs, and which of its runs; empty outside a notebook, or where the front end names no cells."""
    kernel: Any = getattr(_shell(), "kernel", None)
    parent = kernel.get_parent("shell") if kernel is not None else None
    if not parent:
        return "", ""
    return str(parent.get("metadata", {}).get("cellId", "")), str(parent.get("header", {}).get("msg_id", ""))


def _shell() -> Any:
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
