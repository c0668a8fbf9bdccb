"""Diffusion: a schedule and a sampler serve every method that conditions a denoiser on data."""

from workbench.algorithms.diffusion.base import Diffusion, Guided, Noisy, UnconditionalDiffusion
from workbench.algorithms.diffusion.consistency import DDNM, DDS, DiffPIR
from workbench.algorithms.diffusion.ddrm import DDRM
from workbench.algorithms.diffusion.guidance import DPS, MCG, PiGDM
from workbench.algorithms.diffusion.likelihood import log_density
from workbench.algorithms.diffusion.red_diff import REDDiff
from workbench.algorithms.diffusion.samplers import DDIM, ProbabilityFlow, Renoising, ReverseSDE, Sampler
from workbench.algorithms.diffusion.schedules import CosineVP, Geometric, Karras, Level, LinearVP, Schedule

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
    "Geometric",
    "Guided",
    "Karras",
    "Level",
    "LinearVP",
    "Noisy",
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
