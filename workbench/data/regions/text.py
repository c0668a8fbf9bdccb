"""What letters cover."""

from dataclasses import dataclass
from typing import Annotated

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
            low, high = np.floor(outline.min(0)), np.ceil(outline.max(0)) + 1
            ends = (
                np.clip(pair, 0, side).astype(int)
                for pair, side in zip(zip(low, high, strict=True), space, strict=True)
            )
            rows, columns = (slice(*pair) for pair in ends)
            centres = np.stack(np.meshgrid(np.r_[rows], np.r_[columns], indexing="ij"), -1)
            polygon = need("matplotlib.path", "app").Path(outline)
            found[rows, columns] ^= polygon.contains_points(centres.reshape(-1, 2)).reshape(centres.shape[:2])
        return torch.from_numpy(found)

    def _outlines(self) -> list[np.ndarray]:
        """The outlines of the letters, (corners, 2), in rows and columns."""
        fonts, paths = need("matplotlib.font_manager", "app"), need("matplotlib.textpath", "app")
        bold = fonts.FontProperties(family="DejaVu Sans", weight="bold")
        # A dollar is a dollar, and no beginning of a formula.
        vertices, codes = paths.text_to_path.get_text_path(bold, self.text, ismath=False)
        outline = need("matplotlib.path", "app").Path(np.array(vertices) * _EM / paths.text_to_path.FONT_SCALE, codes)
        scale = self.height / (_CAPITAL * _EM)
        polygons = outline.to_polygons() if len(vertices) else []
        return [np.array([self.place[0] + self.height, self.place[1]]) + scale * p[:, ::-1] * (-1, 1) for p in polygons]
