"""The views that a workbench offers: `wb.views.Picture()`, as many as wished, in any cell or layout."""

from typing import TYPE_CHECKING

from workbench.notebook.cell_studies import CellPlane, CellSpectrum, CellUncertainty
from workbench.notebook.cell_views import CellCompare, CellControls, CellCurves, CellPicture

if TYPE_CHECKING:
    from workbench.notebook.bench import Bench


class Views:
    """Makes views of one run."""

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench

    def Picture(self) -> CellPicture:
        """The reconstruction."""
        return CellPicture(self._bench)

    def Curves(self) -> CellCurves:
        """The objective, and the quality or how far the data are explained."""
        return CellCurves(self._bench)

    def Compare(self) -> CellCompare:
        """Truth and reconstruction on the two sides of a divider."""
        return CellCompare(self._bench)

    def Controls(self, *paths: str) -> CellControls:
        """The transport, and the controls at these paths, of all where none is named."""
        return CellControls(self._bench, paths) if paths else CellControls(self._bench)

    def Spectrum(self) -> CellSpectrum:
        """The spectrum of the Hessian at the iterate there is."""
        return CellSpectrum(self._bench)

    def Plane(self) -> CellPlane:
        """Filters in the information plane."""
        return CellPlane(self._bench)

    def Uncertainty(self) -> CellUncertainty:
        """What chains tell of the posterior."""
        return CellUncertainty(self._bench)
