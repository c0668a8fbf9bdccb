"""Examples of what pairs of points tell."""

from torch import Tensor

from workbench.kernels.examples import Draw, Example
from workbench.kernels.pairs import log_similarity, neighbours, within


def _within(d: Draw) -> tuple:
    points = d.points()
    return points, d.positive(len(points))


def _line(d: Draw) -> Tensor:
    return d.normal(2 + d.size.batch * d.size.height, 1)


def _within_on_a_line(d: Draw) -> tuple:
    values = _line(d)
    return values, d.positive(len(values))


EXAMPLES = (
    Example("pairs.log_similarity", lambda d: (d.points(),), log_similarity),
    Example("pairs.neighbours", lambda d: (d.points(), 1 + d.size.batch // 4), neighbours),
    Example("pairs.neighbours on a line", lambda d: (_line(d), 1), neighbours, law=False),
    Example("pairs.within", _within, within),
    Example("pairs.within on a line", _within_on_a_line, within, law=False),
)
