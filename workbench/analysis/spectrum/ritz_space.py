"""An orthonormal basis that grows by blocks, and the compression of H to it."""

import torch
from torch import Tensor

from workbench.analysis.spectrum.cost import numbers, require_finite_products
from workbench.analysis.spectrum.lanczos import BREAKDOWN, from_real, real_coordinates
from workbench.kernels.orthogonal import factored, normalised, orthogonalise
from workbench.operators import LinearOperator
from workbench.tensors import complex_of, norm, norm2

_THIN = 0.1  # a block this thin is orthogonalised once more: its rounding was magnified


class RitzSpace:
    """V with orthonormal rows and T = V H V*, for sign H: what Rayleigh and Ritz need, in place, growing.

    After `expand`, H V* = V* T + what `following` continues.
    """

    def __init__(self, operator: LinearOperator, like: Tensor, room: int, sign: int) -> None:
        self.operator, self.like, self.sign = operator, like, sign
        self.dimension = numbers(operator, like)
        real = like.real
        self._v = torch.empty(room, self.dimension, dtype=real.dtype, device=real.device)
        self._t = torch.zeros(room, room, dtype=torch.float64)
        self._tail = torch.zeros(0, 0, dtype=torch.float64)  # coupling of the last rows to `_rest`
        self._rest = self._v[:0]
        self._last = 0  # where the block before the next one begins: with H that one couples, and those behind it
        self.size, self.products, self.scale = 0, 0, 0.0

    @property
    def basis(self) -> Tensor:
        """The rows there are now; a later restart writes others in their place."""
        return self._v[: self.size]

    def expand(self, block: Tensor) -> None:
        """Add orthonormal rows, (b, n), orthogonal to the others: b products."""
        begin, end = self.size, self.size + len(block)
        self._v[begin:end] = block
        self.size = end
        image = self._apply(block)
        self.products += len(block)
        largest = float(norm(image).max())
        require_finite_products(largest)
        self.scale = max(self.scale, largest)
        inside, image = self._outside(image)
        self._last = begin
        self._t[:end, begin:end] = inside
        self._t[begin:end, :end] = inside.T
        square = self._t[begin:end, begin:end]
        self._t[begin:end, begin:end] = (square + square.T) / 2
        self._rest, self._tail = self._orthonormal(image)

    def ritz(self) -> tuple[Tensor, Tensor, Tensor]:
        """Values, the largest first, their coefficients in the basis as columns, and their residuals."""
        values, mix = torch.linalg.eigh(self._t[: self.size, : self.size])
        values, mix = values.flip(0), mix.flip(1)
        self.scale = max(self.scale, float(values.abs().max()))
        tail = mix[self.size - len(self._tail) :]
        return values, mix, (tail.T @ self._tail).norm(dim=1)

    def restart(self, values: Tensor, mix: Tensor, keep: int) -> None:
        """Keep so many Ritz vectors; the next block has to be `following`."""
        keep = min(keep, self.size)
        self._v[:keep] = mix[:, :keep].T.to(self._v) @ self.basis
        self._t.zero_()
        self._t[:keep, :keep] = torch.diag(values[:keep])
        self.size, self._last = keep, 0

    def following(self, count: int, rng: torch.Generator) -> Tensor:
        """The next `count` rows of the Krylov space, with new random rows in place of directions that are exhausted."""
        block = self._rest
        missing = min(count, len(self._v) - self.size) - len(block)
        return torch.cat([block, self.random(missing, rng, block)]) if missing > 0 else block[: len(block) + missing]

    def random(self, count: int, rng: torch.Generator, beside: Tensor | None = None) -> Tensor:
        """Orthonormal random rows, orthogonal to the basis and to the rows `beside`."""
        rows = torch.randn(count, self.dimension, generator=rng, dtype=self.like.real.dtype).to(self._v)
        for _ in range(2):
            rows = self._split(rows)[1]
            if beside is not None:
                rows = orthogonalise(rows, beside)[0]
            rows = factored(rows, 0.0)[0]
        return rows

    def _apply(self, block: Tensor) -> Tensor:
        dtype = complex_of(block.dtype) if self.like.is_complex() else block.dtype
        return self.sign * real_coordinates(self.operator(from_real(block.contiguous(), self.operator.in_shape, dtype)))

    def _outside(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Images of the last block, split as by `_split`, with one pass through the whole basis where that is enough.

        It is where the image has lost before what H couples it to, the last two blocks, and the pass finds little else.
        """
        image, near = orthogonalise(image, self.basis[self._last :], 1)
        image, inside = orthogonalise(image, self.basis, 1)
        if self._last and bool((inside.square().sum(1) > norm2(image)).any()):
            image, more = orthogonalise(image, self.basis, 1)
            inside += more
        inside[:, self._last :] += near
        return inside.T.cpu(), image

    def _split(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Coefficients in the basis, (size, b) float64, and what is orthogonal to it: two passes of Gram-Schmidt."""
        rows, inside = orthogonalise(rows, self.basis)
        return inside.T.cpu(), rows

    def _orthonormal(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Orthonormal rows q and a matrix c with rows = c q, without what lies below rounding."""
        block, inside = factored(rows, BREAKDOWN * torch.finfo(rows.dtype).eps * self.scale)
        if len(block) and float(inside.norm(dim=0).min()) < _THIN * float(norm(rows).max()):
            block = normalised(self._split(block)[1])
        return block, inside.cpu()


def orthonormal(rows: Tensor) -> Tensor:
    """An orthonormal basis of what the rows span, without directions that are rounding: (r, n)."""
    largest = float(norm(rows).max())
    return factored(rows, BREAKDOWN * torch.finfo(rows.dtype).eps * largest)[0]
