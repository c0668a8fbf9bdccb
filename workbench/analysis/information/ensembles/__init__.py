"""Ensembles of signals, since information is a property of many signals and of none alone."""

from typing import TYPE_CHECKING

from workbench.analysis.information.ensembles.codebook import Codebook
from workbench.analysis.information.ensembles.ensemble import Drawn, Ensemble
from workbench.analysis.information.ensembles.gaussian_random_field import GaussianRandomField
from workbench.parameters import renamed

__all__ = ["Codebook", "Drawn", "Ensemble", "GaussianRandomField"]


if not TYPE_CHECKING:
    __getattr__ = renamed.exports(__name__)
