"""A file read beside the values that it was written from."""

import numpy as np

from workbench import data


def whole(path, wanted, variable: str = "") -> data.Loaded:
    """What is loaded of a file: of the wanted shape and values, not a number where they are not."""
    loaded = data.load_array(path, variable)
    assert loaded.tensor.shape == np.shape(wanted)
    np.testing.assert_array_equal(loaded.tensor.numpy(), wanted)
    return loaded
