"""The information plane of reconstructions: in closed form, and sampled."""

from workbench.app.information.planes import Planes
from workbench.app.information.view import InformationView

__all__ = ["InformationView", "Planes"]
