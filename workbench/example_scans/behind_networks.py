"""Problems in which a network makes the picture or tells of it, and what else fields and mixtures fill in."""

from workbench.algorithms import LBFGS, BacktrackingProximalGradient
from workbench.data.example_signals import pictures, solids
from workbench.data.example_signals.example_signal import ExampleSignal
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.operators import CrossSections, Downsample, Gradient, Identity, Mask, SharedGradient
from workbench.parametrisations import FourierFeatures, Generator, Grid, Mixture
from workbench.priors import Analysis, Elastic, L1Ball, OnUnknown, SmoothedTotalVariation, Sum, Tikhonov, Zero


def digit_generator() -> Experiment:
    """A tenth of the pixels of a digit, with noise: the numbers that a network makes it of, and what is near them."""
    shape = (1, pictures.DIGIT_SIDE, pictures.DIGIT_SIDE)
    near = Sum(OnUnknown(L1Ball(0.01), "layer_1"), OnUnknown(L1Ball(0.01), "layer_2"))
    normal = OnUnknown(Tikhonov(1.0), "latent")
    return Experiment(
        ExampleSignal("digit_generator"), Mask(shape, 0.1), Gaussian(0.1), Sum(normal, near),
        BacktrackingProximalGradient(), steps=200, parametrisation=Generator(shape, layers=2),
    )  # fmt: skip


def shared_gradient() -> Experiment:
    """What a learner shares tells its picture; more noise on it, the defence, tells less."""
    shape = (1, pictures.SHARED, pictures.SHARED)
    return Experiment(
        ExampleSignal("shared_gradient"), SharedGradient(shape), Gaussian(1e-3), SmoothedTotalVariation(1.0, 0.01),
        LBFGS(), steps=200,
    )  # fmt: skip


def field_network_super_resolution() -> Experiment:
    """Blocks of 4 x 4 px were averaged: a network of place fills in between."""
    shape = (1, pictures.SIDE, pictures.SIDE)
    return Experiment(
        ExampleSignal("field_network_super_resolution"), Downsample(shape, 4), Gaussian(0.01), Zero(), LBFGS(),
        steps=150, parametrisation=FourierFeatures(shape, 16, 24, 2.0),
    )  # fmt: skip


def scene_completion() -> Experiment:
    """A tenth of the values of a measured scene: every pixel is a mixture of six spectra."""
    shape = (pictures.BANDS, pictures.COMPLETED, pictures.COMPLETED)
    return Experiment(
        ExampleSignal("scene_completion"), Mask(shape, 0.1), Gaussian(0.003), Zero(), LBFGS(),
        steps=150, parametrisation=Mixture(shape, 6, "random"),
    )  # fmt: skip


def known_displacement() -> Experiment:
    """A photograph moved by a field that is known, to compare with; an elastic body moves least."""
    shape = (1, pictures.SIDE, pictures.SIDE)
    return Experiment(
        ExampleSignal("known_displacement"), Identity(shape), Gaussian(0.02), OnUnknown(Elastic(0.1), "displacement"),
        LBFGS(), steps=80, parametrisation=pictures.known_warp(),
    )  # fmt: skip


def incompressible_registration() -> Experiment:
    """A photograph stirred by a flow that is known: a stream function cannot change an area."""
    shape = (1, pictures.SIDE, pictures.SIDE)
    return Experiment(
        ExampleSignal("incompressible_registration"), Identity(shape), Gaussian(0.02), Zero(), LBFGS(),
        steps=40, parametrisation=pictures.known_flow(),
    )  # fmt: skip


def cross_sections() -> Experiment:
    """A solid from what eight planes cut of it: smooth values on a coarse grid fill in between."""
    shape = (1, solids.SOLID, solids.SOLID, solids.SOLID)
    return Experiment(
        ExampleSignal("cross_sections"), CrossSections(shape, solids.PLANES), Gaussian(0.05),
        Analysis(Tikhonov(5.0), Gradient(shape)), LBFGS(), steps=60, parametrisation=Grid(shape, solids.COARSE),
    )  # fmt: skip
