"""The uncertainty of the reconstruction: chains of its posterior, and what they tell of each pixel."""

from workbench.app.uncertainty.uncertainty import Uncertainty
from workbench.app.uncertainty.view import UncertaintyView

__all__ = ["Uncertainty", "UncertaintyView"]
