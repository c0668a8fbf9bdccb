"""One block of an unknown at a time."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.algorithms.steps.scales import typical_curvature
from workbench.parametrisations import Parametrisation
from workbench.parametrisations.block_priors import BlockPriors
from workbench.parametrisations.picture_prior import PicturePrior
from workbench.priors import Can, OnUnknown, Prior, Sum
from workbench.problem import Problem

GROWTH = 2.0  # the step that a block tries next over its last one, at most


@dataclass(frozen=True)
class BlockView:
    """A block of the unknown of a parametrisation, by name."""

    phi: Parametrisation
    name: str

    def of(self, u: Tensor) -> Tensor:
        """The block in its shape."""
        return self.phi.layout.views(u)[self.name]

    def alone(self, u: Tensor) -> Tensor:
        """u with all other blocks at 0."""
        return self.within(torch.zeros_like(u), u)

    def within(self, u: Tensor, other: Tensor) -> Tensor:
        """u with the block of another."""
        views = self.phi.layout.views(u)
        return self.phi.layout.joined(views | {self.name: self.of(other)})


def blocks_of(problem: Problem) -> list[BlockView]:
    """All blocks, in their order."""
    return [BlockView(problem.parametrisation, name) for name in problem.parametrisation.layout.shapes]


def first_reach(problem: Problem) -> Tensor:
    """The step that each block tries first, (B, blocks)."""
    return (1 / typical_curvature(problem))[:, None].repeat(1, len(problem.parametrisation.layout.shapes))


def lacks_blocks(problem: Problem) -> str:
    """That the picture is not linear in each block by itself, in words; empty where it is."""
    phi = problem.parametrisation
    return "" if phi.multilinear else f"a picture linear in each block, as LowRank's, which that of {_name(phi)} is not"


def lacks_several_blocks(problem: Problem) -> str:
    """That the unknown is one block, in words; empty where it has several."""
    phi = problem.parametrisation
    return "" if len(phi.layout.shapes) > 1 else f"a parametrisation of several blocks, as LowRank, not {_name(phi)}"


def numbers_of(problem: Problem) -> Tensor:
    """The number of the block that each entry of the unknown belongs to, (1, n)."""
    sizes = torch.tensor([math.prod(shape) for shape in problem.parametrisation.layout.shapes.values()])
    return torch.repeat_interleave(torch.arange(len(sizes)), sizes)[None]


def lacks_sum_over_blocks(problem: Problem) -> str:
    """That the prior is no sum over the blocks, so that a prox of all of u is none of a block; empty where it is."""
    prior = problem.prior
    if len(problem.parametrisation.layout.shapes) == 1 or _sums_over_blocks(prior):
        return ""
    name = type(prior.prior if isinstance(prior, OnUnknown) else prior).__name__
    remedy = f"such as OnUnknown({name}(), block='left')"
    return f"a prior of single blocks, {remedy}, or a sum over entries, which {name} is not"


def _sums_over_blocks(prior: Prior) -> bool:
    if isinstance(prior, Sum):
        return _sums_over_blocks(prior.first) and _sums_over_blocks(prior.second)
    return prior.separable or isinstance(prior, BlockPriors)


def quadratic_in_blocks(prior: Prior) -> bool:
    """Whether the prior is quadratic in each block, where the picture is linear in each."""
    if isinstance(prior, PicturePrior):
        return quadratic_in_blocks(prior.prior)
    if isinstance(prior, BlockPriors):
        return all(quadratic_in_blocks(part.prior) for part in prior.parts)
    if isinstance(prior, Sum):
        return quadratic_in_blocks(prior.first) and quadratic_in_blocks(prior.second)
    return Can.QUADRATIC | Can.HVP in prior.can


def _name(phi: Parametrisation) -> str:
    return type(phi).__name__
