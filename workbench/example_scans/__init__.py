"""Examples as whole experiments: scans with geometry, units and level of the noise, problems of what lies behind a
picture, and a first reconstruction of each."""

import functools

from workbench.data import example_info
from workbench.data.example_signals.infos import ALL_EXAMPLES
from workbench.example_scans import behind_networks, behind_recordings
from workbench.example_scans import behind_the_picture as behind
from workbench.example_scans.electrocardiogram import electrocardiogram
from workbench.example_scans.microscopy import bars, bead
from workbench.example_scans.tomography import tilt_series
from workbench.experiment import Experiment

_EXPERIMENTS = {"tilt_series": tilt_series, "bars": bars, "bead": bead, "ecg": electrocardiogram} | {
    made.__name__: made
    for made in (
        behind.matrix_completion,
        behind.gross_errors,
        behind.parts,
        behind.film_completion,
        behind.diagonal_network,
        behind.masked_dictionary,
        behind.blind_deblurring,
        behind.self_calibration,
        behind.joint_sense,
        behind.t2_mapping,
        behind.registration,
        behind_networks.known_displacement,
        behind_networks.incompressible_registration,
        behind_networks.cross_sections,
        behind.deep_image_prior,
        behind.field_network_ct,
        behind.unmixing,
        behind_recordings.string_analysis,
        behind_recordings.string_synthesis,
        behind_recordings.heart_analysis,
        behind_recordings.heart_synthesis,
        behind_recordings.matrix_sensing,
        behind_recordings.phase_lifting,
        behind_networks.digit_generator,
        behind_networks.shared_gradient,
        behind_networks.field_network_super_resolution,
        behind_networks.scene_completion,
    )
}


def names() -> tuple[str, ...]:
    """The names of all examples, those too whose package is not installed."""
    return tuple(ALL_EXAMPLES)


def example(name: str) -> Experiment:
    """The experiment of an example. Refusal for an unknown name, and where the package that carries it is missing."""
    info = example_info(name)
    info.folder()  # what is not there any more is not opened from memory
    return _made(info.name)


@functools.cache
def _made(name: str) -> Experiment:
    """Once in a process: an address asks for it at every change."""
    return _EXPERIMENTS[name]()


__all__ = ["example", "names"]
