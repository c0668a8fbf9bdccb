"""Weights of a prior as plots: the L-curve of a path, and what each rule sees along it."""

from typing import Any

import holoviews as hv
import numpy as np

from workbench.figures.colours import COLOURS, MARK
from workbench.plots.style import styled
from workbench.refusal import Refusal
from workbench.tuning import LCurve, NoiseSpread, PathPoint, Tuning, WeightPath, rules

_WEIGHT = hv.Dimension("weight", label="weight w")
_MISFIT = hv.Dimension("misfit", unit="nats")
_PRIOR = hv.Dimension("prior", label="prior / weight")


def lcurve(path: WeightPath) -> hv.Overlay:
    """The prior without its weight over the misfit, both logarithmic, a point a weight; the corner, where there is one.

    Hansen 1992, doi 10.1137/1034115.
    """
    if len(path.points) < 2:
        raise Refusal("a path of weights, two at the least", f"{len(path.points)}", "give experiment.tune().path")
    places = [_place(point) for point in path.points]
    line = styled(hv.Curve(places, _MISFIT, _PRIOR), color=COLOURS[0], logx=True, logy=True)
    dots = styled(
        hv.Points([(*place, point.weight) for place, point in zip(places, path.points, strict=True)],
                  [_MISFIT, _PRIOR], _WEIGHT),
        color=hv.dim("weight").log10(), cmap="viridis", logx=True, logy=True,
    )  # fmt: skip
    try:
        corner = path.nearest(LCurve().choose(path).weight)
    except Refusal:
        return styled(line * dots, title="L-curve, without a corner")
    mark = styled(hv.Points([_place(corner)], [_MISFIT, _PRIOR]), color=MARK, marker="s")
    return styled(line * dots * mark, title=f"L-curve, corner at {corner.weight:.3g}")


def weights(found: Tuning, spread: NoiseSpread | None = None) -> Any:
    """What each rule sees over the weight, its choice, and in grey the weights that are about as good.

    With a spread, of `tuning.noise_spread`, its choices for other noise stand on the axis.
    """
    drawn = []
    for word, chosen in found.selected.items():
        seen, label = np.asarray(chosen.curve), rules()[word].label
        up, places = hv.Dimension(word, label=label), found.path.weights.numpy()
        there = np.isfinite(seen)
        line = styled(hv.Curve((places[there], seen[there]), _WEIGHT, up), color=COLOURS[0], logx=True)
        (low, high), bounds = chosen.between, (float(seen[there].min()), float(seen[there].max()))
        place = [(low, bounds[0], high, bounds[1])]
        band = styled(hv.Rectangles(place, [_WEIGHT, up, "to", "top"]), sized=False, color="grey", alpha=0.2)
        mark = styled(hv.VLine(chosen.weight), sized=False, color=MARK)
        whole = line * band * mark
        if spread is not None:
            others = [(weight, bounds[0]) for weight in spread.chosen.get(word, ()) if np.isfinite(weight)]
            whole = whole * styled(hv.Points(others, [_WEIGHT, up]), color=MARK, marker="+")
        drawn.append(styled(whole, title=f"{word}: {chosen.weight:.3g}", logx=True))
    return styled(hv.Layout(drawn).cols(4), sized=False, shared_axes=False)


def _place(point: PathPoint) -> tuple[Any, Any]:
    return point.misfit, point.prior / point.weight
