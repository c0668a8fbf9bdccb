"""Runs that were saved before descriptions had a version, by commit 0d0a8ad: they rebuild and draw what they drew.

The files in tests/first_format are its `Experiment(...).run()`, `run(...)`, `networks.as_dataset(...)` and
`SampledPath.dataset()`, saved by `storage.save`; steps are given, so that no measured constant is in them.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import xarray as xr

from workbench import networks, storage, tensors
from workbench.algorithms import PreconditionedCrankNicolson
from workbench.analysis.information.sampled import sampled_plane
from workbench.cli import main
from workbench.cli.experiment.choose import specification
from workbench.experiment import Experiment, from_description
from workbench.live.address import from_address
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur
from workbench.parameters import VERSION, Checked, current, describe, rebuild
from workbench.priors import GaussianProcess
from workbench.problem import Problem
from workbench.recipes import Laplacian
from workbench.refusal import Refusal
from workbench.run import after, iterate, run, until
from workbench.tensors import FirstFormat, first_stream, generator, stream

FILES = Path(__file__).parent / "first_format"
EXPERIMENTS = ("mask", "diffusion", "crank_nicolson", "mixture", "phases")


def opened(name: str) -> xr.Dataset:
    return storage.load(FILES / f"{name}.nc")


def told(dataset: xr.Dataset, name: str) -> Any:
    return json.loads(dataset.attrs[name])


def opened_plane(name: str) -> xr.Dataset:
    with xr.open_dataset(FILES / f"{name}.nc", engine="h5netcdf") as dataset:
        return dataset.load()


def agree(found: Any, saved: Any) -> None:
    np.testing.assert_allclose(found, saved, rtol=1e-4, atol=1e-5)  # another machine rounds another way


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_of_the_first_format_runs_again_to_what_it_shows(name):
    saved = opened(name)
    experiment = from_description(told(saved, "spec"))
    assert experiment.seed == -1 - told(saved, "spec")["seed"] < 0
    again = experiment.run()
    for variable in ("y", "x", "objective"):
        agree(again[variable].values, saved[variable].values)
    assert describe(specification(str(FILES / f"{name}.nc"))) == describe(experiment)


@pytest.mark.parametrize("name", [*EXPERIMENTS, "sensing"])
def test_a_run_of_the_first_format_is_rebuilt_and_goes_the_way_that_it_went(name):
    saved = opened(name)
    problem, algorithm, numbers = storage.rebuild_run(saved)
    *_, last = until(iterate(problem, algorithm, seed=numbers["seed"]), after(numbers["steps"]))
    agree(last.x.numpy(), saved.x.values)


def test_saved_again_it_has_a_version_and_comes_back_the_same(tmp_path):
    problem, algorithm, numbers = storage.rebuild_run(opened("sensing"))
    storage.save(run(problem, algorithm, **numbers), tmp_path / "again.nc")
    saved = storage.load(tmp_path / "again.nc")
    assert told(saved, "spec")["version"] == VERSION and told(saved, "spec")["seed"] == numbers["seed"] == -5
    again, _, same = storage.rebuild_run(saved)
    assert same == numbers and describe(again.operator) == describe(problem.operator)
    agree(saved.objective.values, opened("sensing").objective.values)


def test_a_training_of_the_first_format_learns_what_it_learned():
    saved = opened_plane("training")
    training, estimator = rebuild(told(saved, "training")), rebuild(told(saved, "estimator"))
    problem = training.problem()
    states = until(iterate(problem, training.optimiser, seed=-1), after(training.steps))
    path = {s.epoch: networks.information(problem, s.x, estimator) for s in networks.at_epochs(states, (0, 1, 2))}
    again = networks.as_dataset(training, estimator, path)
    agree(again.I_x.values, saved.I_x.values)
    agree(again.I_y.values, saved.I_y.values)
    assert describe(rebuild(told(again, "training"))) == describe(training)


def test_a_plane_of_the_first_format_reads_what_it_read():
    saved = opened_plane("plane")
    sampling, parts = rebuild(told(saved, "sampling")), current(told(saved, "spec"))
    assert (sampling.seed, sampling.ensemble.book) == (-6, -3)
    operator, noise, prior, algorithm = (rebuild(parts[n]) for n in ("operator", "noise", "prior", "algorithm"))
    like = Problem(operator, noise, prior, torch.zeros(1, *operator.out_shape))
    *_, path = sampled_plane(like, algorithm, sampling)
    again = path.dataset()
    for variable in saved.data_vars:
        agree(again[variable].values, saved[variable].values)


def test_a_description_by_hand_needs_no_version_and_a_newer_one_is_refused():
    assert from_description({"seed": 3}).seed == 3
    description = describe(Experiment(seed=3))
    assert description["version"] == VERSION and from_description(description).seed == 3
    with pytest.raises(Refusal, match="newer workbench"):
        from_description(description | {"version": VERSION + 1})


def test_seeds_below_0_are_the_streams_of_the_first_format():
    for seed, number in ((0, 0), (3, 7), (2**31, 1)):
        old, now = generator(seed, number), stream(-1 - seed, "anything", number)
        assert torch.equal(torch.rand(5, generator=old), torch.rand(5, generator=now))


class Own(metaclass=Checked):
    """A person's own class, which draws by itself and says nothing of the range of its seeds."""

    def __init__(self, seed: int = 4) -> None:
        self.seed = seed


def test_the_seed_of_an_own_class_stays_as_it_was_written():
    assert current({"operator": {"type": f"{__name__}.Own", "seed": 4}, "seed": 4}) == {
        "operator": {"type": f"{__name__}.Own", "seed": 4},
        "seed": -5,
    }


def test_a_seed_below_0_is_said_and_is_not_typed_anew(capsys):
    """Who asks for seed -1 means another data set, not noise and a mask that share their numbers."""
    with pytest.warns(FirstFormat, match="take seeds from 0, but to repeat such a run"):
        stream(-1, "noise")
    for words in (["--seed", "-1"], ["--operator", "Mask", "--set", "operator.seed=-2"]):
        assert main(["run", *words]) == 2
        assert "which draws as older runs did: take a seed from 0" in capsys.readouterr().err
    assert from_address("?seed=-1").seed == -1, "the link of an old run that was opened"


@pytest.mark.parametrize("seed", [True, np.int64(1), torch.tensor(1)])
def test_a_seed_is_a_whole_number_however_it_is_written(seed):
    assert torch.equal(torch.rand(3, generator=stream(seed, "noise")), torch.rand(3, generator=stream(1, "noise")))
    with pytest.raises(Refusal, match="a seed that is a whole number"):
        stream(1.0, "noise")  # pyright: ignore[reportArgumentType]


def test_what_the_program_draws_for_itself_is_said_of_nobody(monkeypatch):
    """Draws of the first format, on which cards and saved chains rest, are no seed that a person gave."""
    monkeypatch.setattr(tensors, "_say_first_format", lambda: pytest.fail("nobody asked for a seed below 0"))
    assert torch.equal(torch.rand(3, generator=first_stream(4, "a", 2)), torch.rand(3, generator=generator(4, 2)))
    blur = GaussianBlur((1, 16, 16))
    problem = Problem.simulate(blur, Gaussian(), GaussianProcess(), torch.zeros(1, *blur.in_shape))
    PreconditionedCrankNicolson().measure(problem)
    Laplacian().test()
