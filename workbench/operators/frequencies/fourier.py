"""Magnetic resonance imaging with one coil or several."""

import functools
import math
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.cosine import diagonal_in_modes
from workbench.operators.diagonalisation import Diagonalisation, weighted
from workbench.operators.field import Field
from workbench.operators.shapes import mask_of, space_of
from workbench.parameters import Range, changed
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, require_finite, shown, stream

Pattern = Annotated[
    Literal["lines", "points", "uniform", "radial"] | Tensor, "what is measured at a time, or the mask itself"
]
Keep = Annotated[float, Range(0.05, 1, limits=(0, 1)), "fraction of the frequencies that are measured"]
Centre = Annotated[float, Range(0, 0.3, limits=(0, 1)), "fraction of the frequencies kept as the lowest"]
Seed = Annotated[int, SEEDS, "which random frequencies"]
Centred = Annotated[bool, "image origin in the middle, as raw data of scanners have it, and not at pixel 0"]
_GOLDEN = math.pi * (5**0.5 - 1) / 2


class FourierMask(LinearOperator):
    """A x = mask F x, F the orthonormal Fourier transform, the zero frequency in the middle: complex to complex.

    Keeps round(keep * n) of n "lines" (along the last axis) or "points": the lowest frequencies, a fraction `centre`
    of all, and random others with density (1 - r)^2 in the distance r from the centre, more of them as `keep` grows.
    "uniform" are points of equal density, "radial" as many lines through the centre of an image, by golden angles,
    as do not exceed that number. An array of 0 and 1, the zero frequency in the middle, is the mask itself, over space
    or over its last axes. The image's origin is pixel 0; `centred`, the pixel n // 2 of each axis, which turns
    the phases of the data.
    """

    formula = r"A x = m \odot F x, \quad m_k \in \{0, 1\}"

    field = Field.COMPLEX

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        keep: Keep = 0.3,
        centre: Centre = 0.08,
        pattern: Pattern = "lines",
        seed: Seed = 0,
        centred: Centred = False,
    ) -> None:
        super().__init__(shape, shape)
        self.shape, self.keep, self.centre, self.pattern, self.seed = shape, keep, centre, pattern, seed
        self.centred = centred
        self._mask = Constant(_measured(space_of(shape, "FourierMask"), keep, centre, pattern, seed))
        self._axes = tuple(range(1 - len(shape), 0))

    def mask(self) -> Tensor:
        """The mask over the frequencies, the zero frequency in the middle, float64."""
        return self._mask.value

    def losing(self, lost: Tensor) -> "FourierMask":
        return changed(self, pattern=self.mask() * ~lost)

    def forward(self, x: Tensor) -> Tensor:
        return self._mask.like(x) * _spectrum_of(x, self._axes, self.centred)

    def adjoint(self, y: Tensor) -> Tensor:
        return _signal_of(self._mask.like(y) * y, self._axes, self.centred)

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation:
        return diagonal_in_modes(Constant(torch.fft.ifftshift(self.mask())), "periodic")

    @functools.cached_property
    def data_diagonal(self) -> Diagonalisation:
        return Diagonalisation(self._mask, weighted)


class MultiCoilFourier(LinearOperator):
    """A x = (mask F (c_j x)) over coils j: parallel imaging (SENSE), complex (C, *space) -> (C coils, *space).

    The maps c_j are smooth, with a phase each, around the last two axes, and sum_j |c_j|^2 = 1 everywhere; measured
    ones are taken as they are. The mask is that of FourierMask, and so is the origin.
    Pruessmann et al. 1999, 10.1002/(SICI)1522-2594(199911)42:5<952::AID-MRM16>3.0.CO;2-S.
    """

    formula = r"(Ax)_j = m \odot F(c_j \odot x), \quad \sum_j |c_j|^2 = 1"

    field = Field.COMPLEX

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        coils: Annotated[
            int | Tensor, Range(1, 12, limits=(1, 64)), "number of coils, or their maps (coils, *space)"
        ] = 4,
        keep: Keep = 0.3,
        centre: Centre = 0.08,
        pattern: Pattern = "lines",
        seed: Seed = 0,
        centred: Centred = False,
    ) -> None:
        space = space_of(shape, "MultiCoilFourier")
        maps = coil_maps(coils, space, "MultiCoilFourier")
        super().__init__(shape, (shape[0] * len(maps), *space))
        self.shape, self.coils, self.keep, self.centre, self.pattern, self.seed = (
            shape, coils, keep, centre, pattern, seed,
        )  # fmt: skip
        self.centred = centred
        self._mask = Constant(_measured(space, keep, centre, pattern, seed))
        self._maps = Constant(maps)
        self._axes = tuple(range(-len(space), 0))

    def maps(self) -> Tensor:
        """The sensitivities of the coils, (coils, *space), complex128."""
        return self._maps.value

    def mask(self) -> Tensor:
        """The mask over the frequencies, the zero frequency in the middle, float64."""
        return self._mask.value

    def losing(self, lost: Tensor) -> "MultiCoilFourier":
        return changed(self, pattern=self.mask() * ~lost)

    def forward(self, x: Tensor) -> Tensor:
        y = self._mask.like(x) * _spectrum_of(self._maps.like(x) * x[:, :, None], self._axes, self.centred)
        return y.flatten(1, 2)

    def adjoint(self, y: Tensor) -> Tensor:
        return (self._maps.like(y).conj() * self.coil_images(y)).sum(2)

    def coil_images(self, y: Tensor) -> Tensor:
        """The inverse transform of each coil's data, 0 where nothing was measured: (B, C, coils, *space)."""
        return _signal_of(self._mask.like(y) * y.unflatten(1, (-1, len(self.maps()))), self._axes, self.centred)


def _spectrum_of(x: Tensor, axes: Shape, centred: bool) -> Tensor:
    x = torch.fft.ifftshift(x, dim=axes) if centred else x
    return torch.fft.fftshift(torch.fft.fftn(x, dim=axes, norm="ortho"), dim=axes)


def _signal_of(y: Tensor, axes: Shape, centred: bool) -> Tensor:
    x = torch.fft.ifftn(torch.fft.ifftshift(y, dim=axes), dim=axes, norm="ortho")
    return torch.fft.fftshift(x, dim=axes) if centred else x


def _measured(space: Shape, keep: float, centre: float, pattern: str | Tensor, seed: int) -> Tensor:
    """The mask over space, float64; Refusal where it is empty or the pattern suits no such space."""
    if isinstance(pattern, Tensor):
        return mask_of(pattern, space, "pattern").to(torch.float64)
    if centre > keep:
        raise Refusal(f"centre <= keep = {keep:g}", f"{centre:g}", "keep more frequencies, or a smaller centre")
    if pattern == "radial":
        mask = _spokes(space, keep, centre, seed)
    else:
        mask = _sampled(space[-1:] if pattern == "lines" else space, keep, centre, seed, pattern == "uniform")
    if not bool(mask.any()):
        raise Refusal("a mask that keeps a frequency", f"keep = {keep:g} of {mask.numel()}", "raise keep")
    return mask.to(torch.float64).expand(space).clone()


def _sampled(sides: Shape, keep: float, centre: float, seed: int, uniform: bool = False) -> Tensor:
    """The `keep` n first of a draw without replacement (Efraimidis & Spirakis 2006), the centre before all others."""
    axes = [torch.fft.fftshift(torch.fft.fftfreq(side, dtype=torch.float64)) for side in sides]
    distance = torch.stack(torch.meshgrid(*axes, indexing="ij")).norm(dim=0) / (0.5 * len(sides) ** 0.5)
    density = torch.ones_like(distance) if uniform else (1.001 - distance).square()
    wait = -torch.rand(sides, generator=stream(seed, "frequencies"), dtype=torch.float64).log() / density
    wait.view(-1)[distance.view(-1).argsort(stable=True)[: round(centre * wait.numel())]] = -1
    mask = torch.zeros(sides, dtype=torch.bool)
    mask.view(-1)[wait.view(-1).argsort(stable=True)[: round(keep * wait.numel())]] = True
    return mask


def _spokes(space: Shape, keep: float, centre: float, seed: int) -> Tensor:
    """The lowest frequencies, and lines through the zero frequency while they keep no more than `keep` n in all."""
    if len(space) != 2:
        came, remedy = f"{len(space)}", "take points, or an image"
        raise Refusal("two axes in space for radial lines", came, remedy)
    middle = torch.tensor([side // 2 for side in space], dtype=torch.float64)[:, None]
    reach = torch.arange(-max(space), max(space) + 1, dtype=torch.float64) / 2**0.5
    turn = math.pi * float(torch.rand((), generator=stream(seed, "first spoke"), dtype=torch.float64))
    mask = _sampled(space, centre, centre, seed)
    while True:
        rows, columns = (middle + reach * torch.tensor([[math.sin(turn)], [math.cos(turn)]])).round().long()
        inside = (rows >= 0) & (rows < space[0]) & (columns >= 0) & (columns < space[1])
        more = mask.clone()
        more[rows[inside], columns[inside]] = True
        if int(more.sum()) > round(keep * mask.numel()) or bool(mask.all()):
            return mask
        mask, turn = more, turn + _GOLDEN


def coil_maps(coils: int | Tensor, space: Shape, owner: str) -> Tensor:
    """Maps (coils, *space), complex128: those that were measured, or smooth ones of a number of coils."""
    return _given(coils, space, owner) if isinstance(coils, Tensor) else _sensitivities(space, coils)


def _given(maps: Tensor, space: Shape, owner: str) -> Tensor:
    """Measured maps in double precision; Refusal where they are none on this grid."""
    if tuple(maps.shape[1:]) != space or not len(maps):
        came, remedy = shown(tuple(maps.shape)), "take them on the grid of the image, the coils along the first axis"
        raise Refusal(f"maps of coils x {shown(space)} for {owner}", came, remedy)
    require_finite(maps, "the maps")
    return maps.to(torch.complex128)


def _sensitivities(space: Shape, coils: int) -> Tensor:
    """Bells around places on a circle outside the last two axes, or on both sides of a single one."""
    axes = [torch.linspace(-1, 1, side, dtype=torch.float64) for side in space[-2:]]
    places = torch.stack(torch.meshgrid(*axes, indexing="ij"))
    turns = 2 * math.pi * torch.arange(coils, dtype=torch.float64) / coils
    around = 1.2 * torch.stack([turns.sin(), turns.cos()][-len(axes) :], 1)[(...,) + (None,) * len(axes)]
    bells = torch.polar((-(places - around).square().sum(1) / 1.3).exp(), 1.5 * (places * around).sum(1))
    maps = bells / bells.abs().square().sum(0).sqrt()
    return maps.reshape(coils, *[1] * (len(space) - len(axes)), *space[-2:]).expand(coils, *space).clone()
