"""Magnetic resonance imaging along spokes, spirals and any other trajectory."""

import functools
import math
from typing import Annotated, Literal, Self

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.field import Field
from workbench.operators.frequencies.fourier import coil_maps
from workbench.operators.frequencies.nonuniform_transform import NonuniformTransform
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, require_finite, shown

_GOLDEN = math.pi * (5**0.5 - 1) / 2
_FEWEST = 1e-3  # of a period: a trajectory this far beyond the grid is not rounding
_LEAST = 1e-12  # of a cell: what rounding may leave of a kernel that is nowhere below 0
FieldOfView = float | tuple[float, ...] | None
_ROUNDS = 20  # of the density compensation, whose steps no longer change it by a per cent


class NonCartesianFourier(LinearOperator):
    """(A x)_js = sum_n c_j[n] x[n] exp(-i k_s (n - side // 2)) / sqrt(pixels): (C, *space) -> (C coils, *samples).

    k_s are the positions of a trajectory (readouts, samples, axes), or golden-angle spokes, as many as a number says,
    of twice as many samples as the longer side has pixels. In "cycles" per field of view, -side / 2 to side / 2, cycles
    "per_metre", of a `field_of_view` that is told, cycles "per_pixel", -1/2 to 1/2, or "radians" a pixel, -pi to pi;
    their components are those of the "rows" first, as the axes of the picture, or "x" first, as scanners write them.
    The origin is the pixel side // 2. Maps as in MultiCoilFourier; one coil has none.
    Computed to `tolerance`, with the exact adjoint of that: `NonuniformTransform`.
    """

    formula = r"(Ax)_{j,s} = \frac{1}{\sqrt{n}} \sum_i c_j(r_i)\, x_i\, e^{-\mathrm{i} k_s \cdot r_i}"

    field = Field.COMPLEX

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        trajectory: Annotated[
            int | Tensor, Range(1, 256, log=True, limits=(1, 65536)), "number of spokes, or positions (..., axes)"
        ] = 64,
        unit: Annotated[
            Literal["cycles", "per_metre", "per_pixel", "radians"],
            "of positions: cycles per field of view, 1/m, cycles a pixel, radians a pixel",
        ] = "cycles",
        order: Annotated[Literal["rows", "x"], "which component of a position comes first"] = "rows",
        coils: Annotated[
            int | Tensor, Range(1, 12, limits=(1, 64)), "number of coils, or their maps (coils, *space)"
        ] = 1,
        tolerance: Annotated[float, Range(1e-12, 1e-2, log=True, limits=(1e-13, 0.1)), "relative error"] = 1e-5,
        field_of_view: Annotated[
            float | tuple[float, ...] | None,
            Range(0.01, 1, log=True, unit="m", limits=(1e-9, 1e9)),
            "field of view: the side of the picture, or that of each axis, rows first",
        ] = None,
    ) -> None:
        measured = isinstance(trajectory, Tensor)
        space = space_of(shape, "NonCartesianFourier", (1, 2, 3) if measured else (2,))
        points = _checked(trajectory, space) if isinstance(trajectory, Tensor) else _spokes(trajectory, max(space))
        one = isinstance(coils, int) and coils == 1
        uniform = torch.ones(1, *space, dtype=torch.complex128)
        maps = uniform if one else coil_maps(coils, space, "NonCartesianFourier")
        super().__init__(shape, (shape[0] * len(maps), *points.shape[:-1]))
        self.shape, self.trajectory, self.unit, self.order = shape, trajectory, unit, order
        self.coils, self.tolerance, self.field_of_view = coils, tolerance, field_of_view
        radians = points.reshape(-1, len(space))
        if measured:
            radians = radians.flip(1) if order == "x" else radians
            radians = _in_radians(radians, unit, space, field_of_view)
        else:
            radians = radians * 2 * math.pi  # spokes are in cycles a pixel
        if bool((radians.abs() > math.pi * (1 + _FEWEST)).any()):
            came = f"{float(radians.abs().max()):.4g} in radians a pixel, for an image of {shown(space)}"
            raise Refusal("positions of k-space within pi", came, "check the unit and the order, or take more pixels")
        self._radians = radians
        self._maps = Constant(maps)
        self._transform = NonuniformTransform(space, radians, tolerance)
        self._scale = 1 / math.sqrt(math.prod(space))

    @property
    def measured(self) -> bool:
        """Whether the trajectory is one that was given, and not spokes by their number."""
        return isinstance(self.trajectory, Tensor)

    @staticmethod
    def resolved(trajectory: Tensor, order: str, field_of_view: FieldOfView = None) -> Shape:
        """Sides of the picture, even numbers of pixels, whose k-space positions in cycles per field of view reach.

        With a field of view positions are in 1/m. Refusal of positions that look like cycles or radians a pixel.
        """
        reach = trajectory.reshape(-1, trajectory.shape[-1]).abs().amax(0).double()
        reach = reach.flip(0) if order == "x" else reach
        if field_of_view is not None:
            reach = reach * _sides(field_of_view, len(reach))
        if float(reach.max()) <= math.pi * (1 + _FEWEST):
            came = f"{float(reach.max()):.4g} at most, a picture of a few pixels"
            remedy = "say operator.unit, in which the positions are, or operator.shape, such as 1,64,64, if they are"
            raise Refusal("positions of many cycles per field of view", came, remedy)
        return tuple(2 * max(1, math.ceil(float(each) - _FEWEST)) for each in reach)

    def maps(self) -> Tensor:
        """The sensitivities of the coils, (coils, *space), complex128."""
        return self._maps.value

    def positions(self) -> Tensor:
        """The positions in radians a pixel, in the order of the axes of the picture: (*samples, axes), float64."""
        return self._radians.reshape(*self.out_shape[1:], -1)

    def forward(self, x: Tensor) -> Tensor:
        each = (self._maps.like(x) * x[:, :, None]).flatten(0, 2)
        return self._scale * self._transform.forward(each).reshape(len(x), *self.out_shape)

    def adjoint(self, y: Tensor) -> Tensor:
        return (self._maps.like(y).conj() * self._of_coils(y)).sum(2)

    def coil_images(self, y: Tensor) -> Tensor:
        """The image of each coil by gridding, its samples weighted by their density: (B, C, coils, *space)."""
        return self._of_coils(y * self._density.like(y))

    def density(self) -> Tensor:
        """The part of k-space that each sample stands for, in cells of the grid, (*samples), float64; made once.

        The iteration w <- w / (w * kernel) of Pipe & Menon 1999, doi
        10.1002/(SICI)1522-2594(199901)41:1<179::AID-MRM25>3.0.CO;2-V, the kernel being a squared sinc.
        """
        return self._density.value

    @functools.cached_property
    def _density(self) -> Constant:
        windows = [1 - 2 * (torch.arange(n) - n // 2).abs().double() / n for n in self.in_shape[1:]]
        window = torch.stack(torch.meshgrid(*windows, indexing="ij")).prod(0)
        cells, weights = math.prod(self.in_shape[1:]), torch.ones(1, len(self._radians), dtype=torch.complex128)
        for _ in range(_ROUNDS):
            around = self._transform.forward(window * self._transform.adjoint(weights)).real / cells
            weights = weights / around.clamp_min(_LEAST)
        return Constant(weights.real.reshape(self.out_shape[1:]))

    def fitted_to_data(self, shape: Shape) -> Self:
        """For data (C coils, *samples) of this trajectory. Refusal where its positions do not count the samples."""
        name, samples = type(self).__name__, self.out_shape[1:]
        if tuple(shape[1:]) != samples and isinstance(self.trajectory, Tensor):
            remedy = "give the trajectory of these data; they are coils x readouts x samples (see TransposeAxes)"
            raise Refusal(f"data of coils x {shown(samples)} for {name}, as its trajectory", shown(shape), remedy)
        return super().fitted_to_data(shape)

    def _of_coils(self, y: Tensor) -> Tensor:
        each = y.reshape(-1, len(self._radians))
        images = self._scale * self._transform.adjoint(each)
        return images.reshape(len(y), self.in_shape[0], len(self.maps()), *self.in_shape[1:])


def _sides(field_of_view: float | tuple[float, ...], axes: int) -> Tensor:
    """The field of view along each axis. Refusal of another count, and of numbers that are not above 0."""
    found = field_of_view if isinstance(field_of_view, tuple) else (field_of_view,) * axes
    if len(found) != axes or not all(0 < each < math.inf for each in found):
        wanted = f"a field of view above 0, in m, or one for each of {axes} axes"
        raise Refusal(
            wanted, ", ".join(f"{each:g}" for each in found) or "none", "give that of the picture, rows first"
        )
    return torch.tensor(found, dtype=torch.float64)


def _in_radians(positions: Tensor, unit: str, space: Shape, field_of_view: FieldOfView) -> Tensor:
    """Positions in radians a pixel. Refusal of those in 1/m without a field of view."""
    if unit == "radians":
        return positions
    if unit == "per_metre":
        if field_of_view is None:
            remedy = "give field_of_view, the side of the picture in m, which these positions do not tell"
            raise Refusal("a field of view beside positions in 1/m", "none", remedy)
        positions = positions * _sides(field_of_view, len(space))
    cycles = positions * 2 * math.pi
    return cycles if unit == "per_pixel" else cycles / torch.tensor(space)


def _checked(trajectory: Tensor, space: Shape) -> Tensor:
    """Positions in double precision; Refusal of other numbers of axes, of NaN and of complex ones."""
    if not 2 <= trajectory.ndim <= 4 or trajectory.shape[-1] != len(space) or trajectory.is_complex():
        came = f"{'complex ' * trajectory.is_complex()}{shown(tuple(trajectory.shape))}"
        remedy = "the last axis has a component for each axis of the picture"
        raise Refusal(f"a trajectory of readouts x samples x {len(space)}", came, remedy)
    require_finite(trajectory, "the trajectory")
    return trajectory.to(torch.float64)


def _spokes(count: int, side: int) -> Tensor:
    """Lines through the zero frequency in cycles a pixel, (count, 2 side, 2), each turned on by the golden angle."""
    turns = _GOLDEN * torch.arange(count, dtype=torch.float64)[:, None]
    reach = torch.arange(-side, side, dtype=torch.float64) / (2 * side)
    return torch.stack([reach * turns.sin(), reach * turns.cos()], -1)
