"""Example scans as whole experiments: geometry, units, level of the noise and a first reconstruction of each."""

import functools

from workbench.data.example_files.example_scan import EXAMPLES, example_info
from workbench.example_scans.electrocardiogram import electrocardiogram
from workbench.example_scans.microscopy import bars, bead
from workbench.example_scans.tomography import tilt_series
from workbench.experiment import Experiment

_EXPERIMENTS = {"tilt_series": tilt_series, "bars": bars, "bead": bead, "ecg": electrocardiogram}


def names() -> tuple[str, ...]:
    """The names of all examples, those too whose package is not installed."""
    return tuple(EXAMPLES)


def example(name: str) -> Experiment:
    """The experiment of an example. Refusal for an unknown name, and where the package that carries it is missing."""
    info = example_info(name)
    info.path()  # what is not there any more is not opened from memory
    return _made(info.name)


@functools.cache
def _made(name: str) -> Experiment:
    """Once in a process: an address asks for it at every change."""
    return _EXPERIMENTS[name]()


__all__ = ["example", "names"]
