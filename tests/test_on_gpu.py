"""Every member of the catalogue on a GPU: the same numbers as on the processor, and all of them left there.

`pytest tests/test_on_gpu.py tests/kernels` on a machine that has one; elsewhere it is skipped as a whole.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

if not torch.cuda.is_available():
    pytest.skip("this machine has no GPU", allow_module_level=True)

from tests import test_device as whole
from tests.laws import test_algorithms as of_algorithms
from tests.laws import test_noises as of_noises
from tests.laws import test_parametrisations as of_parametrisations
from tests.laws import test_priors as of_priors
from tests.laws.small import dtypes, members, random
from workbench import catalog, storage
from workbench.algorithms import Algorithm
from workbench.algorithms.unrolled import LearnedSteps
from workbench.analysis.spectrum import eigenpairs
from workbench.data import Shipped
from workbench.devices import moved
from workbench.experiment import Experiment
from workbench.jobs import Status
from workbench.live.session import Session
from workbench.noise import Likelihood, Noise
from workbench.operators import GaussianBlur, Operator
from workbench.parameters import as_code, changed
from workbench.priors import Prior, Tikhonov
from workbench.priors.learned.learned import Learned
from workbench.problem import Problem
from workbench.run import after, iterate, until
from workbench.tensors import generator

GPU = "cuda:0"
NETWORK = 1e-2  # torch convolves float32 on a GPU with factors of 10 bits, unless it is told otherwise
CLOSE = {torch.float64: 1e-9, torch.complex128: 1e-9, torch.float32: 2e-4, torch.complex64: 2e-4}


def there(part: Any) -> Any:
    return part.to(GPU) if isinstance(part, Tensor) else part


def same(here: Tensor, away: Tensor, tolerance: float | None = None) -> None:
    """One value on either device: of one kind, left on its own, and equal to rounding."""
    assert away.device.type == "cuda" and away.dtype == here.dtype and away.shape == here.shape
    limit = CLOSE.get(here.dtype, 1e-9) if tolerance is None else tolerance
    scale = float(here.abs().max()) if here.numel() else 0.0
    torch.testing.assert_close(away.cpu(), here, rtol=0, atol=limit * max(scale, 1e-3), equal_nan=True)


@pytest.mark.parametrize("operator", members(), ids=as_code)
def test_operators(operator: Operator) -> None:
    away = moved(operator, GPU)
    for dtype in dtypes(operator):
        x = random((2, *operator.in_shape), dtype)
        y = operator(x)
        same(y, away(there(x)))
        w = random(tuple(y.shape), y.dtype, seed=1)
        same(operator.at(x).adjoint(w), away.at(there(x)).adjoint(there(w)))


@pytest.mark.parametrize(("prior", "shape", "dtype"), of_priors.CASES)
def test_priors(prior: Prior, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    away, learned = moved(prior, GPU), isinstance(prior, Learned)
    limits = ((NETWORK, NETWORK),) * 2 if learned else ((1e-8, 1e-6), (1e-4, 2e-2))
    for kind, (tight, loose) in zip(of_priors.precisions(dtype), limits, strict=True):
        x = of_priors.signal((2, *shape), kind)
        if of_priors.Can.VALUE in prior.can:
            same(prior(x), away(there(x)), tight)
        for can, call in of_priors.CALLS.items():
            if can in prior.can:  # networks in single precision, and solvers that end at a tolerance, differ by more
                same(call(prior, x), call(away, there(x)), tight if can in of_priors.Can.HVP else loose)


@pytest.mark.parametrize("law", of_noises.EVERY, ids=as_code)
def test_noises(law: Noise) -> None:
    for dtype in of_noises.dtypes(law):
        clean, y = of_noises.points(law, dtype)
        for call in (law.nll, law.grad, law.curvature):
            same(call(clean, y), call(there(clean), there(y)))
        if Likelihood.PROX in law.can:
            same(law.prox(clean, y, 0.3), law.prox(there(clean), there(y), 0.3))
        drawn = law.sample(of_noises.cleans(2, dtype).to(GPU), generator(0, 0, GPU))
        assert drawn.device.type == "cuda" and bool(drawn.isfinite().all()) and not law.unfit(drawn)


@pytest.mark.parametrize("phi", of_parametrisations.MEMBERS, ids=as_code)
def test_parametrisations(phi: Any) -> None:
    away = moved(phi, GPU)
    for dtype in dtypes(phi):
        u, v = random((1, *phi.in_shape), dtype, 1), random((1, *phi.in_shape), dtype, 2)
        same(phi(u), away(there(u)))
        x = phi.at(u)(v)
        same(x, away.at(there(u))(there(v)))
        same(phi.at(u).adjoint(x), away.at(there(u)).adjoint(there(x)))


def networks(problem: Problem, algorithm: Algorithm) -> bool:
    """Whether a step goes through a network of pictures, which are convolved there in fewer digits."""
    return isinstance(problem.prior, Learned) or isinstance(algorithm, LearnedSteps)


def course(problem: Problem, algorithm: Algorithm) -> Iterator[Any]:
    with torch.no_grad():
        yield from until(iterate(problem, algorithm), after(5))


@pytest.mark.parametrize(("problem", "algorithm"), of_algorithms.CELLS)
def test_algorithms_step_alike(problem: Problem, algorithm: Algorithm) -> None:
    """Five steps from one start and the same data. Methods that draw have other draws there."""
    *_, here = course(problem, algorithm)
    *_, away = course(problem.to(GPU), algorithm)
    if algorithm.random:
        assert away.x.device.type == "cuda" and bool(away.x.isfinite().all()) == bool(here.x.isfinite().all())
    else:
        same(here.x, away.x, 5 * NETWORK if networks(problem, algorithm) else 1e-6)


CHOSEN = {type(cell.values[1]).__name__ for cell in of_algorithms.CELLS}


@pytest.mark.parametrize("name", sorted(set(catalog.members("algorithm")) - CHOSEN))
def test_algorithms_for_problems_of_one_kind_step_alike(name: str) -> None:
    algorithm = catalog.find("algorithm", name)()
    kinds = (whole.problems, whole.scans, whole.factored, whole.chosen)
    problem = next(p for kind in kinds for p in kind() if not algorithm.unmet(p))
    *_, here = course(problem, algorithm)
    *_, away = course(problem.to(GPU), algorithm)
    if algorithm.random:
        assert away.x.device.type == "cuda" and bool(away.x.isfinite().all())
    else:
        same(here.x, away.x, 1e-3)


def experiment(**parts: Any) -> Experiment:
    return Experiment(Shipped("camera", 32), GaussianBlur((1, 32, 32)), **parts)


def test_the_spectrum_of_a_hessian() -> None:
    problem = changed(experiment(), prior=Tikhonov(3.0)).problem()
    problem = Problem(problem.operator, problem.noise, problem.prior, problem.y.double(), problem.truth.double())
    here, away = (eigenpairs.top(p.hessian(p.start()), 4).values.cpu() for p in (problem, problem.to(GPU)))
    torch.testing.assert_close(here, away, rtol=1e-6, atol=0)


def test_an_experiment_runs_there_is_kept_and_goes_on(tmp_path: Path) -> None:
    made = experiment(device=GPU, steps=20)
    result = made.run()
    storage.save(result, tmp_path / "run.nc")
    opened = storage.load(tmp_path / "run.nc")
    assert opened.attrs["device"] == GPU
    torch.testing.assert_close(torch.tensor(opened.x.values), torch.tensor(result.x.values))
    here = changed(made, device="cpu").run()
    assert abs(result.x - here.x).max() < 1e-3


def test_a_job_gives_pictures_of_a_run_there() -> None:
    session = Session(experiment(device=GPU, steps=60))
    session.play()
    while session.job.latest.status is not Status.DONE:
        assert session.job.latest.status is not Status.FAILED, session.job.latest.message
        time.sleep(0.01)
    frame = session.tick()
    assert frame is not None and frame.image is not None and frame.image.shape == (32, 32) and frame.k == 60
    session.close()
