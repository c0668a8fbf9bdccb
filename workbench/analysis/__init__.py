"""Probes and measures: what is read off the states of a run."""

from workbench.analysis import information
from workbench.analysis.certificates import Certificate, Kind, certify, gap
from workbench.analysis.data_fit import residual
from workbench.analysis.metrics import psnr, ssim, standard

__all__ = ["Certificate", "Kind", "certify", "gap", "information", "psnr", "residual", "ssim", "standard"]
