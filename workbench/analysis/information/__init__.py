"""Mutual information of samples, layers and reconstructions: estimators that say when not to believe them."""

from workbench.analysis.information import channel, ensembles, filters, immse, paths, plane, sampled, tasks
from workbench.analysis.information.calibration import CalibrationReading, calibrate, calibrations
from workbench.analysis.information.estimators.auto_encoder import AutoEncoder
from workbench.analysis.information.estimators.base import Estimator
from workbench.analysis.information.estimators.bins import AdaptiveBins, Bins, FloorBins
from workbench.analysis.information.estimators.exact import Exact, quantised
from workbench.analysis.information.estimators.fronts.noisy import Noisy
from workbench.analysis.information.estimators.fronts.pca import PCA
from workbench.analysis.information.estimators.fronts.ranked import Ranked
from workbench.analysis.information.estimators.fronts.sliced import Sliced
from workbench.analysis.information.estimators.gaussian import GaussianClosedForm
from workbench.analysis.information.estimators.info_nce import InfoNCE
from workbench.analysis.information.estimators.kde import KDELower, KDEUpper
from workbench.analysis.information.estimators.kozachenko_leonenko import KozachenkoLeonenko, WeightedKozachenkoLeonenko
from workbench.analysis.information.estimators.ksg import KSG
from workbench.analysis.information.estimators.layer_estimator import LayerEstimator
from workbench.analysis.information.estimators.mine import MINE
from workbench.analysis.information.layers import layer_information
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
