"""What was changed on the way of a run, read from files of any kind."""

import json

import pytest
import xarray as xr

from workbench.refusal import Refusal
from workbench.run import marks_of


def test_marks_are_pairs_in_letters_that_can_be_printed():
    told = json.dumps([[3, "prior.weight = 2"], [7.0, "a\x1b[31m b"]])
    assert marks_of(xr.Dataset(attrs={"marks": told})) == ((3, "prior.weight = 2"), (7, "a [31m b"))
    assert marks_of(xr.Dataset()) == ()


@pytest.mark.parametrize("told", ["{", "3", "[[1]]", '[["a", "b"]]', "[[1, 2, 3]]", "null"])
def test_damaged_marks_are_one_sentence(told):
    with pytest.raises(Refusal, match="marks as a list of pairs"):
        marks_of(xr.Dataset(attrs={"marks": told}))
