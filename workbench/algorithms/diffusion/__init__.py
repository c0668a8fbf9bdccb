"""Diffusion: a schedule and a sampler serve every method that conditions a denoiser on data."""

from workbench.algorithms.diffusion.base import Diffusion, DiffusionState
from workbench.algorithms.diffusion.ddnm import DDNM
from workbench.algorithms.diffusion.ddrm import DDRM
from workbench.algorithms.diffusion.dds import DDS
from workbench.algorithms.diffusion.diff_pir import DiffPIR
from workbench.algorithms.diffusion.dps import DPS
from workbench.algorithms.diffusion.guided import Guided
from workbench.algorithms.diffusion.likelihood import log_density
from workbench.algorithms.diffusion.mcg import MCG
from workbench.algorithms.diffusion.pigdm import PiGDM
from workbench.algorithms.diffusion.red_diff import REDDiff
from workbench.algorithms.diffusion.samplers.ddim import DDIM
from workbench.algorithms.diffusion.samplers.probability_flow import ProbabilityFlow
from workbench.algorithms.diffusion.samplers.renoising import Renoising
from workbench.algorithms.diffusion.samplers.reverse_sde import ReverseSDE
from workbench.algorithms.diffusion.samplers.sampler import Sampler
from workbench.algorithms.diffusion.schedules.cosine_vp import CosineVP
from workbench.algorithms.diffusion.schedules.geometric import Geometric
from workbench.algorithms.diffusion.schedules.karras import Karras
from workbench.algorithms.diffusion.schedules.linear_vp import LinearVP
from workbench.algorithms.diffusion.schedules.schedule import Level, Schedule
from workbench.algorithms.diffusion.unconditional import UnconditionalDiffusion

__all__ = [
    "DDIM",
    "DDNM",
    "DDRM",
    "DDS",
    "DPS",
    "MCG",
    "CosineVP",
    "DiffPIR",
    "Diffusion",
    "DiffusionState",
    "Geometric",
    "Guided",
    "Karras",
    "Level",
    "LinearVP",
    "PiGDM",
    "ProbabilityFlow",
    "REDDiff",
    "Renoising",
    "ReverseSDE",
    "Sampler",
    "Schedule",
    "UnconditionalDiffusion",
    "log_density",
]
