"""The worst change of the data, what it does to the picture, and how a point is seen."""

import numpy as np
from torch import Tensor

from workbench.figures.canvas import INK, file_of, new_figure
from workbench.figures.shown import picture_of, spread
from workbench.tensors import plain
from workbench.tuning import PointSpread, WorstPerturbation


def perturbation_figure(x: Tensor, found: WorstPerturbation, point: PointSpread, kind: str = "png") -> bytes:
    """The figure of a reconstruction x, (1, C, *space), with its worst change and a point, in a `Format`."""
    places = ", ".join(map(str, point.place))
    signals = {
        "reconstruction": x,
        "change of the data, of length 1": found.direction,
        f"change of the picture, of length {float(found.gain[0]):.4g}": found.image,
        f"a point at ({places}), of height {point.height:.3g}": point.response,
    }
    figure = new_figure(3.1 * len(signals), 3.2)
    for axes, (title, signal) in zip(figure.subplots(1, len(signals)), signals.items(), strict=True):
        axes.set_title(title, fontsize=9)
        values = _drawn(signal)
        if values.ndim == 1:
            axes.plot(values, color=INK, linewidth=0.8)
            continue
        most = float(np.abs(values).max()) or 1.0
        (low, high), colours = (spread(values), "gray") if signal is x else ((-most, most), "RdBu_r")
        axes.imshow(values, cmap=colours, vmin=low, vmax=high, interpolation="nearest", aspect="auto")
        axes.set_axis_off()
    return file_of(figure, kind)


def _drawn(signal: Tensor) -> np.ndarray:
    """What is drawn of a signal: colours of a change as their mean."""
    values = picture_of(plain(signal).cpu().numpy())
    return values.mean(-1) if values.ndim == 3 else values
