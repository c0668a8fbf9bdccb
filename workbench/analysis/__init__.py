"""Probes and measures: what is read off the states of a run."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from workbench.analysis.certificates import Certificate, Kind, certify, gap
from workbench.analysis.data_fit import residual
from workbench.analysis.metrics import psnr, ssim, standard

if TYPE_CHECKING:
    from workbench.analysis import information

__all__ = ["Certificate", "Kind", "certify", "gap", "information", "psnr", "residual", "ssim", "standard"]


def __getattr__(name: str) -> Any:
    """The rooms that a run does not need are imported when somebody asks for them."""
    if name == "information":
        return import_module("workbench.analysis.information")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
