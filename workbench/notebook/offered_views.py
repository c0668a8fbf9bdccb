"""The views that a workbench offers: `wb.views.Picture()`, as many as wished, in any cell or layout."""

from typing import TYPE_CHECKING

from workbench.notebook.cell_studies import CellPlane, CellSpectrum, CellUncertainty
from workbench.notebook.cell_views import CellCompare, CellControls, CellCurves, CellPicture

if TYPE_CHECKING:
    from workbench.notebook.shared_run import SharedRun


class Views:
    """Makes views of one run."""

    def __init__(self, shared: "SharedRun") -> None:
        self._shared = shared

    def Picture(self) -> CellPicture:
        """The reconstruction."""
        return CellPicture(self._shared)

    def Curves(self) -> CellCurves:
        """The objective, and the quality or how far the data are explained."""
        return CellCurves(self._shared)

    def Compare(self) -> CellCompare:
        """Truth and reconstruction on the two sides of a divider."""
        return CellCompare(self._shared)

    def Controls(self, *paths: str) -> CellControls:
        """The transport, and the controls at these paths, of all where none is named."""
        return CellControls(self._shared, paths) if paths else CellControls(self._shared)

    def Spectrum(self) -> CellSpectrum:
        """The spectrum of the Hessian at the iterate there is."""
        return CellSpectrum(self._shared)

    def Plane(self) -> CellPlane:
        """Filters in the information plane."""
        return CellPlane(self._shared)

    def Uncertainty(self) -> CellUncertainty:
        """What chains tell of the posterior."""
        return CellUncertainty(self._shared)
