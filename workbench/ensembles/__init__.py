"""Every ensemble of signals: those from formulas, and those that real data give."""

from workbench.analysis.information.ensembles import Codebook, Ensemble, GaussianRandomField
from workbench.ensembles.digits import Digits
from workbench.ensembles.patches import Patches

__all__ = ["Codebook", "Digits", "Ensemble", "GaussianRandomField", "Patches"]
