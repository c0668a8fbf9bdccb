"""Where the values of a parameter stand on an axis, by hand."""

import numpy as np
import pytest

from workbench.figures import value_axis


def test_numbers_far_apart_stand_on_a_logarithmic_axis():
    far, near = np.array([100.0, 0.01, 1.0]), np.array([1, 3, 2])
    assert value_axis.is_geometric(far) and not value_axis.is_geometric(near)
    assert not value_axis.is_geometric(np.array([0.0, 1.0, 100.0])) and not value_axis.is_geometric(
        np.array(["1", "99"])
    )
    assert value_axis.heights(far) == pytest.approx([1, 0, 0.5])
    assert value_axis.heights(near) == pytest.approx([0, 1, 0.5])
    assert value_axis.heights(np.array([2.0, 2.0])).tolist() == [0.5, 0.5]


def test_words_stand_one_above_the_other_and_all_are_written():
    words = value_axis.column_of(["a", "c", "a", "b"])
    assert value_axis.heights(words).tolist() == [0, 0.5, 0, 1]
    assert list(value_axis.ends(words)) == [(0, "a"), (0.5, "c"), (1, "b")]
    assert list(value_axis.ends(np.array([0.25, 1 / 3, 0.5]))) == [(0, "0.25"), (1, "0.5")]
    assert value_axis.column_of([True, None]).tolist() == ["true", "auto"]
    assert value_axis.column_of([True, False]).tolist() == ["true", "false"]
