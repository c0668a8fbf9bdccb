"""The network laboratory: a training that goes, and one look at it at a time."""

from workbench.app.laboratory.laboratory import Laboratory
from workbench.app.laboratory.view import LaboratoryView

__all__ = ["Laboratory", "LaboratoryView"]
