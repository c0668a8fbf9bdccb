"""The sweep tab: the cells of a kept sweep as a map, a curve or parallel axes, and any of them opened as a run."""

from workbench.app.sweep.view import SweepView

__all__ = ["SweepView"]
