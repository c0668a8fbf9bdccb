"""Signals of one axis: a string, a heart beat, and intensities."""

import math

import torch
from torch import Tensor

from workbench.data.example_signals.made import Made, made_by
from workbench.data.shipped import truth
from workbench.operators import QuadraticSensing
from workbench.parametrisations import Gram
from workbench.tensors import stream

SAMPLES, RATE, PITCH = 2048, 8000.0, 196.0  # Hz
PLUCKED, HARMONICS, DECAY = 0.2, 12, 3.0  # share of the string's length; 1 / s for each harmonic's number
HEART = 1024
LENGTH, OVERSAMPLING = 32, 6.0
LIFTED = QuadraticSensing((1, LENGTH, LENGTH), OVERSAMPLING)


def string() -> Made:
    """A string plucked at a fifth of its length, each harmonic as loud as theory has it, sin(pi k / 5) / k^2."""
    time = torch.arange(SAMPLES, dtype=torch.float64) / RATE
    sound = torch.zeros_like(time)
    for k in range(1, HARMONICS + 1):
        loud = math.sin(math.pi * k * PLUCKED) / k**2
        sound = sound + loud * torch.exp(-DECAY * k * time) * torch.sin(2 * math.pi * PITCH * k * time)
    return Made(_loudest(sound))


def heart() -> Made:
    """The electrocardiogram of PyWavelets, about its mean, the highest wave 1."""
    beats = truth("ecg", HEART).double().flatten()
    return Made(_loudest(beats - beats.mean()))


def lifted() -> Made:
    """x x^T of a wave with three spikes, 32 numbers."""
    at = torch.arange(LENGTH, dtype=torch.float64) / LENGTH
    x = (2 * math.pi * 2 * at).sin()
    places = torch.randperm(LENGTH, generator=stream(0, "places of a lifted signal"))[:3]
    x[places] += 2.0
    return made_by(Gram((1, LENGTH, LENGTH)), {"factor": x[None, None, :, None]})


def _loudest(sound: Tensor) -> Tensor:
    return (sound / sound.abs().max())[None, None]
