"""Spectra of anything that is a self-adjoint LinearOperator, without its matrix."""

from workbench.analysis.spectrum.lanczos import Krylov, lanczos
from workbench.analysis.spectrum.measure import SpectralMeasure, refine, slq

__all__ = ["Krylov", "SpectralMeasure", "lanczos", "refine", "slq"]
