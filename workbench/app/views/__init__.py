"""The views of the page, in the order of their tabs: each is made from a session, and none knows another."""

from workbench.app.views.compare import Compare
from workbench.app.views.files import Python
from workbench.app.views.information import InformationView
from workbench.app.views.laboratory import LaboratoryView
from workbench.app.views.pictures import Gallery
from workbench.app.views.spectrum import SpectrumView
from workbench.app.views.tab import View
from workbench.app.views.uncertainty import UncertaintyView

VIEWS: tuple[type[View], ...] = (
    Gallery,
    Compare,
    SpectrumView,
    InformationView,
    UncertaintyView,
    LaboratoryView,
    Python,
)
