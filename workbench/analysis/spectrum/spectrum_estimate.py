"""What is known of the spectra of a problem."""

from dataclasses import dataclass

from torch import Tensor

from workbench.analysis.spectrum.eigenpairs import Eigenpairs
from workbench.analysis.spectrum.hessians import Hessians
from workbench.analysis.spectrum.measure import SpectralMeasure


@dataclass(frozen=True)
class SpectrumEstimate:
    """What is known so far; a part is None before its turn. Measures by name: "data term", "prior", "objective".

    `exact` has the eigenvalues of data term and prior where one basis diagonalises both; `slope` the nodes and masses
    of the gradient; `values` and `residuals` those of the eigenpairs, which come in `pairs` once the search has ended:
    of the objective, or of the data term.
    `products` of at most `most` are spent.
    """

    hessians: Hessians
    most: int
    products: int = 0
    measures: tuple[tuple[str, SpectralMeasure], ...] = ()
    exact: tuple[Tensor, Tensor] | None = None
    slope: tuple[Tensor, Tensor] | None = None
    values: Tensor | None = None
    residuals: Tensor | None = None
    pairs: Eigenpairs | None = None
    of_data: bool = False

    @property
    def extremes(self) -> tuple[float, float] | None:
        """The least and the largest eigenvalue of the objective, as the Ritz values have them."""
        nodes = [m.nodes for name, m in self.measures if name == "objective"]
        if not nodes:
            return None
        low, high = float(nodes[0][0]), float(nodes[0][-1])
        return low, high if self.values is None or self.of_data else max(high, float(self.values[0]))
