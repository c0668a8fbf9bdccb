"""Directions of the unknown along which the objective does not bend: what neither data nor prior tell."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.spectrum import Search, hessians, outermost
from workbench.analysis.spectrum.lanczos import from_real, real_coordinates
from workbench.operators import LinearOperator
from workbench.operators.derivatives import pull, push
from workbench.parameters import Checked, Range
from workbench.problem import Problem
from workbench.tensors import in_double, norm

_AT_ONCE = 32  # products
_SILENT = 1e-6  # of |J|: a direction that moves the picture less does not move it


@dataclass(frozen=True)
class FlatnessSearch(metaclass=Checked):
    """What counts as flat, and how large an unknown may be whose Hessian is made whole."""

    share: Annotated[float, Range(1e-9, 1e-2, log=True, limits=(0, 1)), "of the largest bend: less is flat"] = 1e-5
    whole: Annotated[
        int, Range(100, 3000, log=True, limits=(1, 20_000)), "numbers of an unknown that is seen whole"
    ] = 1500
    count: Annotated[int, Range(4, 100, log=True, limits=(1, 1000)), "directions looked for in a larger unknown"] = 24


@dataclass(frozen=True, eq=False)
class FlatDirections:
    """The Hessian's lowest eigenvalues, (m,), its largest, and the flat directions, (f, *shape of the unknown).

    The last `silent` of them leave the picture as it is, whatever the data are. `moves` says by how much each changes
    the picture to first order, over the largest of them or what the unknown itself makes, (f,), the most first, and
    `pictures` what it adds. `down` counts eigenvalues below 0. `complete`: all were seen, and the eigenvalues are those
    across the silent ones. While `done` of `of` products are made there is nothing else yet.
    """

    done: int
    of: int
    values: Tensor = torch.zeros(0)
    top: float = 0.0
    vectors: Tensor = torch.zeros(0)
    moves: Tensor = torch.zeros(0)
    silent: int = 0
    pictures: Tensor = torch.zeros(0)
    down: int = 0
    complete: bool = False

    @property
    def found(self) -> bool:
        """Whether the search is over."""
        return bool(len(self.values))

    @property
    def open(self) -> int:
        """How many flat directions change the picture: neither data nor prior hold them."""
        return len(self.moves) - self.silent

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        if not self.found:
            return f"{self.done} of {self.of} products with the Hessian"
        least = "" if self.complete else "at least "
        told = f"Of {self.of} directions {least}{len(self.moves)} are flat"
        if len(self.moves):
            told += (
                f": {self.silent} do not change the picture, as scale between blocks does not, and {self.open} change "
                "it, which neither data nor prior would notice"
            )
        saddle = f" {self.down} lead down: this is no minimum, or not reached yet." if self.down else ""
        return f"{told}.{saddle}"


def flat_directions(problem: Problem, u: Tensor, search: FlatnessSearch | None = None) -> Iterator[FlatDirections]:
    """Of the objective at an unknown, (1, ...), in double precision; the last of what is yielded is the answer.

    A small unknown has its Hessian made whole. Of a larger one the lowest eigenpairs are found, and there may be more.
    A prior with kinks is rounded off, as `hessians` says.
    """
    search = FlatnessSearch() if search is None else search
    precise = replace(problem, y=in_double(problem.y), truth=None)
    u = in_double(u[:1])
    hessian = hessians(precise, u).objective
    size = real_coordinates(u).numel()
    if size <= search.whole:
        yield from _seen_whole(precise, u, hessian, size, search)
        return
    yield FlatDirections(0, size)
    look = Search(like=u)
    *_, high = outermost(hessian, 1, 1, look)
    top = float(high.values[0])
    low = high
    for low in outermost(hessian, search.count, -1, replace(look, products=60 * search.count)):
        yield FlatDirections(low.products, size)
    flat = low.values.abs() <= search.share * top
    vectors, moves, pictures = _sorted(precise, u, low.vectors[flat])
    silent, down = int((moves <= _SILENT).sum()), int((low.values < -search.share * top).sum())
    complete = low.converged and not bool(flat.all())
    yield FlatDirections(size, size, low.values, top, vectors, moves, silent, pictures, down, complete)


def _seen_whole(
    problem: Problem, u: Tensor, hessian: LinearOperator, size: int, search: FlatnessSearch
) -> Iterator[FlatDirections]:
    shape, phi = problem.operator.in_shape, problem.parametrisation
    bends, moves = [], []
    for first in range(0, size, _AT_ONCE):
        yield FlatDirections(first, size)
        unit = torch.zeros(min(_AT_ONCE, size - first), size, dtype=torch.float64, device=u.device)
        unit[:, first:] = torch.eye(len(unit), size - first, dtype=torch.float64, device=u.device)
        v = from_real(unit, shape, u.dtype)
        bends.append(real_coordinates(hessian(v)))
        moves.append(real_coordinates(pull(problem.picture, u, push(problem.picture, u, v, phi), phi)))
    # Not at a minimum the Hessian bends along what leaves the picture as it is: those come from the Jacobian alone.
    sizes, basis = torch.linalg.eigh(_even(torch.cat(moves)))
    silent = sizes <= _SILENT**2 * sizes[-1]
    rest, quiet = basis[:, ~silent], basis[:, silent]
    hessian_itself = _even(torch.cat(bends))
    everywhere = torch.linalg.eigvalsh(hessian_itself)
    top = float(everywhere.abs().amax())
    values, turned = torch.linalg.eigh(_even(rest.mT @ hessian_itself @ rest))
    flat = values.abs() <= search.share * top
    vectors, moved, pictures = _sorted(problem, u, (rest @ turned[:, flat]).mT)
    vectors = torch.cat([vectors, from_real(quiet.mT.contiguous(), shape, u.dtype)])
    moved = torch.cat([moved, moved.new_zeros(quiet.shape[1])])
    down = int((everywhere < -search.share * top).sum())
    yield FlatDirections(size, size, values, top, vectors, moved, quiet.shape[1], pictures, down, True)


def _even(matrix: Tensor) -> Tensor:
    """The self-adjoint part, which rounding has left."""
    return (matrix + matrix.mT) / 2


def _sorted(problem: Problem, u: Tensor, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The same flat space by directions that move the picture more and more weakly; how much, and the pictures."""
    shape = problem.operator.in_shape
    if not len(rows):
        return u.new_zeros(0, *shape), rows.new_zeros(0), u.new_zeros(0)

    def moving(v: Tensor) -> Tensor:
        return push(problem.picture, u, v, problem.parametrisation)

    moved = torch.cat([moving(from_real(part.contiguous(), shape, u.dtype)) for part in rows.split(_AT_ONCE)])
    # The right singular vectors of what is added, by the Gram matrix of so few.
    _, turned = torch.linalg.eigh(_even(real_coordinates(moved) @ real_coordinates(moved).mT))
    turned = turned.flip(1)
    pictures = torch.einsum("fk,f...->k...", turned.to(moved.dtype), moved)
    sizes = norm(pictures)
    along_u = norm(moving(u)) / norm(u).clamp_min(_tiny(sizes))
    scale = torch.maximum(along_u, sizes.amax()).clamp_min(_tiny(sizes))
    return from_real(turned.mT @ rows, shape, u.dtype), sizes / scale, pictures


def _tiny(like: Tensor) -> float:
    return torch.finfo(like.dtype).tiny
