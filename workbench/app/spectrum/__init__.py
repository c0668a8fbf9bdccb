"""The Hessian's spectrum: one plot at a time, its controls and the study behind it."""

from workbench.app.spectrum.view import SpectrumView
from workbench.live.spectra import Spectra

__all__ = ["Spectra", "SpectrumView"]
