"""What plug-and-play proximal gradient and regularisation by denoising share."""

from abc import abstractmethod
from dataclasses import dataclass

from workbench.algorithms.base import Constants, Needs, State
from workbench.algorithms.denoiser.strength import seen
from workbench.algorithms.first_order.gradient_method import GradientMethod
from workbench.noise import Likelihood
from workbench.priors import Can
from workbench.problem import Problem
from workbench.tensors import Each, least


@dataclass(frozen=True)
class DenoiserGradient(GradientMethod):
    """Steps along the misfit's gradient, and a denoiser that is told less noise in each of the first `warm` ones."""

    warm = 0  # a field of each method

    needs = Needs(prior=Can.DENOISE, noise=Likelihood.GRAD)
    exact = minimises = False

    def measure(self, problem: Problem) -> Constants:
        return seen(problem)

    def denoised_at(self, state: State) -> float | None:
        return least(self.strength(state)) if state.k >= self.warm else None

    @abstractmethod
    def strength(self, state: State) -> Each:
        """The noise that the denoiser is told after the first steps."""
