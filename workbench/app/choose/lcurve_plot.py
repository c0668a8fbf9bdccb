"""The L-curve of a path: the prior without its weight over the misfit, with the corner and the weight in hand."""

import numpy as np
from bokeh.models import HoverTool

from workbench.app.toolkit.figures import empty, fill, legend, new_figure, pane
from workbench.figures.colours import HERE
from workbench.refusal import Refusal
from workbench.tuning import LCurve, PathPoint, WeightPath

_LINE, _CORNER = "#2f86d0", "#d6336c"


class LCurvePlot:
    """Both axes logarithmic, a dot a weight. Hansen 1992, doi 10.1137/1034115."""

    def __init__(self) -> None:
        self.plot = new_figure("misfit, nats", "prior / weight", log=True, log_x=True)
        names = "misfit", "prior", "weight"
        self.points, self.corner, self.here = empty(*names), empty(*names), empty(*names)
        line = self.plot.line("misfit", "prior", source=self.points, color=_LINE, line_width=2)
        dots = self.plot.scatter("misfit", "prior", source=self.points, color=_LINE, size=6)
        corner = self.plot.scatter("misfit", "prior", source=self.corner, color=_CORNER, marker="square", size=11)
        here = self.plot.scatter("misfit", "prior", source=self.here, line_color=HERE, size=16, fill_alpha=0)
        here.glyph.line_width = 3
        self.plot.add_tools(HoverTool(renderers=[dots], tooltips=[("weight", "@weight{0.000e+0}")]))
        legend(self.plot, {"path": [line, dots], "corner": [corner], "weight in hand": [here]})
        self.element = pane(self.plot)

    def show(self, path: WeightPath, weight: float) -> None:
        """Draw the points that there are, the corner, where there is one, and the point in hand."""
        fill(self.points, _columns(path.points))
        try:
            corner = (path.nearest(LCurve().choose(path).weight),)
        except Refusal:
            corner = ()
        fill(self.corner, _columns(corner))
        fill(self.here, _columns((path.nearest(weight),)))


def _columns(points: tuple[PathPoint, ...]) -> dict[str, np.ndarray]:
    """What a logarithmic axis can draw of them."""
    rows = np.array([(p.misfit, p.prior / p.weight, p.weight) for p in points]).reshape(-1, 3)
    rows = rows[(rows > 0).all(1)]
    return dict(zip(("misfit", "prior", "weight"), rows.T, strict=True))
