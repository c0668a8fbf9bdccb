"""The runs tab: the folder of kept runs as a table with pictures, and what can be done with them."""

from workbench.app.runs.view import RunsView

__all__ = ["RunsView"]
