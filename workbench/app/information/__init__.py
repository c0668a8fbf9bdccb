"""The information plane of reconstructions: in closed form, and sampled."""

from workbench.app.information.view import InformationView
from workbench.live.planes import Planes

__all__ = ["InformationView", "Planes"]
