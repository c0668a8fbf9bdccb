"""Rows of small pictures whose number and titles change."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workbench.app.standing.narrow import pictures_abreast
from workbench.app.toolkit.panels import DIVERGING, GREY, Panel
from workbench.live.images import Limits, balanced, extent


class SmallPicture(NamedTuple):
    """A picture, (N,) or (H, W), its title, what is said beside it, its limits; `signed`: its colours are of signs."""

    title: str
    values: np.ndarray
    said: str = ""
    limits: Limits | None = None
    signed: bool = False


class SmallPictures:
    """At most so many pictures beside each other; `show` makes panels as they are needed, and hides the others."""

    def __init__(self, most: int, width: str) -> None:
        self._most, self._width = most, width
        self._panels: list[Panel] = []
        self._shapes: list[tuple[int, ...]] = []
        self.element = pictures_abreast(styles={"flex": "none"})

    def show(self, pictures: Sequence[SmallPicture]) -> None:
        """Draw these; colours span each by itself where no limits are given."""
        pictures = pictures[: self._most]
        while len(self._panels) < len(pictures):
            panel = Panel("")
            panel.element.styles = {"max-width": self._width, "flex": "1 1 0", "min-width": "0"}
            self._panels.append(panel)
            self._shapes.append(())
        wanted = [panel.element for panel in self._panels[: len(pictures)]]
        if list(self.element) != wanted:
            self.element[:] = wanted
        for number, (panel, each) in enumerate(zip(self._panels, pictures, strict=False)):
            if self._shapes[number] != each.values.shape:
                self._shapes[number] = each.values.shape
                panel.fit(each.values.shape, stretch=True)
            panel.title, panel.meaning = each.title, each.said
            panel.recolour(DIVERGING if each.signed else GREY)
            usual = balanced(each.values) if each.signed else extent(each.values)
            panel.show(each.values, each.limits or usual)
            panel.describe(each.said)
