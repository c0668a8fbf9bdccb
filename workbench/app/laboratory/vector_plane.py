"""Two vector fields over one plane as arrows of one scale, above the signals that they were learned from."""

import numpy as np

from workbench.analysis.learned import ScoreResidual
from workbench.app.laboratory.base import BLUE, GREY, ORANGE
from workbench.app.toolkit.figures import empty, fill, legend, new_figure, pane
from workbench.figures.arrows import NAMES, arrows

_DOTS = 400
_WIDTHS = 4.0, 1.5  # px: where both agree the residual lies within the score


class VectorPlane:
    """`show` the residual and the score on a grid, and draws of the signals with noise as dots."""

    def __init__(self) -> None:
        self.plot = new_figure("first number of the signal", "second number")
        self.plot.match_aspect = True
        self.dots = empty("x", "y")
        self.arrows = {name: empty("x", "y", "to_x", "to_y", "angle") for name in NAMES}
        lines: dict[str, list] = {
            "noisy signals": [self.plot.scatter("x", "y", source=self.dots, color=GREY, size=3, alpha=0.5)]
        }
        for (name, source), colour, width in zip(self.arrows.items(), (ORANGE, BLUE), _WIDTHS, strict=True):
            shaft = self.plot.segment("x", "y", "to_x", "to_y", source=source, line_width=width, color=colour)
            head = self.plot.scatter(
                "to_x", "to_y", angle="angle", marker="triangle", size=4 + width, source=source, color=colour
            )
            lines[name] = [shaft, head]
        legend(self.plot, lines)
        self.element = pane(self.plot)

    def show(self, plane: ScoreResidual, drawn: ScoreResidual) -> None:
        """Draw both."""
        x, y = drawn.at[:_DOTS].flatten(1).T.cpu().numpy()
        fill(self.dots, {"x": x, "y": y})
        for name, (x, y, to_x, to_y) in arrows(plane).items():
            angle = np.arctan2(to_y - y, to_x - x) - np.pi / 2
            fill(self.arrows[name], {"x": x, "y": y, "to_x": to_x, "to_y": to_y, "angle": angle})
