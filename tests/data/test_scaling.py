"""From stored numbers to [0, 1] and back: every type, order and range, with windows, gaps and the widest numbers."""

import numpy as np
import pytest
import torch
import xarray as xr

from tests.data.conftest import RAMP, in_units, opened
from workbench import data
from workbench.refusal import Refusal

TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", "g", "c8", "c16", "G", "?")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", TYPES)
def test_every_type_order_and_layout_of_npy(tmp_path, dtype, order):
    kind = np.dtype(dtype).kind
    values = RAMP % 2 if kind == "b" else RAMP - 60 * (kind in "ifc")
    values = (values + (1j * values[::-1] if kind == "c" else 0)).astype(np.dtype(dtype).newbyteorder(order))
    for stored in (values, np.asfortranarray(values)):
        np.save(tmp_path / "x.npy", stored)
        opened(tmp_path / "x.npy", values)
    np.savez_compressed(tmp_path / "x.npz", a=values, b=np.asfortranarray(values[::-1]))
    opened(tmp_path / "x.npz", values[::-1], "b")


def test_records_of_npy(tmp_path):
    records = np.empty(RAMP.shape, [("r", "f4"), ("i", "f4")])
    records["r"], records["i"] = RAMP, -RAMP
    np.save(tmp_path / "x.npy", records)
    opened(tmp_path / "x.npy", RAMP - 1j * RAMP)
    records.dtype.names = ("u", "v")
    np.save(tmp_path / "x.npy", records)
    opened(tmp_path / "x.npy", -RAMP, "v")
    with pytest.raises(Refusal, match=r"2 in 'x.npy': give one as `variable`: u \(20 x 24\), v \(20 x 24\)"):
        data.load(tmp_path / "x.npy")


def loaded(path, values, **options) -> data.Loaded:
    np.save(path, values)
    return data.load_described(path, **options)


WIDEST = [
    (-1.5e308, 1.5e308),
    (-1.7976931348623157e308, 1.7976931348623157e308),
    (0.0, 1.7976931348623157e308),
    (-5e-324, 5e-324),
    (0.0, 1e-310),
    (1e300, 1.0000001e300),
    (-3.4028234663852886e38, 3.4028234663852886e38),
    (1e39, 1e40),
    (-1e-45, 2e-45),
]


@pytest.mark.parametrize(("low", "high"), WIDEST)
@pytest.mark.parametrize("dtype", ["f4", "f8", "g"])
def test_the_widest_and_the_smallest_ranges(tmp_path, low, high, dtype):
    with np.errstate(over="ignore"):
        values = np.linspace(0, 1, 480).reshape(20, 24).round().astype(dtype)
        values = np.where(values > 0, np.float64(high), np.float64(low)).astype(dtype)
    if not np.isfinite(values).all() or values.min() == values.max():
        return
    tensor = loaded(tmp_path / "x.npy", values).tensor
    assert torch.isfinite(tensor).all()
    kept = values.min() >= 0 and values.max() <= 1
    top = float(np.float32(high)) if kept and high > 1e-38 else 1.0
    assert sorted(set(tensor.flatten().tolist())) == [0.0, top]


@pytest.mark.parametrize("window", [(-1e308, 1e308), (0, 5e-324), (-1.7e308, 0), (1e-300, 1e300)])
def test_the_widest_windows(tmp_path, window):
    values = np.array([-1.5e308, -1.0, 0.0, 1.0, 1.5e308]).repeat(8)
    tensor = loaded(tmp_path / "x.npy", values, window=window).tensor
    wanted = ((values / 4 - window[0] / 4) / (window[1] / 4 - window[0] / 4)).clip(0, 1) if window[1] > 1 else None
    assert torch.isfinite(tensor).all() and tensor.min() >= 0 and tensor.max() == 1
    assert wanted is None or np.allclose(tensor[0, 0].numpy(), wanted, atol=1e-6)


@pytest.mark.parametrize("part", [1.0, 1e307, 1e-310, 1e-200])
def test_complex_numbers_of_every_size(tmp_path, part):
    values = part * np.exp(1j * RAMP / 9)
    found = loaded(tmp_path / "x.npy", values)
    wanted = values / max(found.limits[1], 1.0)
    np.testing.assert_allclose(found.tensor[0, 0].numpy(), wanted, atol=1e-6)
    assert found.limits[1] == pytest.approx(max(part, 1.0))
    with pytest.raises(Refusal, match="whose modulus is a number"):
        loaded(tmp_path / "x.npy", np.full(RAMP.shape, 1.7e308 + 1.7e308j))


def test_extended_precision_beyond_double_is_refused(tmp_path):
    values = RAMP.astype(np.longdouble)
    values[0, 0] = np.longdouble(10) ** 400
    with pytest.raises(Refusal, match="1 of 480 NaN or infinite"):
        loaded(tmp_path / "x.npy", values)


@pytest.mark.parametrize("dtype", ["f4", "f8", "u1", "i2", "?"])
@pytest.mark.parametrize("value", [0, 1, 0.25, -3, 200])
def test_constants_are_kept_or_refused(tmp_path, dtype, value):
    if np.array(value).astype(dtype) != value:
        return
    values = np.full(RAMP.shape, value, dtype)
    np.save(tmp_path / "x.npy", values)
    if dtype in ("u1", "?") or (0 <= value <= 1 and dtype[0] == "f"):
        opened(tmp_path / "x.npy", values)
    else:
        with pytest.raises(Refusal, match="everywhere"):
            data.load(tmp_path / "x.npy")


def test_windows_by_a_word(tmp_path):
    values = (RAMP + 500).astype(np.uint16)
    assert loaded(tmp_path / "x.npy", values).limits == (0, 65535)
    assert loaded(tmp_path / "x.npy", values, window="whole").limits == (500, 588)
    assert loaded(tmp_path / "x.npy", RAMP / 176, window="whole").limits == (0, 0.5)
    with pytest.raises(Refusal, match=r'a file without one: give window=\(low, high\) or "whole"'):
        loaded(tmp_path / "x.npy", values, window="suggested")
    with pytest.raises(Refusal, match='"whole" or "suggested", got \'all\''):
        loaded(tmp_path / "x.npy", values, window="all")
    for word in ("whole", "suggested"):
        signal = data.File("x.npy", window=word)
        assert signal.window == word


def test_numbers_that_are_none_are_refused_where_the_file_does_not_announce_them(tmp_path):
    values = RAMP + 5.0
    values[3:5, 4:9] = np.nan
    with pytest.raises(Refusal, match="10 of 480 NaN or infinite"):
        loaded(tmp_path / "x.npy", values)
    with pytest.raises(Refusal, match="10 of 480 NaN or infinite"):
        loaded(tmp_path / "x.npy", values + 1j)
    values[0, 0] = -np.inf
    with pytest.raises(Refusal, match="11 of 480 NaN or infinite"):
        loaded(tmp_path / "x.npy", values)


def gaps_of(path, values, **options) -> data.Loaded:
    """A file in which NaN is announced."""
    attributes = {"_FillValue": values.dtype.type(np.nan)}
    xr.Dataset({"t": (("y", "x"), values, attributes)}).to_netcdf(path, engine="scipy")
    return data.load_described(path, **options)


def test_announced_gaps_take_the_smallest_of_the_others(tmp_path):
    values = RAMP + 5.0
    values[3:5, 4:9] = np.nan
    found = gaps_of(tmp_path / "x.nc", values)
    assert "10 of 480 values are missing (_FillValue nan): they take the smallest of the others, 5" in found.notes
    assert np.array_equal(found.gaps[0, 0].numpy(), np.isnan(values))
    np.testing.assert_allclose(in_units(found)[0], np.where(np.isnan(values), 5, values), atol=1e-4)
    values[0, 0] = np.inf
    with pytest.raises(Refusal, match="1 of 480 NaN or infinite"):
        gaps_of(tmp_path / "x.nc", values)
    with pytest.raises(Refusal, match="20 x 24 of which all are missing"):
        gaps_of(tmp_path / "x.nc", np.full(RAMP.shape, np.nan))


def test_gaps_of_complex_numbers_are_zero(tmp_path):
    zarr = pytest.importorskip("zarr")
    values = (RAMP + 1j * RAMP[::-1] + 1).astype(np.complex64)
    values[3:5, 4:9] = np.nan
    zarr.create_array(tmp_path / "x.zarr", data=values, fill_value=complex(np.nan, np.nan))
    found = data.load_described(tmp_path / "x.zarr")
    assert torch.isfinite(torch.view_as_real(found.tensor)).all()
    assert found.gaps.sum() == 10 and (found.tensor[found.gaps] == 0).all()


def test_gaps_do_not_bleed_into_what_is_resampled(tmp_path):
    values = np.full((64, 64), 0.75)
    values[20:36, 20:36] = np.nan
    values[0, 0] = 0.5
    found = gaps_of(tmp_path / "x.nc", values, size=16)
    seen = found.tensor[~found.gaps]
    assert found.gaps.shape == found.tensor.shape == (1, 1, 16, 16)
    assert found.gaps.sum() == 16 and found.gaps[0, 0, 5:9, 5:9].all()
    assert seen[1:].min() > 0.749
