"""The curves of chains under the name that scripts outside rely on."""

from workbench.app.uncertainty.curves import Correlation, Distances, Mixing

__all__ = ["Correlation", "Distances", "Mixing"]
