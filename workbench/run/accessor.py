"""`result.workbench`: a run as plots, from the Dataset itself."""

from typing import TYPE_CHECKING, Any

import xarray as xr

if TYPE_CHECKING:
    import holoviews as hv


@xr.register_dataset_accessor("workbench")
class RunAccessor:
    """The plots of `workbench.plots` for a run: `result.workbench.plot()` is the last line of a cell."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def plot(self) -> "hv.Layout":
        """The pictures, and below them the curves."""
        from workbench import plots

        return (self.pictures() + plots.curves(self._dataset)).cols(4)

    def pictures(self) -> "hv.Layout":
        """Truth, data, reconstruction and error."""
        from workbench import plots

        return plots.pictures(self._dataset)

    def curves(self, *names: str) -> Any:
        """What was recorded along the run, or these of it."""
        from workbench import plots

        return plots.curves(self._dataset, *names)
