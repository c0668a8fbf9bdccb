"""Regions of a signal or of data, by what a hand draws: where a truth is painted, and which data are lost."""

from workbench.data.regions.base import LOST, PAINTED, Region, union
from workbench.data.regions.brush import Brush
from workbench.data.regions.rectangle import Rectangle
from workbench.data.regions.text import Text

__all__ = ["LOST", "PAINTED", "Brush", "Rectangle", "Region", "Text", "union"]
