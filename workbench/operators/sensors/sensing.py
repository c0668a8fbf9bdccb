"""Compressed sensing: fewer random measurements than pixels."""

import functools
import math
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.cosine import cosine_sum, cosines
from workbench.operators.diagonalisation import Diagonalisation, weighted
from workbench.operators.shapes import space_of
from workbench.parameters import Range
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, shown, stream

_GIB = 1.0

Keep = Annotated[float, Range(0.05, 1, limits=(0, 1)), "measurements per pixel"]
Seed = Annotated[int, SEEDS, "which random measurements"]


class GaussianSensing(LinearOperator):
    """A dense matrix of independent normal numbers of variance 1 / m, the same in every channel: (C, *space) -> (C, m).

    m = round(keep * pixels). Refuses a matrix beyond 1 GiB. The closed forms rest on one eigendecomposition of A A*,
    made at first need. Candes, Romberg & Tao 2006, 10.1109/TIT.2005.862083.
    """

    formula = r"A_{ij} \sim \mathcal{N}(0, 1/m), \quad A \in \mathbb{R}^{m \times n}"

    def __init__(self, shape: SignalShape = (1, 64, 64), keep: Keep = 0.25, seed: Seed = 0) -> None:
        n = math.prod(space_of(shape, "GaussianSensing"))
        m = _count(keep, n, "GaussianSensing")
        size = 8 * m * n / 2**30
        if size > _GIB:
            came = f"{m} x {n} numbers, {size:.1f} GiB"
            raise Refusal(f"a matrix of at most {_GIB:g} GiB", came, "take fewer pixels, or StructuredSensing")
        super().__init__(shape, (shape[0], m))
        self.shape, self.keep, self.seed = shape, keep, seed
        rng = stream(seed, "sensing matrix")
        self._matrix = Constant(torch.randn(m, n, generator=rng, dtype=torch.float64) / math.sqrt(m))

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(2) @ self._matrix.like(x).mT.to(x.dtype)

    def adjoint(self, y: Tensor) -> Tensor:
        return (y @ self._matrix.like(y).to(y.dtype)).unflatten(-1, self.shape[1:])

    def closed_norm(self) -> None:
        return None  # a power iteration is sooner done than the eigendecomposition

    @functools.cached_property
    def data_diagonal(self) -> Diagonalisation:
        values, vectors = torch.linalg.eigh(self._matrix.value @ self._matrix.value.mT)
        return Diagonalisation(Constant(values.clamp_min(0)), functools.partial(_in_modes, Constant(vectors)))


class StructuredSensing(LinearOperator):
    """m = round(keep * pixels) rows of an orthonormal transform of each channel: (C, *space) -> (C, m), A A* = I.

    The single-pixel camera with patterns of cosines along each axis, or of Hadamard's +-1 over all pixels, whose
    number must be a power of two. Row 0, the mean, is always kept; `signs` flips random pixels before the transform.
    Duarte et al. 2008, 10.1109/MSP.2007.914730.
    """

    formula = r"A = S\, T\, D, \quad A A^* = I"

    _rows: Tensor

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        keep: Keep = 0.25,
        transform: Annotated[Literal["cosine", "hadamard"], "the patterns"] = "cosine",
        signs: Annotated[bool, "flip the sign of random pixels"] = True,
        seed: Seed = 0,
    ) -> None:
        space = space_of(shape, "StructuredSensing")
        n = math.prod(space)
        if transform == "hadamard" and n & (n - 1):
            sides = tuple(1 << round(math.log2(side)) for side in space)
            remedy = f"take {shown((shape[0], *sides))}, or cosines"
            raise Refusal("a power of two of pixels for Hadamard patterns", f"{n}", remedy)
        m = _count(keep, n, "StructuredSensing")
        super().__init__(shape, (shape[0], m))
        self.shape, self.keep, self.transform, self.signs, self.seed = shape, keep, transform, signs, seed
        rng = stream(seed, "rows and signs")
        rows = torch.cat([torch.zeros(1, dtype=torch.long), 1 + torch.randperm(n - 1, generator=rng)])
        self.register_buffer("_rows", rows[:m].sort().values, persistent=False)
        flips = torch.randint(0, 2, space, generator=rng).to(torch.float64) * 2 - 1
        self._flips = Constant(flips if signs else torch.ones_like(flips))

    def forward(self, x: Tensor) -> Tensor:
        return self._transformed(self._flips.like(x) * x).flatten(2)[..., self._rows]

    def adjoint(self, y: Tensor) -> Tensor:
        full = y.new_zeros(*y.shape[:2], math.prod(self.shape[1:])).index_add(2, self._rows, y)
        return self._flips.like(y) * self._back(full.unflatten(2, self.shape[1:]))

    @functools.cached_property
    def data_diagonal(self) -> Diagonalisation:
        return Diagonalisation(Constant(torch.ones((), dtype=torch.float64)), weighted)

    def _transformed(self, x: Tensor) -> Tensor:
        return cosines(x, self._axes()) if self.transform == "cosine" else hadamard(x.flatten(2)).view(x.shape)

    def _back(self, x: Tensor) -> Tensor:
        return cosine_sum(x, self._axes()) if self.transform == "cosine" else hadamard(x.flatten(2)).view(x.shape)

    def _axes(self) -> Shape:
        return tuple(range(2, len(self.shape) + 1))


def _in_modes(vectors: Constant, y: Tensor, gain: Tensor) -> Tensor:
    U = vectors.like(y).to(y.dtype)
    return (y @ U * gain) @ U.mT


def hadamard(x: Tensor) -> Tensor:
    """The orthonormal Walsh-Hadamard transform along the last axis, in Sylvester's order; its own inverse."""
    n, half = x.shape[-1], 1
    y = x
    while half < n:
        pairs = y.unflatten(-1, (-1, 2, half))
        y = torch.cat([pairs[..., :1, :] + pairs[..., 1:, :], pairs[..., :1, :] - pairs[..., 1:, :]], -2).flatten(-3)
        half *= 2
    return y / math.sqrt(n)


def _count(keep: float, n: int, owner: str) -> int:
    if not round(keep * n):
        raise Refusal(f"at least one measurement for {owner}", f"keep = {keep:g} of {n}", "raise keep")
    return round(keep * n)
