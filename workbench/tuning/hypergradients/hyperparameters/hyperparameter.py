"""Parameters of a problem that a loss is differentiated in."""

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import Tensor

from workbench.algorithms import Constants
from workbench.parameters import Checked
from workbench.priors import Prior
from workbench.problem import Problem


class Hyperparameter(ABC, metaclass=Checked):
    """A vector theta, (P,), float64, and the problem that it makes. Subclasses are frozen dataclasses.

    Sizes are logarithms, so that every theta is allowed and a step of 0.01 is 1 %.
    """

    word: ClassVar[str]  # what the command line calls it

    def unmet(self, problem: Problem) -> str:
        """Why it cannot be learned of this problem, as a sentence; empty where it can."""
        return ""

    @abstractmethod
    def start(self, problem: Problem) -> Tensor:
        """The first theta."""

    @abstractmethod
    def at(self, problem: Problem, theta: Tensor) -> Problem:
        """The problem at theta, its objective smooth in x and differentiable in theta."""

    @abstractmethod
    def learned(self, problem: Problem, theta: Tensor) -> Prior:
        """The prior at theta, of plain numbers, to be used like any other."""

    def measured(self, found: Constants, theta: Tensor) -> Constants:
        """The constants of a run, where theta is one of them."""
        return found
