"""Spectra of anything that is a self-adjoint LinearOperator, without its matrix."""

from workbench.analysis.spectrum import modes, rates
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
from workbench.analysis.spectrum.hessians import Hessians, exact, hessians
from workbench.analysis.spectrum.lanczos import Krylov, lanczos, rademacher
from workbench.analysis.spectrum.measure import SpectralMeasure, refine, slq, slq_cost
from workbench.analysis.spectrum.ritz import Ritz, outliers, ritz
from workbench.analysis.spectrum.study import Finding, Glimpse, Study, glimpse, preconditioned

__all__ = [
    "Cost",
    "Counted",
    "Eigenpairs",
    "Entries",
    "Estimate",
    "Finding",
    "Glimpse",
    "Hessians",
    "Krylov",
    "Ritz",
    "Search",
    "SpectralMeasure",
    "Study",
    "bottom",
    "condition",
    "diagonal",
    "exact",
    "freedom",
    "glimpse",
    "hessians",
    "lanczos",
    "last",
    "log_determinant",
    "modes",
    "outermost",
    "outliers",
    "preconditioned",
    "rademacher",
    "rates",
    "refine",
    "ritz",
    "sketched_trace",
    "slq",
    "slq_cost",
    "top",
    "trace",
]
