"""Spectra of anything that is a self-adjoint LinearOperator, without its matrix."""

from typing import TYPE_CHECKING

from workbench.analysis.spectrum import modes, rates
from workbench.analysis.spectrum.axis import AXES, Axis, LinearAxis, LogarithmicAxis, SymmetricLogarithmicAxis, power
from workbench.analysis.spectrum.cost import Cost, Counted
from workbench.analysis.spectrum.eigenpairs import Eigenpairs, Search, bottom, outermost, top
from workbench.analysis.spectrum.estimate import Estimate
from workbench.analysis.spectrum.estimators import (
    Entries,
    condition,
    diagonal,
    freedom,
    last,
    log_determinant,
    sketched_trace,
    trace,
)
from workbench.analysis.spectrum.glimpse import Glimpse, glimpse
from workbench.analysis.spectrum.hessians import Hessians, exact, hessians
from workbench.analysis.spectrum.lanczos import Krylov, lanczos, rademacher
from workbench.analysis.spectrum.measure import SpectralMeasure, refine, slq, slq_cost
from workbench.analysis.spectrum.prediction import MOMENTA, Phases, Prediction, phases, predictions
from workbench.analysis.spectrum.ritz import Ritz, outliers, ritz
from workbench.analysis.spectrum.shares import (
    Curve,
    cumulative,
    density,
    exact_cumulative,
    exact_density,
    heat,
    reach,
    scaled,
)
from workbench.analysis.spectrum.spectrum_estimate import SpectrumEstimate
from workbench.analysis.spectrum.study import SpectrumStudy, preconditioned
from workbench.parameters import renamed

__all__ = [
    "AXES",
    "MOMENTA",
    "Axis",
    "Cost",
    "Counted",
    "Curve",
    "Eigenpairs",
    "Entries",
    "Estimate",
    "Glimpse",
    "Hessians",
    "Krylov",
    "LinearAxis",
    "LogarithmicAxis",
    "Phases",
    "Prediction",
    "Ritz",
    "Search",
    "SpectralMeasure",
    "SpectrumEstimate",
    "SpectrumStudy",
    "SymmetricLogarithmicAxis",
    "bottom",
    "condition",
    "cumulative",
    "density",
    "diagonal",
    "exact",
    "exact_cumulative",
    "exact_density",
    "freedom",
    "glimpse",
    "heat",
    "hessians",
    "lanczos",
    "last",
    "log_determinant",
    "modes",
    "outermost",
    "outliers",
    "phases",
    "power",
    "preconditioned",
    "predictions",
    "rademacher",
    "rates",
    "reach",
    "refine",
    "ritz",
    "scaled",
    "sketched_trace",
    "slq",
    "slq_cost",
    "top",
    "trace",
]

if not TYPE_CHECKING:
    __getattr__ = renamed.exports(__name__)
