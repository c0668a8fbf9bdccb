"""What a network has learned beside what there was to learn, as plots."""

from typing import Any

import holoviews as hv
import numpy as np

from workbench.analysis.learned import LearnedCurve, ScoreResidual
from workbench.figures.arrows import arrows
from workbench.figures.colours import COLOURS, LIMIT
from workbench.plots.galleries import gallery, lines
from workbench.plots.style import styled


def score(found: ScoreResidual) -> Any:
    """The score and the residual of a denoiser: arrows of one scale for a grid of two numbers, else pictures.

    `found` is at `analysis.learned.plane_points`, whose arrows lie over each other, or at draws, whose first is shown.
    """
    if found.at[0].numel() != 2:
        apart = found.residual - found.score
        most = float(found.score[0].abs().max())
        fields = {"residual": found.residual, "score": found.score, "difference": apart}
        noisy = gallery({f"noisy, sigma {found.sigma:.3g}": found.at})
        return styled(noisy + gallery(fields, (-most, most), "RdBu_r"), sized=False, shared_axes=False).cols(4)
    first, second = (hv.Dimension(name, label=f"{name} number of the signal") for name in ("first", "second"))
    drawn: list[Any] = []
    for (name, places), colour, width in zip(arrows(found).items(), (LIMIT, COLOURS[0]), (3.0, 1.0), strict=True):
        x, y, to_x, to_y = places
        tips = styled(hv.Points((to_x, to_y), [first, second]), color=colour, sized=False)
        rows = np.stack([x, y, to_x, to_y], 1)
        shafts = styled(hv.Segments(rows, [first, second, "to_first", "to_second"], label=name), color=colour)
        drawn += [_wide(shafts, width), _small(tips)]
    return styled(hv.Overlay(drawn), title=f"sigma {found.sigma:.3g}: error {found.error:.3g}")


def learned_prior(found: LearnedCurve) -> Any:
    """The learned prior and its prox along a line, each with the true one where it is known."""
    at = found.line.at
    values, answers = {"learned": (at, found.value)}, {"learned": (at, found.answer)}
    if found.true is not None and found.true_answer is not None:
        values, answers = ({"true": (at, y)} | x for x, y in ((values, found.true), (answers, found.true_answer)))
    left, right = lines(values, found.line.label, "prior, nats"), lines(answers, found.line.label, "prox")
    return styled(left + right, sized=False, shared_axes=False)


def _wide(shafts: Any, width: float) -> Any:
    return shafts.opts(linewidth=width, backend="matplotlib").opts(line_width=width, backend="bokeh")


def _small(tips: Any) -> Any:
    return tips.opts(s=9, backend="matplotlib").opts(size=4, backend="bokeh")
