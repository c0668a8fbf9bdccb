"""Samplers: from one level of noise to the next, by an estimate of the clean signal."""

from workbench.algorithms.diffusion.samplers.ddim import DDIM
from workbench.algorithms.diffusion.samplers.probability_flow import ProbabilityFlow
from workbench.algorithms.diffusion.samplers.renoising import Renoising
from workbench.algorithms.diffusion.samplers.reverse_sde import ReverseSDE
from workbench.algorithms.diffusion.samplers.sampler import Estimate, Move, Sampler

__all__ = ["DDIM", "Estimate", "Move", "ProbabilityFlow", "Renoising", "ReverseSDE", "Sampler"]
