"""Differences along the edges of a graph whose nodes are the pixels, row by row."""

import functools
import math
from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.cosine import MODES, Boundary, filtered, laplacian
from workbench.operators.diagonalisation import Diagonalisation
from workbench.operators.shapes import space_of
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, stream

Edges = tuple[tuple[int, ...], ...]
Graph = Annotated[
    Literal["grid", "path", "ring", "geometric"] | Edges, "the edges: of a family, or as pairs of nodes, 0,1;1,2"
]
Seed = Annotated[int, SEEDS, "which random graph"]
_MOST = 1 << 14


class GraphIncidence(LinearOperator):
    """(A x)[e] = x[b] - x[a] for each edge e = (a, b), every channel by itself: (C, *space) -> (C, edges).

    "grid" joins neighbouring pixels, "path" and "ring" all pixels in one row, "geometric" nodes at seeded places in
    a square that are near each other, 8 neighbours in the mean.
    """

    formula = r"(Ax)_e = x_b - x_a, \quad e = (a, b)"

    _tails: Tensor
    _heads: Tensor

    def __init__(self, shape: SignalShape = (1, 64, 64), graph: Graph = "grid", seed: Seed = 0) -> None:
        space = space_of(shape, "GraphIncidence")
        pairs = _pairs(space, graph, seed)
        super().__init__(shape, (shape[0], pairs.shape[1]))
        self.shape, self.graph, self.seed = shape, graph, seed
        self.register_buffer("_tails", pairs[0].clone(), persistent=False)
        self.register_buffer("_heads", pairs[1].clone(), persistent=False)
        self._basis = _basis(space, graph)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(2)
        return x[..., self._heads] - x[..., self._tails]

    def adjoint(self, y: Tensor) -> Tensor:
        x = y.new_zeros(*y.shape[:2], math.prod(self.shape[1:]))
        return x.index_add(2, self._heads, y).index_add(2, self._tails, -y).unflatten(2, self.shape[1:])

    @functools.cached_property
    def gram_diagonal(self) -> Diagonalisation | None:
        if self._basis is None:
            return None
        sides, boundary = self._basis
        values = laplacian(sides, boundary).reshape(self.shape[1:])
        basis = MODES[boundary] if sides == self.shape[1:] else None
        return Diagonalisation(Constant(values), functools.partial(_filtered, sides, boundary), basis)


def _filtered(sides: Shape, boundary: Boundary, x: Tensor, gain: Tensor) -> Tensor:
    """x with its coefficients in the eigenvectors of the Laplacian times a gain."""
    return filtered(x.reshape(*x.shape[:2], *sides), gain.reshape(sides), boundary).reshape(x.shape)


class GraphLaplacian(LinearOperator):
    """L x = B* B x, B the GraphIncidence: the degree of each node times its value less those of its neighbours."""

    formula = r"L = B^* B, \quad (Lx)_a = \sum_{b \sim a} (x_a - x_b)"

    def __init__(self, shape: SignalShape = (1, 64, 64), graph: Graph = "grid", seed: Seed = 0) -> None:
        super().__init__(shape, shape)
        self.shape, self.graph, self.seed = shape, graph, seed
        self._incidence = GraphIncidence(shape, graph, seed)

    def forward(self, x: Tensor) -> Tensor:
        return self._incidence.adjoint(self._incidence(x))

    def adjoint(self, y: Tensor) -> Tensor:
        return self(y)

    @functools.cached_property
    def diagonal(self) -> Diagonalisation | None:
        return self._incidence.gram_diagonal


def _basis(space: Shape, graph: str | Edges) -> tuple[Shape, Boundary] | None:
    """Sides and boundary whose transform makes the graph's Laplacian diagonal."""
    if graph == "grid":
        return space, "reflect"
    if graph in ("path", "ring"):
        return (math.prod(space),), "reflect" if graph == "path" else "periodic"
    return None


def _pairs(space: Shape, graph: str | Edges, seed: int) -> Tensor:
    """The edges as (2, edges)."""
    n = math.prod(space)
    nodes = torch.arange(n)
    if isinstance(graph, tuple):
        pairs = _given(graph, n)
    elif graph == "grid":
        grid = nodes.view(space)
        ends = [(grid.narrow(a, 0, s - 1), grid.narrow(a, 1, s - 1)) for a, s in enumerate(space)]
        pairs = torch.cat([torch.stack([a.flatten(), b.flatten()]) for a, b in ends], 1)
    elif graph == "path":
        pairs = torch.stack([nodes[:-1], nodes[1:]])
    elif graph == "ring":
        if n < 3:
            raise Refusal("a ring of at least 3 nodes", str(n), "take more pixels, or a path")
        pairs = torch.stack([nodes, nodes.roll(-1)])
    else:
        pairs = _near(n, seed)
    if not pairs.shape[1]:
        raise Refusal("a graph with an edge", f"none among {n} nodes", "take more pixels, or give edges")
    return pairs


def _near(n: int, seed: int) -> Tensor:
    if n > _MOST:
        raise Refusal(f"at most {_MOST} nodes of a geometric graph", str(n), "take fewer pixels, or a grid")
    places = torch.rand(n, 2, generator=stream(seed, "nodes of a graph"), dtype=torch.float64)
    radius, found = math.sqrt(8 / (math.pi * n)), []
    for first, block in enumerate(places.split(256)):
        near = torch.cdist(block, places).le(radius).nonzero().T
        near[0] += 256 * first
        found.append(near[:, near[0] < near[1]])
    return torch.cat(found, 1)


def _given(graph: Edges, n: int) -> Tensor:
    wrong = [e for e in graph if len(e) != 2 or not (min(e) >= 0 and max(e) < n) or e[0] == e[1]]
    if wrong or not graph:
        came = repr(wrong[0]) if wrong else "none"
        raise Refusal(f"edges between two of the nodes 0 to {n - 1}", came, "give pairs, as 0,1;1,2")
    return torch.tensor(graph).T
