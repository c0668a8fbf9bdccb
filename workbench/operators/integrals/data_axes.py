"""What rows and columns of data are, where they are no pixels of a picture: the views and the bins of a scan."""

from dataclasses import dataclass

import numpy as np

from workbench.operators.algebra.composition import Composition
from workbench.operators.base import Operator
from workbench.operators.integrals.scan import Scan


@dataclass(frozen=True, eq=False)
class DataAxis:
    """`label` names what changes along it, with its unit; `values` has one for each row, or column."""

    label: str
    values: np.ndarray

    def ticks(self, most: int) -> dict[float, str]:
        """At most so many places along it, evenly spread, in pixels from its first edge, and what stands at each."""
        at = np.unique(np.linspace(0, len(self.values) - 1, most).round().astype(int))
        return {float(i) + 0.5: f"{self.values[i] + 0.0:.3g}" for i in at}


def data_axes(operator: Operator) -> tuple[DataAxis, DataAxis] | None:
    """Those of rows and of columns of an operator's data; None where they are pixels, or nothing is known of them."""
    while isinstance(operator, Composition):
        operator = operator.outer
    if not isinstance(operator, Scan):
        return None
    bins = DataAxis("detector, bins from the axis", operator.places().numpy())
    return DataAxis("angle, degrees", operator.degrees().numpy()), bins
