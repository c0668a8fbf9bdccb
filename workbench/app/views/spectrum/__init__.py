"""The view of the Hessian's spectrum: one plot at a time, its controls and the study behind it."""

from workbench.app.views.spectrum.view import SpectrumView

__all__ = ["SpectrumView"]
