"""Noise schedules: the levels between a noisy and a clean signal."""

from workbench.algorithms.diffusion.schedules.cosine_vp import CosineVP
from workbench.algorithms.diffusion.schedules.geometric import Geometric
from workbench.algorithms.diffusion.schedules.karras import Karras
from workbench.algorithms.diffusion.schedules.linear_vp import LinearVP
from workbench.algorithms.diffusion.schedules.schedule import Level, Schedule

__all__ = ["CosineVP", "Geometric", "Karras", "Level", "LinearVP", "Schedule"]
