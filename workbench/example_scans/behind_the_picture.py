"""Problems whose unknown lies behind the picture: factors, kernels, gains, coils, maps, warps, networks."""

from workbench.algorithms import (
    LBFGS,
    PALM,
    AlternatingMinimisation,
    GeometricSubGradient,
    GradientDescent,
    SelfCalibration,
)
from workbench.data.example_signals import matrices, pictures, sensors
from workbench.data.example_signals.example_signal import ExampleSignal
from workbench.experiment import Experiment
from workbench.noise import Gaussian, Laplace
from workbench.operators import FourierMask, GaussianSensing, Identity, Mask, Radon
from workbench.parameters import called
from workbench.parametrisations import (
    CoilsAndImage,
    Dictionary,
    FourierFeatures,
    KernelAndImage,
    LowRank,
    Mixture,
    NonNegativeFactors,
    RelaxationMaps,
    SensorGains,
    SquareDifference,
    TubalProduct,
    UntrainedNetwork,
    Warp,
)
from workbench.priors import (
    L1,
    Elastic,
    L2Ball,
    OnUnknown,
    Simplex,
    SmoothedTotalVariation,
    Sum,
    Tikhonov,
    TotalVariation,
    Zero,
)

_FREE = Zero()


def matrix_completion() -> Experiment:
    """Thirty entries of a hundred are seen: exact least squares in one factor after the other."""
    shape = matrices.MATRIX
    return Experiment(
        ExampleSignal("matrix_completion"), Mask(shape, 0.3), Gaussian(1e-3), _FREE, AlternatingMinimisation(),
        steps=40, parametrisation=LowRank(shape, matrices.RANK),
    )  # fmt: skip


def gross_errors() -> Experiment:
    """Three entries of ten are wrong: absolute differences, and steps that shorten geometrically."""
    shape = matrices.MATRIX
    return Experiment(
        ExampleSignal("gross_errors"), Identity(shape), Laplace(1e-3), _FREE, GeometricSubGradient(),
        steps=700, parametrisation=LowRank(shape, matrices.RANK),
    )  # fmt: skip


def parts() -> Experiment:
    """Factors without negative entries, with noise."""
    shape = matrices.PARTS
    return Experiment(
        ExampleSignal("parts"), Identity(shape), Gaussian(0.05), _FREE, LBFGS(),
        steps=150, parametrisation=NonNegativeFactors(shape, matrices.PART_RANK),
    )  # fmt: skip


def film_completion() -> Experiment:
    """Half of a film's values are seen."""
    shape = matrices.FILM
    return Experiment(
        ExampleSignal("film_completion"), Mask(shape, 0.5), Gaussian(1e-3), _FREE, AlternatingMinimisation(),
        steps=40, parametrisation=TubalProduct(shape, matrices.TUBAL_RANK),
    )  # fmt: skip


def diagonal_network() -> Experiment:
    """Fewer measurements than numbers, no prior: descent from a small scale finds the sparse one by itself."""
    shape = matrices.SPARSE
    return Experiment(
        ExampleSignal("diagonal_network"), GaussianSensing(shape, 0.5), Gaussian(1e-3), _FREE,
        GradientDescent(step_size=5e-8), steps=3000, parametrisation=SquareDifference(shape, 1e-3),
    )  # fmt: skip


def masked_dictionary() -> Experiment:
    """Patches of bricks from atoms of length 1 that are learned while four pixels of ten are missing."""
    shape, patch = (1, 96, 96), 8
    # Without a bound the atoms grow and the codes shrink, until the prior weighs nothing.
    prior = Sum(OnUnknown(L1(200.0), "code"), OnUnknown(L2Ball(1 / patch, 3), "atoms"))
    return Experiment(
        ExampleSignal("masked_dictionary"), Mask(shape, 0.6), Gaussian(0.01), prior, PALM(inertia=0.8),
        steps=150, parametrisation=Dictionary(shape, 32, patch),
    )  # fmt: skip


def blind_deblurring() -> Experiment:
    """A kernel of sum 1 without negative entries, spread out, a picture of few edges; coarse before fine."""
    shape, size = (1, sensors.SIDE, sensors.SIDE), sensors.KERNEL
    # On the simplex least squares lead away from a point, which explains any data by a picture as blurred as they.
    kernel = OnUnknown(Sum(Simplex(1 / size**2), Tikhonov(6e4)), "kernel")
    return Experiment(
        ExampleSignal("blind_deblurring"), Identity(shape), Gaussian(0.005),
        Sum(kernel, OnUnknown(TotalVariation(20.0), "image")), PALM(heavier=30.0, fading=0.99),
        steps=600, parametrisation=KernelAndImage(shape, size),
    )  # fmt: skip


def self_calibration() -> Experiment:
    """Gains and picture at once, by linear least squares."""
    shape = sensors.RAYS.out_shape
    return Experiment(
        ExampleSignal("self_calibration"), Identity(shape), Gaussian(1e-4), _FREE, SelfCalibration(),
        steps=1, parametrisation=SensorGains(shape, sensors.RAYS),
    )  # fmt: skip


def joint_sense() -> Experiment:
    """Two fifths of the frequencies of four coils whose maps are not known."""
    shape = (sensors.COILS, sensors.SIDE, sensors.SIDE)
    prior = Sum(OnUnknown(Tikhonov(1e3), "coils"), OnUnknown(Tikhonov(1e3), "image"))
    return Experiment(
        ExampleSignal("joint_sense"), FourierMask(shape, 0.4, pattern="points"), Gaussian(1e-3), prior,
        AlternatingMinimisation(), steps=8, parametrisation=CoilsAndImage(shape, sensors.SPREAD),
    )  # fmt: skip


def t2_mapping() -> Experiment:
    """A quarter of the frequencies of eight echoes: maps of amplitude and T2 with few edges."""
    shape = (sensors.ECHOES, sensors.SIDE, sensors.SIDE)
    amplitude, rate = (
        OnUnknown(SmoothedTotalVariation(weight, 0.003), block)
        for weight, block in ((20.0, "amplitude"), (100.0, "rate"))
    )
    return Experiment(
        ExampleSignal("t2_mapping"), FourierMask(shape, 0.25, 0.05, "uniform"), Gaussian(2e-3), Sum(amplitude, rate),
        LBFGS(), steps=600, parametrisation=RelaxationMaps(shape, sensors.SPACING),
    )  # fmt: skip


def registration() -> Experiment:
    """One slice of a head moved onto another, by an elastic field."""
    shape = (1, pictures.SIDE, pictures.SIDE)
    moving = called(pictures.moving_slice(), "mr_brain::slice 12")
    return Experiment(
        ExampleSignal("registration"), Identity(shape), Gaussian(0.05), OnUnknown(Elastic(0.3), "displacement"),
        LBFGS(), steps=80, parametrisation=Warp(shape, 8.0, moving),
    )  # fmt: skip


def deep_image_prior() -> Experiment:
    """A network that nobody trained fits a picture before it fits the noise: the PSNR has its peak on the way."""
    shape = (1, pictures.SIDE, pictures.SIDE)
    return Experiment(
        ExampleSignal("deep_image_prior"), Identity(shape), Gaussian(0.2), _FREE, LBFGS(),
        steps=150, parametrisation=UntrainedNetwork(shape, 32, 3),
    )  # fmt: skip


def field_network_ct() -> Experiment:
    """A network of place instead of pixels, from twenty views."""
    shape = (1, pictures.SIDE, pictures.SIDE)
    return Experiment(
        ExampleSignal("field_network_ct"), Radon(shape, 20), Gaussian(0.01), _FREE, LBFGS(),
        steps=150, parametrisation=FourierFeatures(shape, 16, 24),
    )  # fmt: skip


def unmixing() -> Experiment:
    """Spectra of four materials and their shares in every pixel, from their mixtures."""
    shape = (pictures.BANDS, pictures.SCENE, pictures.SCENE)
    return Experiment(
        ExampleSignal("unmixing"), Identity(shape), Gaussian(0.005), _FREE, LBFGS(),
        steps=200, parametrisation=Mixture(shape, len(pictures.MATERIALS)),
    )  # fmt: skip
