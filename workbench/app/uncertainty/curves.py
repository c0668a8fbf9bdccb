"""Curves over the draws: how well chains have mixed, and how far they are from the exact posterior."""

import numpy as np
from bokeh.models import LinearAxis, Range1d, Span

from workbench.analysis.chains import ChainDiagnostics
from workbench.app.toolkit.figures import empty, fill, legend, new_figure, pane, positive, reach
from workbench.live.images import Array
from workbench.live.uncertainty import TRUSTED

_SIZE, _LEAST, _RHAT, _MEAN = "#2f86d0", "#74b3e6", "#d6336c", "#38a169"


class Mixing:
    """Effective sample size, and R-hat on the right, against the draws of a chain."""

    def __init__(self) -> None:
        self.plot = new_figure("draws of a chain", "effective sample size", log=True)
        self.rhats = Range1d(start=0.99, end=1.2)
        self.plot.extra_y_ranges = {"rhat": self.rhats}
        self.plot.add_layout(LinearAxis(y_range_name="rhat", axis_label="R-hat (dashed)"), "right")
        self.source = empty("n", "median", "least", "rhat")
        median = self.plot.line("n", "median", source=self.source, color=_SIZE, line_width=2)
        least = self.plot.line("n", "least", source=self.source, color=_LEAST, line_width=2)
        dashed = {"color": _RHAT, "line_dash": "dashed", "line_width": 2, "y_range_name": "rhat"}
        rhat = self.plot.line("n", "rhat", source=self.source, **dashed)
        goal = Span(location=TRUSTED, dimension="width", line_color=_RHAT, line_dash="dotted", y_range_name="rhat")
        self.plot.add_layout(goal)
        self.plot.y_range.update(renderers=[median, least])
        legend(self.plot, {"median": [median], "worst": [least], "R-hat": [rhat]})
        self.element = pane(self.plot)

    def show(self, looks: tuple[ChainDiagnostics, ...]) -> None:
        columns = {n: np.array([getattr(look, n) for look in looks], float) for n in ("median", "least", "rhat")}
        finite = columns["rhat"][np.isfinite(columns["rhat"])]
        if len(finite):
            # Early ones are far above: what counts is the way down to 1.
            reach(self.rhats, 0.99, max(1.05, 1 + 2 * (float(finite[-1]) - 1)))
        drawn = {n: positive(columns[n]) for n in ("median", "least")}
        rhat = np.where(np.isfinite(columns["rhat"]), columns["rhat"], np.nan)
        fill(self.source, drawn | {"rhat": rhat, "n": [look.draws for look in looks]})


class Correlation:
    """Autocorrelation by lag, of the pixel that mixes worst and of the mean of all."""

    def __init__(self) -> None:
        self.plot = new_figure("lag, draws", "autocorrelation")
        self.source = empty("lag", "worst", "mean")
        worst = self.plot.line("lag", "worst", source=self.source, color=_LEAST, line_width=2)
        mean = self.plot.line("lag", "mean", source=self.source, color=_MEAN, line_width=2)
        legend(self.plot, {"slowest pixel": [worst], "mean": [mean]})
        self.element = pane(self.plot)

    def show(self, worst: Array, mean: Array) -> None:
        # As far as the slower one falls to a tenth, and half as far again.
        above = np.flatnonzero(np.maximum(worst, mean) > 0.1)
        end = min(len(worst), max(10, 3 * int(above[-1]) // 2 + 2 if len(above) else 0))
        fill(self.source, {"lag": np.arange(end), "worst": worst[:end], "mean": mean[:end]})


class Distances:
    """The ratio of variances, with two standard errors, and the error of the mean, against the exact posterior."""

    def __init__(self) -> None:
        self.plot = new_figure("draws of a chain", "variance / exact variance")
        self.errors = Range1d(start=0, end=0.1)
        self.plot.extra_y_ranges = {"mean": self.errors}
        axis = LinearAxis(y_range_name="mean", axis_label="error of the mean, std (dashed)")
        self.plot.add_layout(axis, "right")
        self.source = empty("n", "ratio", "low", "high", "mean")
        band = self.plot.varea("n", "low", "high", source=self.source, color=_SIZE, alpha=0.2)
        ratio = self.plot.line("n", "ratio", source=self.source, color=_SIZE, line_width=2)
        dashed = {"color": _MEAN, "line_dash": "dashed", "line_width": 2, "y_range_name": "mean"}
        mean = self.plot.line("n", "mean", source=self.source, **dashed)
        self.plot.add_layout(Span(location=1, dimension="width", line_color=_SIZE, line_dash="dotted"))
        self.plot.y_range.update(renderers=[ratio, band])
        legend(self.plot, {"variance": [ratio, band], "mean": [mean]})
        self.element = pane(self.plot)

    def show(self, looks: tuple[ChainDiagnostics, ...]) -> None:
        far = [(look.draws, look.distance) for look in looks if look.distance is not None]
        if not far:
            fill(self.source, {n: [] for n in ("n", "ratio", "low", "high", "mean")})
            return
        n, ratio = (np.array(c, float) for c in ([k for k, _ in far], [d.variance for _, d in far]))
        room, mean = (np.array(c) for c in ([2 * d.variance_error for _, d in far], [d.mean for _, d in far]))
        reach(self.errors, 0, 1.1 * max(float(mean.max()), 0.01))
        fill(self.source, {"n": n, "ratio": ratio, "low": ratio - room, "high": ratio + room, "mean": mean})
