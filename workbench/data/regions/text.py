"""What letters cover."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor

from workbench.data.field import need
from workbench.data.regions.base import Region, require_axes
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown

_EM = 1000.0  # in which outlines are asked for: their curves become polygons of many corners
_CAPITAL = 0.729  # of the em: the height of capitals in DejaVu Sans
_LONGEST = 80  # letters


@dataclass(frozen=True)
class Text(Region):
    """All samples of a picture whose centres are inside the letters of a line of text, in DejaVu Sans Bold.

    A hole in a letter is no part of it (even-odd rule). The font comes with matplotlib, of the extra `app` or `lab`.
    """

    text: Annotated[str, "letters, in one line"] = "Text"
    place: Annotated[tuple[float, ...], "row and column of the upper left corner of the first capital"] = (24.0, 24.0)
    height: Annotated[float, Range(4, 128, log=True, unit="px", limits=(1, 1e4)), "height of a capital"] = 16.0

    def __post_init__(self) -> None:
        if not self.text.strip() or "\n" in self.text or len(self.text) > _LONGEST:
            raise Refusal(f"a line of 1 to {_LONGEST} letters", f"{len(self.text)}: {self.text!r}", "write some")

    def inside(self, space: Shape) -> Tensor:
        require_axes(self.place, space, self)
        if len(space) != 2:
            raise Refusal("a picture to write on", f"a signal of {shown(space)}", "take a brush or a rectangle")
        found = np.zeros(space, bool)
        for outline in self._outlines():
            low, high = outline.vertices.min(0), outline.vertices.max(0)
            first, last = (np.clip(ends, 0, space).astype(int) for ends in (np.floor(low), np.ceil(high) + 1))
            part = tuple(map(slice, first, last))
            centres = np.stack(np.meshgrid(*(np.r_[axis] for axis in part), indexing="ij"), -1)
            found[part] ^= outline.contains_points(centres.reshape(-1, 2)).reshape(centres.shape[:2])
        return torch.from_numpy(found)

    def _outlines(self) -> list[Any]:
        """The outlines of the letters, paths of matplotlib, in rows and columns."""
        fonts, letters, paths = (need(f"matplotlib.{name}", "app") for name in ("font_manager", "textpath", "path"))
        bold = fonts.FontProperties(family="DejaVu Sans", weight="bold")
        # A dollar is a dollar, and no beginning of a formula.
        vertices, codes = letters.text_to_path.get_text_path(bold, self.text, ismath=False)
        if not len(vertices):
            return []
        polygons = paths.Path(np.array(vertices) * _EM / letters.text_to_path.FONT_SCALE, codes).to_polygons()
        base, scale = np.add(self.place, (self.height, 0)), self.height / (_CAPITAL * _EM)
        return [paths.Path(base + scale * corners[:, ::-1] * (-1, 1)) for corners in polygons]
