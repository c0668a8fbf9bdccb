"""Magnetic resonance imaging with one coil."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators.base import Field, LinearOperator, SignalShape
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, generator


class FourierMask(LinearOperator):
    """A x = mask F x, F the orthonormal Fourier transform, the zero frequency in the middle: complex to complex.

    Keeps round(keep * n) of n "lines" (along the last axis) or "points": the lowest frequencies, a fraction `centre`
    of all, and random others with density (1 - r)^2 in the distance r from the centre, more of them as `keep` grows.
    """

    field = Field.COMPLEX

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        keep: Annotated[float, Range(0.05, 1, limits=(0, 1)), "fraction of the frequencies that are measured"] = 0.3,
        centre: Annotated[float, Range(0, 0.3, limits=(0, 1)), "fraction of the frequencies kept as the lowest"] = 0.08,
        pattern: Annotated[Literal["lines", "points"], "what is measured at a time"] = "lines",
        seed: Annotated[int, Range(0, 99, limits=(0, 2**31)), "which random frequencies"] = 0,
    ) -> None:
        super().__init__(shape, shape)
        self.shape, self.keep, self.centre, self.pattern, self.seed = shape, keep, centre, pattern, seed
        space = space_of(shape, "FourierMask")
        if centre > keep:
            raise Refusal(f"centre <= keep = {keep:g}", f"{centre:g}", "keep more frequencies, or a smaller centre")
        mask = _sampled(space if pattern == "points" else space[-1:], keep, centre, seed)
        if not bool(mask.any()):
            raise Refusal("a mask that keeps a frequency", f"keep = {keep:g} of {mask.numel()}", "raise keep")
        self._mask = Constant(mask.to(torch.float64).expand(space).clone())
        self._axes = tuple(range(-len(space), 0))

    def mask(self) -> Tensor:
        """The mask over the frequencies, the zero frequency in the middle, float64."""
        return self._mask.value

    def forward(self, x: Tensor) -> Tensor:
        return self._mask.like(x) * self._transform(x)

    def adjoint(self, y: Tensor) -> Tensor:
        return self._back(self._mask.like(y) * y)

    def closed_norm(self) -> float:
        return 1.0

    def spectrum(self) -> Tensor:
        return self.mask().flatten().repeat(self.shape[0])

    def gram_inverse(self, b: Tensor, c: float) -> Tensor:
        return self._back(self._transform(b) / (self._mask.like(b) + c))

    def data_inverse(self, b: Tensor, c: float) -> Tensor:
        return b / (self._mask.like(b) + c)

    def pseudo_inverse(self, y: Tensor) -> Tensor:
        return self.adjoint(y)

    def _transform(self, x: Tensor) -> Tensor:
        return torch.fft.fftshift(torch.fft.fftn(x, dim=self._axes, norm="ortho"), dim=self._axes)

    def _back(self, y: Tensor) -> Tensor:
        return torch.fft.ifftn(torch.fft.ifftshift(y, dim=self._axes), dim=self._axes, norm="ortho")


def _sampled(sides: Shape, keep: float, centre: float, seed: int) -> Tensor:
    """The `keep` n first of a draw without replacement (Efraimidis & Spirakis 2006), the centre before all others."""
    axes = [torch.fft.fftshift(torch.fft.fftfreq(side, dtype=torch.float64)) for side in sides]
    distance = torch.stack(torch.meshgrid(*axes, indexing="ij")).norm(dim=0) / (0.5 * len(sides) ** 0.5)
    wait = -torch.rand(sides, generator=generator(seed, 0), dtype=torch.float64).log() / (1.001 - distance).square()
    wait.view(-1)[distance.view(-1).argsort(stable=True)[: round(centre * wait.numel())]] = -1
    mask = torch.zeros(sides, dtype=torch.bool)
    mask.view(-1)[wait.view(-1).argsort(stable=True)[: round(keep * wait.numel())]] = True
    return mask
