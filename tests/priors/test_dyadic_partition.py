"""Cells of recursive dyadic partitions: the prox against every partition that there is."""

import itertools
from collections.abc import Iterator

import pytest
import torch

from workbench.algorithms import SPIRAL
from workbench.noise import Poisson
from workbench.operators import Identity
from workbench.priors import DyadicPartition, NonNegative
from workbench.problem import Problem
from workbench.run import after, iterate, until
from workbench.tensors import generator, normal_like

Cell = tuple[slice, ...]


def partitions(cell: Cell) -> Iterator[list[Cell]]:
    """All recursive dyadic partitions of a cell."""
    yield [cell]
    halves, longest = [], max(side.stop - side.start for side in cell)
    for side in cell:
        middle = (side.start + side.stop) // 2
        whole = longest == 1 or side.stop - side.start < longest
        halves.append([side] if whole else [slice(side.start, middle), slice(middle, side.stop)])
    parts = list(itertools.product(*halves))
    if len(parts) > 1:
        for chosen in itertools.product(*(list(partitions(part)) for part in parts)):
            yield [each for one in chosen for each in one]


def best(x: torch.Tensor, price: float, nonnegative: bool) -> tuple[float, torch.Tensor, int]:
    """The least |x - mean|^2 / 2 + price cells over all partitions, the picture and its number of cells."""
    found = []
    for cells in partitions(tuple(slice(0, n) for n in x.shape)):
        u = torch.empty_like(x)
        for cell in cells:
            mean = x[cell].mean()
            u[cell] = mean.clamp_min(0) if nonnegative else mean
        found.append((float(((u - x).abs() ** 2).sum() / 2 + price * len(cells)), len(cells), u))
    cost, count, u = min(found, key=lambda one: one[0])
    return cost, u, count


@pytest.mark.parametrize("shape", [(8,), (4, 4), (4, 2)], ids=str)
@pytest.mark.parametrize("nonnegative", [False, True])
@pytest.mark.parametrize("price", [0.02, 0.3, 5.0])
def test_prox_is_the_best_of_all_partitions(shape, nonnegative, price):
    prior, x = DyadicPartition(2 * price, nonnegative), normal_like(torch.empty(2, 1, *shape).double(), generator(0, 0))
    found = prior.prox(x, 0.5)
    for each, item in zip(found[:, 0], x[:, 0], strict=True):
        cost, u, count = best(item, price, nonnegative)
        torch.testing.assert_close(each, u)
        assert float(((each - item) ** 2).sum() / 2 + 0.5 * prior(each[None, None])) == pytest.approx(cost)
        assert float(prior(u[None, None])) <= 2 * price * count + 1e-12


def test_the_value_counts_the_fewest_cells():
    x = torch.zeros(1, 1, 4, 4).double()
    assert float(DyadicPartition(1.0)(x)) == 1
    x[..., :2, :2] = 3.0
    assert float(DyadicPartition(1.0)(x)) == 4
    x[..., 3, 3] = 1.0
    assert float(DyadicPartition(1.0)(x)) == 7
    assert torch.isinf(DyadicPartition(1.0, nonnegative=True)(-x))


def test_complex_values_share_a_cell_where_both_parts_do():
    x = torch.tensor([[[1 + 1j, 1 + 1j, 1 - 1j, 1 - 1j]]], dtype=torch.complex128)
    assert float(DyadicPartition(1.0)(x)) == 2
    torch.testing.assert_close(DyadicPartition(0.1).prox(x, 1.0), x)


def test_other_sides_are_told():
    assert "powers of two" in DyadicPartition().unfit((1, 12, 16), torch.float64)
    assert DyadicPartition(nonnegative=True).unfit((1, 16, 16), torch.complex128)


def test_spiral_finds_blocks_in_counts():
    truth = torch.full((1, 1, 16, 16), 0.1).double()
    truth[..., :8, :8], truth[..., 8:12, 12:] = 1.0, 0.6
    errors = {}
    for prior in (NonNegative(), DyadicPartition(3.0, nonnegative=True)):
        problem = Problem.simulate(Identity((1, 16, 16)), Poisson(10.0), prior, truth, seed=1)
        *_, last = until(iterate(problem, SPIRAL()), after(40))
        errors[type(prior).__name__] = float((last.x - truth).square().mean())
        assert float(last.x.min()) >= 0 and bool(problem.objective(last.x).isfinite().all())
    assert errors["DyadicPartition"] < errors["NonNegative"] / 10
