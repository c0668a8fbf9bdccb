"""What a report shows, page or figures for a paper, each with its caption."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from workbench.comparison.comparison import Comparison
from workbench.comparison.curves import ABSCISSAE, CurveAxis
from workbench.comparison.pictures import TRUTH, PictureRow
from workbench.comparison.recorded_rows import EXCESS
from workbench.comparison.report import figures, words
from workbench.refusal import Refusal, listed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Content = TypeVar("Content")
_QUANTITIES = (EXCESS, "psnr", "residual")  # along the way, the first two that were recorded


@dataclass(frozen=True, eq=False)
class Shown(Generic[Content]):
    """A figure: the `name` of its file, what it shows, its caption, the `head` of that, and how it is drawn."""

    name: str
    content: Content
    head: str
    caption: str
    figure: "Callable[[], Figure]"


def pictures_shown(comparison: Comparison) -> tuple[Shown[PictureRow], ...]:
    """The reconstructions on one scale, and their errors, or where no truth is known how they differ from the first."""
    row = comparison.pictures()
    low, high = row.limits
    head = f"Reconstructions on one scale, from {low:.3g} to {high:.3g}."
    made = [Shown("pictures", row, head, words.caption(comparison.runs, head), partial(figures.pictures, row))]
    known = any(run.truth is not None for run in comparison.runs)
    reference = TRUTH if known and TRUTH not in comparison.labels else comparison.labels[0]
    apart = comparison.differences(reference)
    if apart.pictures:
        head = f"Reconstruction minus {reference}, from {apart.limits[0]:.3g} to {apart.limits[1]:.3g}: blue below."
        if apart.missing:
            head += f" Of another size: {listed(apart.missing)}."
        told = words.caption(comparison.runs, head)
        made.append(Shown("differences", apart, head, told, partial(figures.pictures, apart)))
    return tuple(made)


def curves_shown(comparison: Comparison, accuracy: float) -> tuple[Shown[CurveAxis], ...]:
    """The objective's excess, and PSNR or residual, over iterations, seconds and calls, an axis a figure."""
    made = []
    for name in [n for n in _QUANTITIES if n in comparison.quantities][:2]:
        for over, across in ABSCISSAE.items():
            try:
                axes = comparison.curves(name, over)
            except Refusal:  # calls that nobody counted
                continue
            if name == EXCESS:
                axes = tuple(axis for axis in axes if len(axis.curves) > 1)  # one alone is its own best
            for number, axis in enumerate(axes):
                marks, rings = _marks(comparison, axis, accuracy)
                runs = [comparison.runs[curve.run] for curve in axis.curves]
                head = f"{axis.label[:1].upper()}{axis.label[1:]} over {across}{rings}."
                place = f"{name}_{over}" + (f"_{number + 1}" if len(axes) > 1 else "")
                draw = partial(figures.curves, (axis,), marks)
                made.append(Shown(place, axis, head, words.caption(runs, head), draw))
    return tuple(made)


def _marks(comparison: Comparison, axis: CurveAxis, accuracy: float) -> tuple[figures.Marks, str]:
    """The rings on the curves of an axis, and what they are, in words."""
    if axis.name == EXCESS:
        return comparison.marks(accuracy), f"; rings: first within {accuracy:g} of the best"
    level = comparison.psnr_levels[axis.curves[0].run]  # an axis has one truth
    if axis.name == "psnr" and level is not None:
        return comparison.psnr_marks(), f"; rings: first at {level:.2f} dB"
    return (), ""
