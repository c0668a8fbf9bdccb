"""The views that a workbench offers: `wb.views.Picture()`, as many as wished, in any cell or layout."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from workbench.notebook.cell import claim
from workbench.notebook.views.cell_studies import CellPlane, CellSpectrum, CellUncertainty
from workbench.notebook.views.cell_views import (
    PARTS,
    CellCompare,
    CellControls,
    CellCurves,
    CellExplore,
    CellPicture,
    CellView,
)

if TYPE_CHECKING:
    from workbench.notebook.shared_run import SharedRun

Made = TypeVar("Made", bound=CellView)


class Views:
    """Makes views of one run."""

    def __init__(self, shared: "SharedRun") -> None:
        self._shared = shared

    def Picture(self) -> CellPicture:
        """The reconstruction; a menu turns it into the width or an end of the interval of every pixel."""
        return self._claimed(CellPicture(self._shared))

    def Curves(self) -> CellCurves:
        """The objective, and the quality or how far the data are explained."""
        return self._claimed(CellCurves(self._shared))

    def Compare(self) -> CellCompare:
        """Truth and reconstruction, or an end of its interval, on the two sides of a divider."""
        return self._claimed(CellCompare(self._shared))

    def Controls(self, *paths: str) -> CellControls:
        """The transport, and the controls at these paths, of all where none is named."""
        return self._claimed(CellControls(self._shared, self._shared.form.known(*paths) or PARTS))

    def Explore(self, *paths: str) -> CellExplore:
        """The controls at these paths beside the picture."""
        return self._claimed(CellExplore(self._shared, self._shared.form.known(*paths)))

    def Spectrum(self) -> CellSpectrum:
        """The spectrum of the Hessian at the iterate there is."""
        return self._beside(CellSpectrum)

    def Plane(self) -> CellPlane:
        """Filters in the information plane."""
        return self._beside(CellPlane)

    def Uncertainty(self) -> CellUncertainty:
        """What chains tell of the posterior."""
        return self._beside(CellUncertainty)

    def _beside(self, study: Callable[["SharedRun"], Made]) -> Made:
        """A view that computes: no longer once the run was closed, since nobody would end it."""
        self._shared.need_open()
        return self._claimed(study(self._shared))

    def _claimed(self, view: Made) -> Made:
        """The view as one of the cell that runs."""
        claim(view)
        return view
