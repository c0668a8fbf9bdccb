"""A figure of matplotlib, which is imported late, and the file that it becomes."""

import io
from typing import TYPE_CHECKING

from workbench.refusal import Refusal

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, ACCENT = "#1f4e79", "#c0504d"  # of curves, and of what is marked on them


def new_figure(width: float, height: float) -> "Figure":
    """A figure, in inches, without pyplot: no state, any thread. Refusal without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        remedy = 'pip install "inverse-workbench[app]"'
        raise Refusal("the package matplotlib for a figure", "an installation without it", remedy) from error
    return Figure(figsize=(width, height), layout="constrained")


def file_of(figure: "Figure", kind: str, dots: int = 110) -> bytes:
    """The figure as a file of a `Format`, so many dots an inch."""
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, dpi=dots)
    return stream.getvalue()
