"""Algorithms: init and step."""

from workbench.algorithms.base import Algorithm, Needs, State
from workbench.algorithms.gradient import GradientDescent

__all__ = ["Algorithm", "GradientDescent", "Needs", "State"]
