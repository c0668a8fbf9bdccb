"""The views of the page, in the order of their tabs: each is made from a session, and none knows another."""

import inspect

from workbench.app.choose import ChooseView
from workbench.app.compare import CompareView
from workbench.app.information import InformationView
from workbench.app.laboratory import LaboratoryView
from workbench.app.run.files import Python
from workbench.app.run.pictures import Gallery
from workbench.app.run.stages import StagesView
from workbench.app.runs import RunsView
from workbench.app.spectrum import SpectrumView
from workbench.app.sweep import SweepView
from workbench.app.toolkit.tab import View
from workbench.app.uncertainty import UncertaintyView
from workbench.app.unknowns import UnknownView
from workbench.parameters import outside
from workbench.refusal import Refusal

VIEWS: tuple[type[View], ...] = (
    Gallery,
    CompareView,
    ChooseView,
    SpectrumView,
    InformationView,
    UncertaintyView,
    UnknownView,
    LaboratoryView,
    StagesView,
    RunsView,
    SweepView,
    Python,
)


def every() -> tuple[type[View], ...]:
    """Those of the workbench, and after them those of a script, of files that were loaded and of installed packages.

    Refusal for one whose title is that of another tab.
    """
    found = [c for c in outside.found("workbench.app.views") if issubclass(c, View)]
    own = [c for c in found if isinstance(inspect.getattr_static(c, "title"), str)]  # the others are their bases
    taken = {view.title for view in VIEWS}
    for view in own:
        if view.title in taken:
            raise Refusal(f"another title for {view.__name__}", f"{view.title!r}, which a tab has", "rename it")
        taken.add(view.title)
    return (*VIEWS, *own)
