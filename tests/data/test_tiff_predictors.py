"""What tifffile 2026.3 itself reads as other numbers is refused; all else is read as it was written."""

import itertools

import numpy as np
import pytest

from workbench import data
from workbench.refusal import Refusal

tifffile = pytest.importorskip("tifffile")
pytest.importorskip("imagecodecs")
VALUES = np.random.default_rng(0).normal(size=(17, 19)) * (1 + 0.5j)


@pytest.mark.parametrize("compression", ["zlib", "lzw", "zstd", "lerc"])
@pytest.mark.parametrize("dtype", ["f4", "f8", "c8"])
def test_no_predictor_gives_other_numbers(tmp_path, compression, dtype):
    """Of complex numbers in big-endian order real and imaginary parts came exchanged, LERC with differences as 1e38."""
    values = VALUES.astype(dtype) if dtype[0] == "c" else VALUES.real.astype(dtype)
    for predictor, order in itertools.product((None, True, 3), "<>"):
        path = tmp_path / "a.tif"
        options = {"compression": compression, "predictor": predictor, "byteorder": order}
        try:
            tifffile.imwrite(path, values, photometric="minisblack", **options)
        except (ValueError, KeyError, TypeError, NotImplementedError, RuntimeError):
            continue  # which tifffile does not write
        try:
            found = data.load_array(path).tensor.numpy()
        except Refusal as refusal:
            assert "predictor" in str(refusal) and (compression == "lerc" or (dtype, order) == ("c8", ">"))
            continue
        np.testing.assert_array_equal(found, values)
