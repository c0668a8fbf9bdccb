"""The view of the network laboratory: a training that goes, and one look at it at a time."""

from workbench.app.views.laboratory.view import LaboratoryView

__all__ = ["LaboratoryView"]
