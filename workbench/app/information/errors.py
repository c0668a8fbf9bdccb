"""Curves over the noise, logarithmic both ways: a denoiser beside the best linear one, and a bound."""

import numpy as np
from bokeh.models import HoverTool

from workbench.app.toolkit.figures import empty, fill, legend, new_figure, pane, positive
from workbench.live.images import Array

_OWN, _LINEAR, _BOUND = "#2f86d0", "#7048e8", "#868e96"


class DenoiserPicture:
    """A quantity of the denoiser (dots), of the best linear denoiser, and a bound with its name."""

    def __init__(self, y_label: str, bound: str) -> None:
        self.plot = new_figure("noise sigma", y_label, log=True, log_x=True)
        self.sources = [empty("sigma", "y") for _ in range(3)]
        own, linear, limit = self.sources
        most = self.plot.line("sigma", "y", source=limit, color=_BOUND, line_dash="dashed", line_width=1.4)
        best = self.plot.line("sigma", "y", source=linear, color=_LINEAR, line_width=1.8)
        line = self.plot.line("sigma", "y", source=own, color=_OWN, line_width=2)
        dots = self.plot.scatter("sigma", "y", source=own, color=_OWN, size=6)
        self.plot.add_tools(HoverTool(renderers=[dots], tooltips=[("sigma", "@sigma{0.000}"), ("", "@y")]))
        self.items = legend(self.plot, {"denoiser": [line, dots], "best linear": [best], bound: [most]})
        self.bound = self.items[bound]
        self.element = pane(self.plot)

    def show(self, sigma: Array, curves: tuple[Array, Array, Array], name: str) -> None:
        """The denoiser's curve, the best linear one's and the bound, over sigma."""
        self.items["denoiser"].update(label={"value": name})
        self.bound.visible = bool(np.isfinite(curves[2]).any())
        for source, values in zip(self.sources, curves, strict=True):
            fill(source, {"sigma": sigma, "y": positive(values)})

    def clear(self) -> None:
        """Nothing is known."""
        for source in self.sources:
            fill(source, {"sigma": [], "y": []})
