"""Copies beside symbols, told from numbers that are rounded or saturated: by counting."""

import pytest
import torch

from tests.tables import column, rng, table
from workbench.analysis.information.estimators import ties
from workbench.refusal import Refusal

UNEVEN = torch.randn(8, generator=rng(), dtype=torch.float64)
STEP = 1 + 2**-20  # so that multiples are exact, and none has half precision


@table(
    ("numbers", "rounded"),
    [
        ([0.0, 1.5, 2.25, 100.0], True),  # halves of halves
        ([0.0, 2.0**-130, 1.0, 3.0], True),  # of bfloat16, which half precision has not
        ([0.0, 1 + 2**-10, 1.0, 3.0], True),  # of half precision, which bfloat16 has not
        ([0.1, 0.2, 0.3, 0.5], True),  # a grid that binary numbers miss
        ([0.0, 1 / 3, 0.7, 1.9], False),
        ([STEP * k for k in (0, 1, 2, 10, 20, 30, 82, 90)], True),  # eighty cells between the quartiles of eight
        ([STEP * k for k in (0, 1, 2, 10, 20, 30, 83, 90)], False),
        ([STEP * k for k in (0, 1, 2.04)], True),
        ([STEP * k for k in (0, 1, 2.06)], False),
        ([STEP * k for k in (0, 1, 2.94)], False),
        ([STEP * k for k in (0, 1, 2.96)], True),
    ],
)
def test_rounded_numbers_stand_on_a_grid_or_have_half_precision(numbers, rounded):
    assert ties._rounded(column(*numbers)) is rounded


def test_more_samples_tell_a_finer_grid():
    one = column(*(STEP * k for k in (0, 1, 2, 10, 20, 30, 162, 170)))
    assert not ties._rounded(torch.cat([one, one[:7]])) and ties._rounded(torch.cat([one, one]))


@table(
    ("times", "symbols", "refused"),
    [
        (2, [0, 0], True),
        (2, [0, 1], False),  # none meets in both
        (4, [0, 0, 1, 1], False),  # six pairs meet in the number, two in both
        (4, [0, 0, 0, 1], False),  # three of six: half of them
        (4, [0, 0, 0, 0], True),
        (10, [0] * 10, True),
        (11, [0] * 11, False),  # so often no one keeps a sample: it is saturated
    ],
)
def test_numbers_kept_so_often_beside_symbols_are_copies(times, symbols, refused):
    x, y = UNEVEN.repeat_interleave(times)[:, None], torch.tensor(symbols * len(UNEVEN))
    wide = torch.cat([x, torch.full_like(x, 7.0)], 1)  # what is constant says nothing
    copies = len(x) - len(torch.unique(torch.cat([x, y[:, None]], 1), dim=0))
    for u, v in ((x, y), (y, x), (wide, y)):
        if refused:
            with pytest.raises(Refusal, match=f"got {copies} of {len(x)} that are copies of another: "):
                ties.refuse_repeated(u, v)
        else:
            ties.refuse_repeated(u, v)


def test_rounded_numbers_beside_symbols_meet_by_chance():
    y = torch.zeros(16, dtype=torch.int64)
    whole, odd = torch.arange(8.0).double().repeat_interleave(2)[:, None], UNEVEN.repeat_interleave(2)[:, None]
    ties.refuse_repeated(whole, y)
    ties.refuse_repeated(torch.cat([whole, 2 * whole], 1), y)
    with pytest.raises(Refusal, match="8 of 16"):
        ties.refuse_repeated(torch.cat([whole, odd], 1), y)  # one that is not rounded is enough
    ties.refuse_repeated(torch.cat([whole, torch.arange(16.0).double()[:, None]], 1), y)  # no two are the same
    with pytest.raises(Refusal, match="24 of 32"):  # pairs of numbers that meet in one as often as in both
        ties.refuse_repeated(torch.cat([odd, odd]), torch.cat([odd, odd]).exp())
