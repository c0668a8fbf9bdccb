"""Mutual information of samples, layers and reconstructions: estimators that say when not to believe them."""

from workbench.analysis.information import channel, ensembles, filters, immse, paths, plane, sampled, tasks
from workbench.analysis.information.base import Estimator
from workbench.analysis.information.binned import AdaptiveBins, Bins, Exact, FloorBins, quantised
from workbench.analysis.information.calibration import CalibrationReading, calibrate, calibrations
from workbench.analysis.information.coded import LayerEstimator
from workbench.analysis.information.density import KDELower, KDEUpper
from workbench.analysis.information.fronts import PCA, Noisy, Ranked, Sliced
from workbench.analysis.information.gaussian import GaussianClosedForm
from workbench.analysis.information.layers import layer_information
from workbench.analysis.information.learned import MINE, AutoEncoder, InfoNCE
from workbench.analysis.information.neighbours import KSG, KozachenkoLeonenko, WeightedKozachenkoLeonenko
from workbench.analysis.information.sampled import sampled_plane

__all__ = [
    "KSG",
    "MINE",
    "PCA",
    "AdaptiveBins",
    "AutoEncoder",
    "Bins",
    "CalibrationReading",
    "Estimator",
    "Exact",
    "FloorBins",
    "GaussianClosedForm",
    "InfoNCE",
    "KDELower",
    "KDEUpper",
    "KozachenkoLeonenko",
    "LayerEstimator",
    "Noisy",
    "Ranked",
    "Sliced",
    "WeightedKozachenkoLeonenko",
    "calibrate",
    "calibrations",
    "channel",
    "ensembles",
    "filters",
    "immse",
    "layer_information",
    "paths",
    "plane",
    "quantised",
    "sampled",
    "sampled_plane",
    "tasks",
]
