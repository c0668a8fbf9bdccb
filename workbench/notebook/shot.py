"""A frame of the run as panels, each made once, however many views show it."""

from functools import cached_property

import numpy as np

from workbench import run
from workbench.analysis.data_fit import RESIDUAL
from workbench.analysis.metrics import PSNR
from workbench.live.frames import Frame, ProblemPictures
from workbench.live.images import Limits, balanced, extent, unit
from workbench.live.played.standing import standing
from workbench.notebook.panels import Panel, curve_panel, signal_panel
from workbench.run import Quantity

TRUTH, DATA, IMAGE, ERROR, OBJECTIVE, QUALITY = range(6)


class Shot:
    """One look at the run; `limits` of the error stay for as long as the data do."""

    def __init__(self, frame: Frame, pictures: ProblemPictures, limits: dict[str, Limits]) -> None:
        self.frame, self.pictures, self._limits = frame, pictures, limits

    @property
    def sentence(self) -> str:
        """Where the run stands."""
        quality = self.frame.at_k("psnr")
        said = [*standing(self.frame), *([] if quality is None else [f"{quality:.2f} dB"])]
        return " · ".join([*said, *([self.frame.message] if self.frame.message else [])])

    @cached_property
    def fixed(self) -> list[Panel]:
        """Truth, where it is known, and data."""
        truth, data = self.pictures.truth, self.pictures.data
        label = self.pictures.data_label
        made = [signal_panel(DATA, label[0].upper() + label[1:], data, unit(data))]
        return made if truth is None else [signal_panel(TRUTH, "Truth", truth, unit(truth)), *made]

    @cached_property
    def image(self) -> list[Panel]:
        """The iterate; nothing before the first."""
        image, truth = self.frame.image, self.pictures.truth
        if image is None:
            return []
        limits = unit(truth) if truth is not None else extent(image)
        quality = self.frame.at_k("psnr")
        caption = f"k = {self.frame.k}" + ("" if quality is None else f" · {quality:.2f} dB")
        return [signal_panel(IMAGE, "Reconstruction", image, limits, caption=caption)]

    @cached_property
    def error(self) -> list[Panel]:
        """The iterate minus the truth, where it is known."""
        error = self.frame.error
        if error is None:
            return []
        grey = error.mean(axis=2) if error.ndim == 3 else error
        limits = self._limits.setdefault("error", balanced(grey))
        return [signal_panel(ERROR, "Error", grey, limits, colours="RdBu_r", caption="x − truth")]

    @cached_property
    def curves(self) -> list[Panel]:
        """The objective, and the quality or how far the data are explained."""
        quality = self._curve(QUALITY, PSNR) or self._curve(QUALITY, RESIDUAL)
        return [*self._curve(OBJECTIVE, run.OBJECTIVE), *quality]

    def _curve(self, place: int, quantity: Quantity) -> list[Panel]:
        """Nothing where it was never looked at; what is not positive has no place on a logarithmic axis."""
        curves = self.frame.curves
        lines = {n: (self.frame.ks, curves[n]) for n in quantity.names if n in curves and np.isfinite(curves[n]).any()}
        if not lines:
            return []
        log = quantity.log and not (next(iter(lines.values()))[1] <= 0).any()
        axes = ("iteration k", quantity.axis)
        return [curve_panel(place, quantity.title, lines, axes, log=log, marks=self.frame.marks)]
