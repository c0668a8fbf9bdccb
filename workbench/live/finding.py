"""What measured data tell by themselves: the level of their noise, the axis of rotation, the mask of k-space."""

from collections.abc import Callable
from typing import Any

import numpy as np

from workbench.data import Measured, noise_level
from workbench.experiment import Experiment
from workbench.live.session import Session
from workbench.noise import Gaussian
from workbench.operators import FourierMask, MultiCoilFourier, Radon

Found = tuple[str, Any, str]  # the path, the number or the array, and how it was found
Finding = Callable[[Experiment, Session], Found]


def noise(experiment: Experiment, session: Session) -> Found:
    """The standard deviation that the finest details of the data have, with its standard error."""
    y = session.problem.y[0].numpy(force=True)
    level = noise_level.of_wavelets(y[0] if len(y) == 1 else y)  # a signal has one axis, not one of channels as well
    each = "local frequencies" if np.iscomplexobj(y) else "wavelet details"
    said = f"sigma = {level.sigma:.4g} +- {level.error:.2g}, from {level.count} {each} of the data{level.remark}"
    return "noise.sigma", float(f"{level.sigma:.4g}"), said


def axis(experiment: Experiment, session: Session) -> Found:
    """The offset of the axis of rotation that the sinogram shows."""
    centred, found = experiment.centred()
    assert isinstance(centred.operator, Radon)
    return "operator.offset", centred.operator.offset, found.reason


def mask(experiment: Experiment, session: Session) -> Found:
    """The mask of the frequencies that were measured."""
    sampled, reason = experiment.sampled()
    assert isinstance(sampled.operator, FourierMask | MultiCoilFourier)
    return "operator.pattern", sampled.operator.pattern, reason


def suited(kind: str, experiment: Experiment) -> tuple[str, Finding] | None:
    """What a section of the page can find, with the words of its button; None where it finds nothing."""
    if not isinstance(experiment.source, Measured):
        return None
    if kind == "noise" and isinstance(experiment.noise, Gaussian):
        return "Take sigma from the data", noise
    if kind == "operator" and isinstance(experiment.operator, Radon):
        return "Find the axis of rotation", axis
    if kind == "operator" and isinstance(experiment.operator, FourierMask | MultiCoilFourier):
        return "Take the mask from the data", mask
    return None
