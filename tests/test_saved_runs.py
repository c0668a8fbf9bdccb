"""Runs, descriptions and links of an older build: each opens, and means what it meant, under the names of today."""

import importlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
import xarray as xr

from workbench import __version__, networks, records, storage
from workbench.algorithms import FISTA, PDHG
from workbench.analysis.information.sampled import PlaneSampling, SampledPath
from workbench.cli.experiment.choose import choose, specification
from workbench.data import Array, Shipped
from workbench.experiment import Experiment, from_description, from_run
from workbench.live.address import from_address, read_address
from workbench.live.saved.run_file import brought, is_run
from workbench.noise import Gaussian
from workbench.operators import GaussianBlur, Radon
from workbench.parameters import Checked, as_text, describe, home, parameters, rebuild, renamed, resolve
from workbench.priors import NonNegative, Sum, Tikhonov, TotalVariation
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import after, iterate, run, until
from workbench.run_folder import run_summary

FILES = Path(__file__).parent / "data" / "runs"
EXPERIMENTS = ("nested", "masked", "langevin", "file")
MEMBERS = json.loads((FILES / "members.json").read_text())
LINKS = (FILES / "links.txt").read_text().split()
FIRST = Path(__file__).parent / "first_format"


def opened(name: str) -> xr.Dataset:
    return storage.load(FILES / f"{name}.nc")


def agree(found: Any, saved: Any) -> None:
    np.testing.assert_allclose(found, saved, rtol=1e-4, atol=1e-5)  # another machine rounds another way


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_runs_again_to_what_it_shows(name):
    saved = opened(name)
    experiment = from_run(saved)
    again = experiment.run()
    for variable in ("truth", "y", "x"):
        agree(again[variable].values, saved[variable].values)
    known = np.isfinite(saved.objective.values)  # it was infinite where a constraint was not met yet
    agree(again.objective.values[known][1:], saved.objective.values[known][1:])
    assert describe(specification(str(FILES / f"{name}.nc"))) == describe(experiment)


@pytest.mark.parametrize("name", [*EXPERIMENTS, "alone"])
def test_a_run_is_rebuilt_and_goes_the_way_that_it_went(name):
    saved = opened(name)
    problem, algorithm, numbers = storage.rebuild_run(saved)
    *_, last = until(iterate(problem, algorithm, seed=numbers["seed"]), after(numbers["steps"]))
    agree(last.x.numpy(), saved.x.values)


def test_the_signal_of_a_file_that_is_gone_is_the_one_that_the_run_keeps():
    saved = opened("file")
    kept = from_run(saved).truth
    assert isinstance(kept, Array) and kept.limits == (0, 200) and kept.gaps is not None
    assert kept.gaps.nonzero().tolist() == [[0, 3, 4], [0, 3, 5], [0, 3, 6]]


def test_a_training_learns_what_it_learned():
    with xr.open_dataset(FILES / "training.nc", engine="h5netcdf") as dataset:
        saved = dataset.load()
    training, estimator = rebuild(json.loads(saved.training)), rebuild(json.loads(saved.estimator))
    problem = training.problem()
    states = until(iterate(problem, training.optimiser), after(training.steps))
    path = {s.epoch: networks.information(problem, s.x, estimator) for s in networks.at_epochs(states, (0, 1, 2))}
    again = networks.as_dataset(training, estimator, path)
    agree(again.I_x.values, saved.I_x.values)
    agree(again.I_y.values, saved.I_y.values)
    assert again.program == f"inverse-workbench {__version__}"


@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_means_what_it_said(member):
    assert_said(rebuild(MEMBERS[member]), MEMBERS[member])


def assert_said(obj: Any, description: Any) -> None:
    """The object is the one described, under the names of today; arguments that came later are at their defaults."""
    if not isinstance(type(obj), Checked):
        assert describe(obj) == description
        return
    assert home(type(obj)) == renamed.class_home(description["type"])
    said = {n: v for n, v in description.items() if n not in ("type", "version")}
    said = renamed.arguments(home(type(obj)), said)
    for name, value in said.items():
        assert_said(getattr(obj, name), value)
    later = {p.name: p.default for p in parameters(type(obj)) if p.name not in said}
    assert describe({n: getattr(obj, n) for n in later}) == describe(later)


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.split("&device=cpu&")[1].partition("&")[0])
def test_a_link_says_what_it_said(link):
    found = read_address(link)
    assert not found.wrong
    words = dict(parse_qsl(link, keep_blank_values=True))
    kind = next(kind for kind in ("operator", "noise", "prior", "algorithm") if kind in words)
    assert (found.experiment.steps, found.experiment.seed, found.experiment.truth.size) == (7, 1, 32)
    for path, text in words.items():
        if path.startswith(kind) and path.count(".") < 2:
            value = found.experiment
            for step in path.split("."):
                value = getattr(value, step)
            assert today(text, value) == (type(value).__name__ if isinstance(type(value), Checked) else as_text(value))


def today(text: str, value: Any) -> str:
    """What a link says, in the words of today: a class by its name alone."""
    return renamed.class_name(text, [home(type(value))]) if isinstance(type(value), Checked) else text


BEFORE = {
    "operators.Beam": "operators.Radon",
    "operators.Radon.views": "angles",
    "priors.Both": "priors.Sum",
    "priors.Sum.other": "second",
    "priors.Positive": "priors.NonNegative",
    "priors.TotalVariation.strength": "weight",
    "data.Shipped.name=cameraman": "camera",
    "experiment.Experiment.draw": "seed",
    "algorithms.FISTA.restart=uphill": "gradient",
}


@pytest.fixture
def names_changed(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """As if names of today had been others when the files were written."""
    for old, new in BEFORE.items():
        monkeypatch.setitem(renamed.RENAMED, old, new)
    return BEFORE


def test_a_saved_run_with_older_names_is_the_same_run(names_changed):
    saved = opened("nested")
    text = saved.attrs["spec"]
    for new, old in (
        ("operators.Radon", "operators.Beam"),
        ('"angles"', '"views"'),
        ("priors.Sum", "priors.Both"),
        ('"second"', '"other"'),
        ("priors.NonNegative", "priors.Positive"),
        ('"weight"', '"strength"'),
        ('"camera"', '"cameraman"'),
    ):
        assert new in text
        text = text.replace(new, old)
    older = saved.assign_attrs(spec=text)
    assert_said(from_run(older), json.loads(saved.attrs["spec"]))
    assert describe(from_run(older)) == describe(from_run(saved))
    (problem, algorithm, numbers), (same, method, equal) = map(storage.rebuild_run, (saved, older))
    assert describe((problem.operator, problem.prior, algorithm)) == describe((same.operator, same.prior, method))
    assert numbers == equal
    alone = from_description({"draw": 5, "prior": {"type": "priors.TotalVariation", "strength": 3}})
    assert alone.seed == 5 and describe(alone.prior) == describe(TotalVariation(3))


def test_a_seed_of_the_first_format_is_found_under_its_older_name(monkeypatch):
    told = json.loads(storage.load(FIRST / "mixture.nc").attrs["spec"])
    now = describe(from_description(told))
    seeded = next(part for part in told.values() if isinstance(part, dict) and part.get("seed") is not None)
    cls = resolve(seeded["type"])
    monkeypatch.setitem(renamed.RENAMED, f"{home(cls)}.draw", "seed")
    seeded["draw"] = seeded.pop("seed")
    assert describe(from_description(told)) == now


def test_addresses_and_options_with_older_names_mean_what_they_meant(names_changed):
    words = {"truth": "cameraman", "operator": "Beam", "operator.views": "12", "prior": "Both"}
    words |= {"prior.other": "Positive", "prior.first.strength": "7", "algorithm": "FISTA"}
    words |= {"algorithm.restart": "uphill"}
    wanted = Experiment(
        operator=Radon((1, 256, 256), 12), prior=Sum(TotalVariation(7), NonNegative()), algorithm=FISTA()
    )
    assert describe(choose(words, Experiment())) == describe(wanted)
    assert describe(from_address("&".join(f"{path}={text}" for path, text in words.items()))) == describe(wanted)


def test_an_older_name_of_what_is_chosen_already_keeps_its_other_values(names_changed):
    base = Experiment(Shipped("camera", 32), Radon((1, 32, 32), 8), prior=Sum(TotalVariation(3), NonNegative()))
    assert choose({"operator": "Beam"}, base).operator.angles == 8
    same = choose({"prior.other": "Positive", "prior.first.strength": "4"}, base)
    assert describe(same.prior) == describe(Sum(TotalVariation(4), NonNegative()))


def test_two_names_for_one_argument_are_refused(names_changed):
    with pytest.raises(Refusal, match=r"wanted weight once, got also strength, its older name"):
        rebuild({"type": "priors.TotalVariation", "weight": 1.0, "strength": 2.0})
    with pytest.raises(Refusal, match=r"its older name"):
        rebuild({"type": "priors.TotalVariation", "strength": 2.0, "weight": 1.0})


def faults(table: Mapping[str, str]) -> list[str]:
    """The lines of a table whose new name is none, or whose old one is still in use."""
    return [f"{old}: {new}" for old, new in table.items() if not _leads(old, new)]


def _leads(old: str, new: str) -> bool:
    owner, _, last = old.rpartition(".")
    if not _public(owner):
        return _public(new) and not _public(old)
    own = {p.name: p for p in parameters(resolve(owner))}
    argument, equals, word = last.partition("=")
    if not equals:
        return new in own and last not in own
    return argument in own and new in own[argument].choices and word not in own[argument].choices


def _public(path: str) -> bool:
    try:
        return home(resolve(path)) == path
    except Refusal:
        return False


def test_every_renamed_name_leads_to_one_of_today():
    assert not faults(renamed.RENAMED)
    assert not faults(BEFORE)
    wrong = {
        "operators.Blur": "operators.Nowhere",  # no such class
        "operators.Radon": "operators.GaussianBlur",  # still a class
        "operators.Radon.views": "turns",  # no such argument
        "operators.Radon.angles": "shape",  # still an argument
        "operators.Beam.views": "angles",  # of a class by its older name
        "data.Shipped.name=cameraman": "photographer",  # no such word
    }
    assert len(faults(wrong)) == len(wrong)


def test_a_run_says_which_program_made_it():
    made = f"inverse-workbench {__version__}"
    experiment = Experiment(Shipped("shepp_logan", 8), GaussianBlur((1, 8, 8)), algorithm=PDHG(0.1), steps=1)
    assert experiment.run().program == made
    problem = Problem.simulate(GaussianBlur((1, 8, 8)), Gaussian(), Tikhonov(), Shipped("shepp_logan", 8).tensor())
    assert run(problem, FISTA(1e-4), steps=1).program == made
    assert SampledPath(PlaneSampling(), "{}").dataset().program == made


@pytest.mark.parametrize("older", [home for home in renamed.RENAMED if home.rpartition(".")[2][0].isupper()])
def test_a_script_that_says_an_older_name_goes_on(older):
    """It is told of the newer one."""
    module, _, name = older.rpartition(".")
    package, _, new = renamed.RENAMED[older].rpartition(".")
    with pytest.warns(DeprecationWarning, match=f"{name} is {new} now"):
        found = getattr(importlib.import_module(f"workbench.{module}"), name)
    assert found is getattr(importlib.import_module(f"workbench.{package}"), new)
    with pytest.raises(AttributeError):
        _ = importlib.import_module(f"workbench.{module}").NotThere


@pytest.mark.parametrize("path", sorted((FILES.parent / "states").glob("*.nc")), ids=lambda path: path.stem)
def test_a_run_whose_state_has_its_constants_by_words_goes_on(path):
    saved = storage.load(path)
    assert '"mapping"' in saved.attrs["state"]
    on, straight = records.open(path).resume(7), replace(from_run(saved), steps=7).run()
    agree(on.x.values, straight.x.values)


# h5netcdf closes what it could not open, and says so on the side.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_damaged_run_is_a_sentence_or_a_run_wherever_it_is_opened(tmp_path):
    whole, path = (FILES / "alone.nc").read_bytes(), tmp_path / "harmed.nc"
    rng, refused = np.random.default_rng(0), 0
    for _ in range(60):
        harmed = bytearray(whole)
        for place in rng.integers(8, len(whole), 12):
            harmed[place] = rng.integers(256)
        path.write_bytes(harmed)
        is_run(bytes(harmed))
        run_summary.read(path)
        for opening in (storage.load, brought):
            try:
                opening(path)
            except Refusal:
                refused += 1
    assert refused > 20, "most of what is damaged is seen to be"
