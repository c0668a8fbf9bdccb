"""Directions of the unknown along which the objective does not bend: what neither data nor prior tell."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from torch import Tensor

from workbench.analysis.spectrum import Search, hessians, outermost
from workbench.analysis.spectrum.lanczos import from_real, real_coordinates
from workbench.operators import LinearOperator
from workbench.operators.derivatives import push
from workbench.parameters import Checked, Range
from workbench.problem import Problem

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

    `moves` says by how much each changes the picture to first order, |J v| / |J|, (f,), the most first: those of 0 are
    other unknowns of the same picture. `down` counts eigenvalues below 0. `complete`: that all were seen. While `done`
    of `of` products are made there is nothing else yet.
    """

    done: int
    of: int
    values: Tensor = torch.zeros(0)
    top: float = 0.0
    vectors: Tensor = torch.zeros(0)
    moves: Tensor = torch.zeros(0)
    pictures: Tensor = torch.zeros(0)
    down: int = 0
    complete: bool = False

    @property
    def found(self) -> bool:
        """Whether the search is over."""
        return bool(len(self.values))

    @property
    def silent(self) -> int:
        """How many flat directions leave the picture as it is."""
        return int((self.moves <= _SILENT).sum())

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
    precise = replace(problem, y=_double(problem.y), truth=None)
    u = _double(u[:1])
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
    found = _sorted(precise, u, low.vectors[flat])
    complete = low.converged and not bool(flat.all())
    yield FlatDirections(size, size, low.values, top, *found, int((low.values < -search.share * top).sum()), complete)


def _seen_whole(
    problem: Problem, u: Tensor, hessian: LinearOperator, size: int, search: FlatnessSearch
) -> Iterator[FlatDirections]:
    rows = []
    for first in range(0, size, _AT_ONCE):
        yield FlatDirections(first, size)
        unit = torch.zeros(min(_AT_ONCE, size - first), size, dtype=torch.float64, device=u.device)
        unit[:, first:] = torch.eye(len(unit), size - first, dtype=torch.float64, device=u.device)
        rows.append(real_coordinates(hessian(from_real(unit, problem.operator.in_shape, u.dtype))))
    matrix = torch.cat(rows)
    values, vectors = torch.linalg.eigh((matrix + matrix.mT) / 2)
    top = float(values.abs().amax())
    flat = values.abs() <= search.share * top
    down = int((values < -search.share * top).sum())
    yield FlatDirections(size, size, values, top, *_sorted(problem, u, vectors.mT[flat]), down, True)


def _sorted(problem: Problem, u: Tensor, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The same flat space by directions that move the picture more and more weakly; how much, and the pictures."""
    shape = problem.operator.in_shape
    if not len(rows):
        return rows.reshape(0, *shape), rows.new_zeros(0), rows.new_zeros(0)

    def moving(v: Tensor) -> Tensor:
        return push(problem.picture, u.expand(len(v), *shape).contiguous(), v, problem.parametrisation)

    moved = torch.cat([moving(from_real(part, shape, u.dtype)) for part in rows.split(_AT_ONCE)])
    along, sizes, _ = torch.linalg.svd(real_coordinates(moved), full_matrices=False)
    # Columns beyond the rank of what is moved do not change it.
    turned = torch.linalg.qr(along, mode="complete")[0] if along.shape[1] < len(rows) else along
    turned = torch.cat([along, turned[:, along.shape[1] :]], 1)
    sizes = torch.cat([sizes, sizes.new_zeros(len(rows) - len(sizes))])
    vectors = from_real(turned.mT @ rows, shape, u.dtype)
    along_u = real_coordinates(moving(u)).norm() / real_coordinates(u).norm().clamp_min(_tiny(sizes))
    scale = torch.maximum(along_u, sizes.amax()).clamp_min(_tiny(sizes))
    pictures = torch.einsum("fk,f...->k...", turned.to(moved.dtype), moved)
    return vectors, sizes / scale, pictures


def _tiny(like: Tensor) -> float:
    return torch.finfo(like.dtype).tiny


def _double(x: Tensor) -> Tensor:
    return x.to(torch.complex128 if x.is_complex() else torch.float64)
