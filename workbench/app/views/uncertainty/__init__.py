"""The uncertainty tab."""

from workbench.app.views.uncertainty.view import UncertaintyView

__all__ = ["UncertaintyView"]
