"""Eigenpairs at one end of a spectrum: block Lanczos with thick restarts, every multiplicity included."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.analysis.spectrum.cost import DOUBLE, ROUNDINGS, Cost, numbers, vectors
from workbench.analysis.spectrum.lanczos import from_real, require_square
from workbench.analysis.spectrum.ritz_space import RitzSpace, orthonormal
from workbench.operators import LinearOperator
from workbench.refusal import Refusal
from workbench.tensors import stream

BLOCK = 4
LITTLE = 2**21  # numbers: a basis of the whole space that has no more is kept whole
LEAST = 24  # vectors beyond k: a restart keeps some, and blocks follow
MORE = 60  # vectors beyond 2 k: with fewer, restarts cost products; with more, each is made orthogonal to more
NEAR = 1e-4  # of |H|: the residual at which a search from random vectors may have found the outermost of the rest
GROWN = 1.1  # a decomposition of T is worth its time once the basis has grown so much


@dataclass(frozen=True)
class Eigenpairs:
    """k eigenvalues from one end, the outermost first: values and residuals |H v - value v|, (k,) float64.

    Between `lower` and `upper` lies an eigenvalue for certain. `converged` says that every residual is below the
    tolerance and that a search from new random vectors found nothing further out, so that no copy of a multiple
    eigenvalue is missing. `products` counts applications of H.
    """

    values: Tensor
    residuals: Tensor
    converged: bool
    products: int
    space: Tensor
    mix: Tensor

    @property
    def lower(self) -> Tensor:
        return self.values - self.residuals

    @property
    def upper(self) -> Tensor:
        return self.values + self.residuals

    @property
    def vectors(self) -> Tensor:
        """The orthonormal eigenvectors in real coordinates, (k, n)."""
        return self.mix.to(self.space) @ self.space

    def signals(self, operator: LinearOperator, like: Tensor) -> Tensor:
        """The eigenvectors as signals of the dtype of `like`, (k, *in_shape)."""
        return from_real(self.vectors, operator.in_shape, like.dtype)


@dataclass(frozen=True)
class Search:
    """How far to go for eigenpairs: until residuals are below tolerance |H|, in at most so many products.

    `basis` vectors are kept at a time; when not given 2 k + 60, or all where they take little. `like` gives dtype
    and device. `start`, rows in real coordinates (r, n), is where a search begins that knows a similar operator's
    vectors; random vectors otherwise.
    """

    tolerance: float = 1e-7
    products: int = 5000
    basis: int | None = None
    seed: int = 0
    like: Tensor = DOUBLE
    start: Tensor | None = None

    def cost(self, operator: LinearOperator, k: int) -> Cost:
        """The most products, and the memory of the basis, of its rotation at a restart, and of a few blocks."""
        return Cost(self.products, vectors(operator, 2 * self.room(operator, k) + 4 * BLOCK, self.like))

    def room(self, operator: LinearOperator, k: int) -> int:
        """How many basis vectors there may be."""
        size = numbers(operator, self.like)
        if not 1 <= k <= size:
            raise Refusal(f"between 1 and {size} eigenpairs", str(k), "ask for as many as there are, or fewer")
        wanted = (size if size * size <= LITTLE else 2 * k + MORE) if self.basis is None else self.basis
        return min(size, max(wanted, k + LEAST))

    def goal(self, scale: float) -> float:
        """The residual that is small enough: below it there is only rounding in single precision."""
        return max(self.tolerance * scale, self.rounding(scale))

    def rounding(self, scale: float) -> float:
        """What products in the precision of `like` leave in an eigenvalue."""
        return ROUNDINGS * torch.finfo(self.like.dtype).eps * scale


DEFAULT = Search()


def outermost(operator: LinearOperator, k: int, sign: int, search: Search = DEFAULT) -> Iterator[Eigenpairs]:
    """The pairs as they are known after every block of products; sign 1 is the top, -1 the bottom of the spectrum.

    Thick restarts (Wu & Simon 2000, doi 10.1137/S0895479898334605) keep the best Ritz vectors. Once they have
    converged, new random vectors join, and the search ends when these too have brought nothing.
    """
    require_square(operator)
    room = search.room(operator, k)
    search.cost(operator, k).require(search.like.device)
    space, rng = RitzSpace(operator, search.like, room, sign), stream(search.seed, "top" if sign > 0 else "bottom")
    block = space.random(min(BLOCK, room), rng) if search.start is None else orthonormal(search.start)[:room]
    settled: Tensor | None = None  # the values that the last search from random vectors ended with
    seen, width = 0, len(block)
    while True:
        space.expand(block)
        if space.size < min(GROWN * seen, room - width) and space.products < search.products:
            block = space.following(width, rng)
            continue
        seen = space.size
        values, mix, residuals = space.ritz()
        goal = search.goal(space.scale)
        found = space.size > k and bool((residuals[:k] <= goal).all())
        moved = settled is None or bool(((values[:k] - settled).abs() > 2 * goal).any())
        done = space.size == space.dimension or (found and not moved and _inside(values, residuals, k, goal, space))
        doubt = residuals[:k] + search.rounding(space.scale)
        chosen = mix[:, :k].T.contiguous()
        yield Eigenpairs(sign * values[:k], doubt, done, space.products, space.basis, chosen)
        if done or space.products >= search.products:
            return
        if found and moved:
            settled = values[:k]
            width += min(BLOCK, max(0, room - k - 2 * width) // 2)  # new random vectors join
        if space.size + width > room < space.dimension:
            space.restart(values, mix, min(k + (room - k) // 3, room - 2 * width))
            seen = 0
        block = space.following(width, rng)


def _inside(values: Tensor, residuals: Tensor, k: int, goal: float, space: RitzSpace) -> bool:
    """Whether the outermost of the rest, as a search from random vectors sees it, is known and lies further in."""
    apart, doubt = float(values[k - 1] - values[k]), float(residuals[k])
    return doubt <= min(NEAR * space.scale, max(2 * goal, apart / 10))


def top(operator: LinearOperator, k: int = 6, search: Search = DEFAULT) -> Eigenpairs:
    """The k largest eigenvalues of a self-adjoint operator, with their vectors and residual intervals."""
    *_, last = outermost(operator, k, 1, search)
    return last


def bottom(operator: LinearOperator, k: int = 6, search: Search = DEFAULT) -> Eigenpairs:
    """The k smallest. Where a spectrum is dense towards its lower end they converge slowly, as the intervals say."""
    *_, last = outermost(operator, k, -1, search)
    return last
