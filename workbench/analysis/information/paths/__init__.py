"""What is drawn of the plane: filters exactly, algorithms sampled and calibrated, denoisers by I-MMSE."""

from workbench.analysis.information.paths.calibrated import CalibratedPath, calibrated_path, matched
from workbench.analysis.information.paths.closed import ClosedForm, FilterPaths, channel_of, filter_paths
from workbench.analysis.information.paths.denoised import SIGMAS, Denoised, denoised
from workbench.analysis.information.paths.track import Track

__all__ = [
    "SIGMAS",
    "CalibratedPath",
    "ClosedForm",
    "Denoised",
    "FilterPaths",
    "Track",
    "calibrated_path",
    "channel_of",
    "denoised",
    "filter_paths",
    "matched",
]
