"""The unknown tab: the blocks behind the picture, where many starts end, and what nothing holds."""

from workbench.app.unknowns.view import UnknownView

__all__ = ["UnknownView"]
