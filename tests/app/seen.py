"""What is seen of the pictures of a tab: what draws each source, what legends say, which axes are logarithmic."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, GlyphRenderer, LabelSet, Legend, LogAxis
from bokeh.plotting import figure


def sources(picture: object, before: str = "") -> Iterator[tuple[str, ColumnDataSource]]:
    """Every source of a picture by its name in it, those of bands and flags among them."""
    for name, value in (picture if isinstance(picture, dict) else vars(picture)).items():
        parts = dict(enumerate(value)) if isinstance(value, list | tuple) else value
        if isinstance(value, ColumnDataSource):
            yield f"{before}{name}", value
        elif isinstance(parts, dict) or type(value).__module__.startswith("workbench.app"):
            yield from sources(parts, f"{before}{name}.")


def columns(source: ColumnDataSource) -> dict[str, list]:
    """What a source holds, as lists."""
    return {name: np.asarray(column).tolist() for name, column in source.data.items()}


def figures(element: pn.viewable.Viewable) -> list[figure]:
    """The figures that are laid out."""
    return [pane.object for pane in element.select(pn.pane.Bokeh)]


def seen(picture: object, element: pn.viewable.Viewable) -> dict[str, str]:
    """By the name of each source what draws it in the figures of the element."""
    plots = figures(element)
    drawn = [
        (r.data_source, type(r.glyph).__name__) for p in plots for r in p.renderers if isinstance(r, GlyphRenderer)
    ]
    drawn += [(words.source, "words") for plot in plots for words in plot.select(LabelSet)]
    return {name: " ".join(kind for source, kind in drawn if source is own) for name, own in sources(picture)}


def legends(element: pn.viewable.Viewable) -> list[list[str]]:
    """What the legend of each figure says."""
    return [
        [
            item.label["value"] if isinstance(item.label, dict) else _said(item.label)
            for words in p.select(Legend)
            for item in words.items
        ]
        for p in figures(element)
    ]


def _said(label: Any) -> str:
    return getattr(label, "value", label)


def logarithmic(element: pn.viewable.Viewable) -> list[tuple[bool, bool]]:
    """Whether the axes of each figure, x and y, are logarithmic."""
    return [tuple(isinstance(axis[0], LogAxis) for axis in (p.xaxis, p.yaxis)) for p in figures(element)]
