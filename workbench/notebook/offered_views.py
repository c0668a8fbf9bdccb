"""The views that a workbench offers: `wb.views.Picture()`, as many as wished, in any cell or layout."""

from typing import TYPE_CHECKING

from workbench.notebook.studies import Plane, Spectrum, Uncertainty
from workbench.notebook.views import Compare, Controls, Curves, Picture

if TYPE_CHECKING:
    from workbench.notebook.bench import Bench


class Views:
    """Makes views of one run."""

    def __init__(self, bench: "Bench") -> None:
        self._bench = bench

    def Picture(self) -> Picture:
        """The reconstruction."""
        return Picture(self._bench)

    def Curves(self) -> Curves:
        """The objective, and the quality or how far the data are explained."""
        return Curves(self._bench)

    def Compare(self) -> Compare:
        """Truth and reconstruction on the two sides of a divider."""
        return Compare(self._bench)

    def Controls(self, *paths: str) -> Controls:
        """The transport, and the controls at these paths, of all where none is named."""
        return Controls(self._bench, paths) if paths else Controls(self._bench)

    def Spectrum(self) -> Spectrum:
        """The spectrum of the Hessian at the iterate there is."""
        return Spectrum(self._bench)

    def Plane(self) -> Plane:
        """Filters in the information plane."""
        return Plane(self._bench)

    def Uncertainty(self) -> Uncertainty:
        """What chains tell of the posterior."""
        return Uncertainty(self._bench)
