"""The workbench in cells: live, with controls, through the kernel's own channel. `Workbench()` is the last line of one.

An extra: `pip install "inverse-workbench[lab]"`.
"""

from workbench.refusal import Refusal

try:
    import anywidget as _anywidget  # noqa: F401
    import ipywidgets as _ipywidgets  # noqa: F401
except ModuleNotFoundError as error:
    remedy = 'pip install "inverse-workbench[lab]", or draw what run(...) returned with workbench.plots'
    raise Refusal("the packages ipywidgets and anywidget", f"an installation without {error.name}", remedy) from error

from workbench.notebook.explore import explore
from workbench.notebook.workbench import LiveWorkbench as Workbench

__all__ = ["Workbench", "explore"]
