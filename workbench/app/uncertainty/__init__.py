"""The uncertainty of the reconstruction: chains of its posterior, and what they tell of each pixel."""

from workbench.app.uncertainty.view import UncertaintyView
from workbench.live.uncertainty import Uncertainty

__all__ = ["Uncertainty", "UncertaintyView"]
