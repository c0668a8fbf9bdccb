"""Whole runs stay on their device: a step asks it for nothing, but where a method has to look before it goes on.

Stand-in for a GPU is torch's device "meta", whose tensors have shapes but no numbers: to read one, to copy one to the
processor, or to mix both devices is an error. So a step that works there waits for no GPU and moves nothing.
"""

import dataclasses
import inspect
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.kernels.table import KERNELS
from workbench import algorithms, catalog
from workbench.kernels.examples import Draw, Size
from workbench.noise import Gaussian, Laplace, Poisson
from workbench.operators import (
    FanBeamRadon,
    GaussianBlur,
    Identity,
    Mask,
    MultiCoilFourier,
    NonCartesianFourier,
    Radon,
)
from workbench.parametrisations import CompoundGaussian, Dictionary, LowRank, NonNegativeFactors, SensorGains
from workbench.priors import (
    L1,
    GaussianProcess,
    L2Ball,
    NonNegative,
    OnUnknown,
    RestorationPrior,
    Sum,
    Tikhonov,
    TotalVariation,
    WaveletL1,
    Zero,
)
from workbench.problem import Problem
from workbench.tensors import generator

SHAPE = (1, 16, 16)
PRIORS = (TotalVariation, Tikhonov, L1, WaveletL1, NonNegative, GaussianProcess, Zero, RestorationPrior)
# Methods that decide on the processor what comes next, and what they look at.
LOOKS = {
    "a line search": (
        "ArmijoGradientDescent",
        "BarzilaiBorwein",
        "FactoredGradientDescent",
        "LBFGS",
        "NonlinearConjugateGradient",
    ),
    "whether its start is inside a constraint": ("GeometricSubGradient",),
    "a step of each item, found by trial": (
        "BacktrackingFISTA",
        "BacktrackingProximalGradient",
        "BlockCoordinateDescent",
        "PALM",
        "SPIRAL",
    ),
    "whether inner conjugate gradients are done": (
        "GaussNewtonCG",
        "LevenbergMarquardt",
        "PerturbOptimise",
        "TrustRegionNewton",
    ),
    "a line search on the way to the minimum of a model": ("GaussNewton",),
    "whether a sweep over blocks did harm, which a second pass mends": ("HALS", "Kaczmarz", "OSEM", "SART", "SIRT"),
}
# Methods that look where a misfit bends unevenly: there a step is tried, and kept where it holds for each item.
FOLLOWING = {
    "CondatVu", "FISTA", "GradientDescent", "HeavyBall", "Landweber", "LinearisedADMM", "MonotoneAPG",
    "NesterovMomentum", "PnPPGD", "ProximalGradient", "RED", "StepLISTA",
}  # fmt: skip
LOOKING = {name for names in LOOKS.values() for name in names}
ALGORITHMS = sorted(catalog.members("algorithm").items())


def problems() -> list[Problem]:
    truth = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(0))
    found = [Problem.simulate(GaussianBlur(SHAPE, 1.0), Gaussian(0.1), prior(), truth) for prior in PRIORS]
    return [*found, Problem.simulate(GaussianBlur(SHAPE, 1.0), Poisson(), NonNegative(), truth)]


def scans() -> list[Problem]:
    """For methods that are formulas of one kind of measurement."""
    truth = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(0))
    projections = Problem.simulate(Radon(SHAPE, 9), Gaussian(0.1), Zero(), truth)
    waves = (MultiCoilFourier(SHAPE), NonCartesianFourier(SHAPE))
    return [projections, *(Problem.simulate(A, Gaussian(0.1), Zero(), truth + 0j) for A in waves)]


def factored() -> list[Problem]:
    """For methods over the blocks of an unknown that makes the picture."""
    truth, unknown = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(0)), LowRank(SHAPE, 2)
    A = Mask(SHAPE, 0.8)
    return [Problem.simulate(A, noise, Zero(), truth, parametrisation=unknown) for noise in (Gaussian(0.1), Laplace())]


def chosen() -> list[Problem]:
    """For methods of one kind of unknown, and for denoisers of pictures that are measured whole."""
    truth = torch.rand(2, *SHAPE, generator=torch.Generator().manual_seed(0))
    unknowns = CompoundGaussian(SHAPE), NonNegativeFactors(SHAPE), SensorGains(SHAPE)
    parts = Gaussian(0.1), Zero(), truth
    made = [Problem.simulate(Mask(SHAPE, 0.8), *parts, parametrisation=unknown) for unknown in unknowns]
    inside = Gaussian(0.1), OnUnknown(NonNegative()), truth
    factors = Problem.simulate(Identity(SHAPE), *inside, parametrisation=LowRank(SHAPE, 2))
    sparse = Gaussian(0.1), Sum(OnUnknown(L1(), "code"), OnUnknown(L2Ball(0.5, 3), "atoms")), truth
    atoms = Problem.simulate(Mask(SHAPE, 0.8), *sparse, parametrisation=Dictionary(SHAPE, 3, 2))
    return [*made, Problem.simulate(Identity(SHAPE), *parts), factors, atoms]


def away(part: Any) -> Any:
    """A state as it lies on a device: all that has an axis is there, single numbers stay here."""
    if isinstance(part, Tensor):
        each = part.ndim == 1 and part.dtype == torch.float64  # numbers of each item stay here, too: `tensors.Each`
        return part.to("meta") if part.ndim and not each else part
    if dataclasses.is_dataclass(part) and not inspect.isclass(part):
        fields = {f.name: away(getattr(part, f.name)) for f in dataclasses.fields(part) if f.init}
        return dataclasses.replace(part, **fields)
    if isinstance(part, tuple):
        return type(part)(*map(away, part)) if hasattr(part, "_fields") else tuple(map(away, part))
    return part


def stepped(problem: Problem, algorithm: algorithms.Algorithm) -> Tensor:
    """x after a step there, from a state that three steps here have made."""
    with torch.no_grad():
        state = algorithm.init(problem, problem.start(), generator(0, 0))
        for k in range(1, 4):
            state = algorithm.step(problem, state, generator(0, k))
        there = dataclasses.replace(problem.to("cpu"), truth=None)
        object.__setattr__(there, "y", problem.y.to("meta"))  # which no constructor would take: it checks the numbers
        return algorithm.step(there, away(state), generator(0, 4)).x


@pytest.mark.parametrize(("name", "cls"), ALGORITHMS, ids=[name for name, _ in ALGORITHMS])
def test_a_step_asks_nothing_of_its_device(name, cls, monkeypatch):
    draws = "workbench.algorithms.second_order.cubic_newton.stream"
    monkeypatch.setattr(draws, lambda *_, **__: torch.Generator())  # "meta" has none
    kinds = (problems, scans, factored, chosen)
    able = next((some for kind in kinds if (some := [p for p in kind() if not cls().unmet(p)])), [])
    # The prox of TV is a run of its own, to a gap: it looks once a block of dual steps.
    fit = [p for p in able if not isinstance(p.prior, TotalVariation)] or able
    assert fit, f"a problem for {name}"
    if name in LOOKING:
        with pytest.raises((RuntimeError, NotImplementedError), match="meta"):
            for problem in fit:
                stepped(problem, cls())
        return
    for problem in fit:
        if name in FOLLOWING and not problem.bends_evenly:
            with pytest.raises((RuntimeError, NotImplementedError), match="meta"):
                stepped(problem, cls())
        else:
            assert stepped(problem, cls()).device.type == "meta"


@pytest.mark.parametrize("name", ["PDHG", "ADMM", "LinearisedADMM", "CondatVu", "AcceleratedPDHG"])
def test_splitting_methods_take_total_variation_without_a_look(name):
    assert stepped(problems()[0], catalog.find("algorithm", name)()).device.type == "meta"


@pytest.mark.parametrize("operator", [Radon(SHAPE, 5), FanBeamRadon(SHAPE, 5)], ids=["Radon", "FanBeamRadon"])
def test_projections_and_their_adjoints_ask_nothing(operator):
    assert operator(torch.empty(2, *SHAPE, device="meta")).device.type == "meta"
    assert operator.adjoint(torch.empty(2, *operator.out_shape, device="meta")).device.type == "meta"


WITHOUT_A_LOOK = [k for k in KERNELS if "solve" not in k.name]


@pytest.mark.parametrize("kernel", WITHOUT_A_LOOK, ids=lambda kernel: kernel.name)
def test_kernels_ask_nothing(kernel):
    arguments = kernel.arguments(Draw(Size(2, 5, 4), torch.float32, "meta"))
    assert all(answer.device.type == "meta" for answer in kernel(*arguments))


def test_the_stand_in_would_notice():
    for look in (bool, Tensor.item, Tensor.tolist, Tensor.cpu, Tensor.nonzero):
        with pytest.raises((RuntimeError, NotImplementedError)):
            look(torch.empty(1, device="meta"))
    with pytest.raises(RuntimeError):
        torch.empty(2, device="meta") + torch.empty(2)
    with pytest.raises((RuntimeError, NotImplementedError)):
        TotalVariation().prox(torch.empty(1, *SHAPE, device="meta"), 1.0)
