"""The Hessian's spectrum: one plot at a time, its controls and the study behind it."""

from workbench.app.spectrum.spectra import Spectra
from workbench.app.spectrum.view import SpectrumView

__all__ = ["Spectra", "SpectrumView"]
