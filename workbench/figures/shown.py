"""What of a run is drawn, whoever draws it: its signals with the limits of their colours, its curves, their labels."""

import json
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from workbench.parameters import current, rebuild
from workbench.refusal import Refusal
from workbench.run import ALIGNED, arrays_in

if TYPE_CHECKING:
    import xarray as xr

Limits = tuple[float, float]


class ShownSignal(NamedTuple):
    """A signal as it is drawn: (H, W), (H, W, 3) or (N,), the values at the ends of its colours, and their map.

    `variable` is the one of the run whose axes and units it has.
    """

    variable: str
    title: str
    values: np.ndarray
    limits: Limits
    colours: str


def signals(dataset: "xr.Dataset") -> list[ShownSignal]:
    """Truth, data, reconstruction and error of the first of the batch, with colour limits that say what they mean."""
    x, y = picture_of(dataset["x"].values), picture_of(dataset["y"].values)
    if "truth" not in dataset:
        return [
            ShownSignal("y", "data", y, _data_limits(y, x), "gray"),
            ShownSignal("x", "reconstruction", x, spread(x), "gray"),
        ]
    truth = picture_of(dataset["truth"].values)
    limits = (min(0.0, float(truth.min())), max(1.0, float(truth.max())))
    error = picture_of(aligned(dataset)) - truth
    most = float(np.abs(error).max()) or 1.0
    title = (
        f"reconstruction  {float(dataset['psnr'].values[-1].item()):.2f} dB" if "psnr" in dataset else "reconstruction"
    )
    return [
        ShownSignal("truth", "truth", truth, limits, "gray"),
        ShownSignal("y", "data", y, limits if y.shape == truth.shape else spread(y), "gray"),
        ShownSignal("x", title, x, limits, "gray"),
        ShownSignal("x", "error", error.mean(-1) if error.ndim == 3 else error, (-most, most), "RdBu_r"),
    ]


def aligned(dataset: "xr.Dataset") -> np.ndarray:
    """The batch x up to what the data cannot tell, as the operator knows it: what the error is taken of."""
    if ALIGNED in dataset:
        return dataset[ALIGNED].values
    x, truth = dataset["x"].values, dataset["truth"].values
    try:  # a run that was made before runs kept it
        operator = rebuild(current(json.loads(dataset.attrs["spec"]))["operator"], arrays_in(dataset))
    except (Refusal, KeyError):  # a run that cannot be rebuilt has its picture all the same
        return x
    return operator.aligned(torch.from_numpy(x), torch.from_numpy(truth)).numpy()


def _data_limits(y: np.ndarray, x: np.ndarray) -> Limits:
    return spread(x) if y.shape == x.shape else spread(y)


def spread(values: np.ndarray) -> Limits:
    """The least and the largest value, apart."""
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low, low + 1)


def picture_of(batch: np.ndarray) -> np.ndarray:
    """(B, C, *space) to (*space) or (rows, columns, 3): complex signals by modulus, volumes by the middle plane."""
    signal = np.abs(batch[0]) if np.iscomplexobj(batch) else batch[0]
    if signal.ndim == 4:
        signal = signal[:, signal.shape[1] // 2]
    if signal.ndim == 3 and len(signal) == 3:
        return np.moveaxis(signal, 0, -1)
    return signal[0] if len(signal) == 1 else np.sqrt((signal**2).sum(0))


def curve(column: "xr.DataArray") -> tuple[np.ndarray, np.ndarray]:
    """Iterations and values of the first of the batch: what costs more than a step is recorded now and then."""
    values = column.values[:, 0]
    seen = np.isfinite(values)
    return column["k"].values[seen], values[seen]


def label(column: "xr.DataArray") -> str:
    """What the probe said of its column, and its units."""
    words, units = str(column.attrs.get("long_name", column.name)), column.attrs.get("units", "")
    return f"{words}, {units}" if units else words
