"""One factor, times itself, as the unknown."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, require_axes
from workbench.parametrisations.factors.low_rank import require_rank, turned
from workbench.refusal import Refusal
from workbench.tensors import shown

_LEAST = 1e-3  # of the largest eigenvalue: what columns that the first picture lacks begin with


class Gram(Parametrisation):
    """x = U U^T in each channel: block factor, U, (C, n, rank); x is symmetric and no eigenvalue is below 0, at any U.

    Semidefinite problems without a constraint; of rank 1 and behind QuadraticSensing phase retrieval, U the signal. The
    start is of the largest eigenvectors of the first picture. Burer, Monteiro 2003, doi 10.1007/s10107-002-0352-8;
    Candes, Li, Soltanolkotabi 2015, doi 10.1109/TIT.2015.2399924.
    """

    formula = r"x = U U^\top"
    field = Field.REAL
    freedom = "U G makes the same picture for any orthogonal G, of rank 1 its sign; drawn are columns that are apart"

    def __init__(
        self,
        shape: PictureShape = (1, 32, 32),
        rank: Annotated[int, Range(1, 50, log=True, limits=(1, 100_000)), "columns of the factor"] = 1,
    ) -> None:
        require_axes(shape, 2, "Gram")
        require_rank(rank, shape[1:], "Gram")
        if shape[1] != shape[2]:
            raise Refusal("square pictures for Gram", shown(shape), "take as many rows as columns, or LowRank")
        super().__init__(shape, {"factor": (*shape[:2], rank)})
        self.shape, self.rank = shape, rank

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return views["factor"] @ views["factor"].mT

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        values, vectors = torch.linalg.eigh((picture + picture.mT) / 2)
        values, vectors = values[..., -self.rank :], vectors[..., -self.rank :]
        most = values.amax()
        values = values.clamp_min(_LEAST * torch.where(most > 0, most, 1).item())
        return self.joined({"factor": (values.sqrt()[..., None, :] * vectors).flip(-1)})

    def balanced(self, u: Tensor) -> Tensor:
        """Orthogonal columns, the longest first."""
        left, values, _ = torch.linalg.svd(self.views(u)["factor"], full_matrices=False)
        return self.joined({"factor": left * values[..., None, :]})

    def nearest(self, u: Tensor, other: Tensor) -> Tensor:
        """Turned to the other, Procrustes."""
        here, there = (self.views(each)["factor"] for each in (u, other))
        return self.joined({"factor": turned((here, here), (there, there))[0]})
