"""The view of the information plane of reconstructions: in closed form, and sampled."""

from workbench.app.views.information.view import InformationView

__all__ = ["InformationView"]
