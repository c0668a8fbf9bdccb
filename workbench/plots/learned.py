"""What a network has learned beside what there was to learn, as plots."""

from typing import Any

import holoviews as hv
import numpy as np

from workbench.analysis.learned import LearnedCurve, ScoreResidual
from workbench.figures.arrows import arrows
from workbench.figures.colours import COLOURS
from workbench.plots.galleries import gallery, lines
from workbench.plots.style import styled

_BARB, _ANGLE = 0.4, 0.5  # of the head of an arrow: share of its length, radians


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
    first = hv.Dimension("first", label=f"first number of the signal, noise {found.sigma:.3g}")
    ends = [first, hv.Dimension("second", label="second number"), "to_first", "to_second"]
    true, learned = arrows(found).values()
    fields = [
        _field("score", true.T, ends, COLOURS[1], 3.0),
        _field("residual", _with_heads(learned), ends, COLOURS[0], 0.8),
    ]
    return styled(hv.Overlay(fields), legend_position="top")


def learned_prior(found: LearnedCurve) -> Any:
    """The learned prior and its prox along a line, each with the true one where it is known."""
    at = found.line.at
    values, answers = {"learned": (at, found.value)}, {"learned": (at, found.answer)}
    if found.true is not None and found.true_answer is not None:
        values, answers = ({"true": (at, y)} | x for x, y in ((values, found.true), (answers, found.true_answer)))
    left, right = lines(values, found.line.label, "prior, nats"), lines(answers, found.line.label, "prox")
    return styled(left + right, sized=False, shared_axes=False)


def _field(name: str, rows: np.ndarray, ends: list[Any], colour: str, width: float) -> Any:
    """Segments (x, y, x, y), a row each; a thick one lets a thin one within it be seen."""
    drawn = styled(hv.Segments(rows, ends, label=name), color=colour, alpha=0.5 if width > 1 else 1.0)
    return drawn.opts(linewidth=width, backend="matplotlib").opts(line_width=width, backend="bokeh")


def _with_heads(places: np.ndarray) -> np.ndarray:
    """Shafts (x, y, x of the tip, y of the tip), (4, N), and two barbs at each tip, a row each."""
    tip = places[2:]
    back = _BARB * (places[:2] - tip)
    turned = [np.array([[c, -s], [s, c]]) @ back for c, s in ((np.cos(a), np.sin(a)) for a in (-_ANGLE, _ANGLE))]
    return np.concatenate([places, *(np.concatenate([tip, tip + each]) for each in turned)], 1).T
