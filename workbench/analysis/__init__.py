"""Probes and measures: what is read off the states of a run."""

from workbench.analysis import information
from workbench.analysis.certificates import Certificate, Kind, certify, gap
from workbench.analysis.metrics import psnr, residual, ssim, standard

__all__ = ["Certificate", "Kind", "certify", "gap", "information", "psnr", "residual", "ssim", "standard"]
