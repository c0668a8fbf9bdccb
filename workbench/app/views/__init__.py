"""The views of the page, in the order of their tabs: each is made from a session, and none knows another."""

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
