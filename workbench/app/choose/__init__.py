"""The weight of the prior, chosen: curves of every rule over a path of kept pictures."""

from workbench.app.choose.choosing import Choosing
from workbench.app.choose.view import ChooseView

__all__ = ["ChooseView", "Choosing"]
