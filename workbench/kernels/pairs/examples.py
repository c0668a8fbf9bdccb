"""Examples of what pairs of points tell."""

from workbench.kernels.examples import Draw, Example
from workbench.kernels.pairs import log_similarity, neighbours, within

_FEW = 2  # coordinates, for which `neighbours` has a loop of its own; sizes of the laws have few and many


def _within(d: Draw) -> tuple:
    points = d.points()
    return points, d.positive(len(points))


def _narrow(d: Draw) -> tuple:
    return d.normal(2 + d.size.batch * d.size.height, _FEW), 1


EXAMPLES = (
    Example("pairs.log_similarity", lambda d: (d.points(),), log_similarity),
    Example("pairs.neighbours", lambda d: (d.points(), 1 + d.size.batch // 4), neighbours),
    Example("pairs.neighbours of few coordinates", _narrow, neighbours, law=False),
    Example("pairs.within", _within, within),
)
