"""Examples of interpolation at scattered points: grids of one to three axes, shorter than the kernel, too."""

from collections.abc import Callable

from workbench.kernels.examples import COMPLEX, Draw, Example
from workbench.kernels.scattered import Neighbours, interpolate, spread
from workbench.tensors import Constant


def _near(d: Draw, *shape: int) -> Neighbours:
    count = 2 + 3 * d.size.height
    positions = [d.positive(count, "cpu") for _ in shape]
    first = tuple(Constant((at * 7 * side).long() % side) for at, side in zip(positions, shape, strict=True))
    weights = tuple(Constant(d.positive(5 * count, "cpu").reshape(count, 5) - 0.5) for _ in shape)
    return Neighbours(shape, first, weights)


def _grids(d: Draw) -> list[tuple[int, ...]]:
    return [(d.size.height,), (d.size.height, d.size.width), (40, 3, d.size.width)]


def _grid(axes: int) -> Callable[[Draw], tuple]:
    def arguments(d: Draw) -> tuple:
        shape = _grids(d)[axes - 1]
        return d.normal(d.size.batch, *shape), _near(d, *shape)

    return arguments


def _values(axes: int) -> Callable[[Draw], tuple]:
    def arguments(d: Draw) -> tuple:
        near = _near(d, *_grids(d)[axes - 1])
        return d.normal(d.size.batch, len(near)), near

    return arguments


_NAMES = {1: "of a line", 2: "of an image", 3: "of a volume"}
EXAMPLES = (
    *(Example(f"interpolation {name} at points", _grid(axes), interpolate, COMPLEX) for axes, name in _NAMES.items()),
    *(Example(f"spreading into the grid {name}", _values(axes), spread, COMPLEX) for axes, name in _NAMES.items()),
)
