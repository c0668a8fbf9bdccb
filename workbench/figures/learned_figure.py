"""What a network has learned beside what there was to learn, as a file."""

from typing import TYPE_CHECKING

import numpy as np

from workbench.figures.arrows import arrows
from workbench.figures.canvas import ACCENT, INK, file_of, new_figure
from workbench.figures.shown import picture_of

if TYPE_CHECKING:
    from workbench.analysis.learned import LearnedCurve, ScoreResidual
    from workbench.recipes import ScoreBeside

_DOTS = 300  # noisy signals behind the arrows


def score_figure(found: "ScoreBeside", kind: str = "png") -> bytes:
    """The residual beside the score, as arrows or as pictures, and the error over the noise, in a `Format`."""
    drawn = found.drawn
    figure = new_figure(9.6 if found.plane is not None else 13.2, 3.4)
    *places, last = figure.subplots(1, 3 if found.plane is not None else 5)
    if found.plane is not None:
        for (name, (x, y, to_x, to_y)), axes, colour in zip(
            arrows(found.plane).items(), places, (INK, ACCENT), strict=True
        ):
            axes.scatter(*drawn.at[:_DOTS].flatten(1).T.cpu(), s=3, color="0.8", zorder=0)
            axes.quiver(x, y, to_x - x, to_y - y, angles="xy", scale_units="xy", scale=1, color=colour, width=0.006)
            axes.set(xlim=_ends(x), ylim=_ends(y), aspect="equal")
            axes.set_title(f"{name}, sigma {drawn.sigma:.3g}", fontsize=9)
    else:
        _pictures(places, drawn)
    last.plot(found.levels, found.errors, color=INK, marker=".", linewidth=1)
    last.axvline(drawn.sigma, color=ACCENT)
    last.set(xscale="log", yscale="log", xlabel="noise sigma")
    last.set_title(f"|residual - score| / |score|: {drawn.error:.3g}", fontsize=9)
    last.grid(alpha=0.3)
    return file_of(figure, kind)


def curve_figure(found: "LearnedCurve", kind: str = "png") -> bytes:
    """The learned prior and its prox along the line, beside the true ones where they are known, in a `Format`."""
    figure = new_figure(7.2, 3.0)
    left, right = figure.subplots(1, 2)
    at = found.line.at
    for axes, own, true in ((left, found.value, found.true), (right, found.answer, found.true_answer)):
        if true is not None:
            axes.plot(at, true, color=ACCENT, linewidth=3, alpha=0.4, label="true")
        axes.plot(at, own, color=INK, linewidth=1, label="learned")
        axes.set_xlabel(found.line.label, fontsize=8)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    left.set_title("prior, nats" + ("" if found.error is None else f": off by {found.error:.2g} at most"), fontsize=9)
    right.set_title("prox", fontsize=9)
    return file_of(figure, kind)


def _pictures(places: list, drawn: "ScoreResidual") -> None:
    """The first draw with its noise, the residual, the score, and what is between them."""
    apart = drawn.residual - drawn.score
    most = float(drawn.score[0].abs().max())
    shown = {"noisy": (drawn.at, None), "residual": (drawn.residual, most), "score": (drawn.score, most)}
    for axes, (name, (values, limit)) in zip(places, (shown | {"difference": (apart, most)}).items(), strict=True):
        map_name, ends = ("gray", {}) if limit is None else ("RdBu_r", {"vmin": -limit, "vmax": limit})
        axes.imshow(picture_of(values[:1].cpu().numpy()), cmap=map_name, interpolation="nearest", **ends)
        axes.set_title(name, fontsize=9)
        axes.set_axis_off()


def _ends(places: np.ndarray) -> tuple[float, float]:
    room = 0.08 * float(np.ptp(places))
    return float(places.min()) - room, float(places.max()) + room
