"""Probes and measures: what is read off the states of a run."""

from workbench.analysis.metrics import psnr, residual, ssim, standard

__all__ = ["psnr", "residual", "ssim", "standard"]
