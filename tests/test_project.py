"""The project's files agree: pyproject, environment.yml and constraints name the same packages."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name as canonical
from packaging.version import Version

from workbench import __version__
from workbench.cli import main

ROOT = Path(__file__).parent.parent
CONDA_NAMES = {"pytorch": "torch", "matplotlib-base": "matplotlib", "dask-core": "dask", "ismrmrd-python": "ismrmrd"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pyproject() -> dict[str, SpecifierSet]:
    lines = [*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)]
    return {canonical(r.name): r.specifier for r in map(Requirement, lines)}


def environment() -> dict[str, SpecifierSet]:
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    by_pip = next(e["pip"] for e in entries if isinstance(e, dict))
    lines = [e for e in [*entries, *by_pip] if isinstance(e, str) and not e.startswith("-")]
    named = [(CONDA_NAMES.get(r.name, r.name), r.specifier) for r in map(Requirement, lines)]
    return {canonical(name): specifier for name, specifier in named}


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_environment_names_the_same_packages_in_the_same_ranges():
    found = environment()
    assert found.pop("python") == SpecifierSet(PROJECT["requires-python"])
    assert found.pop("pip") == SpecifierSet("")
    assert found == pyproject()


def test_constraints_satisfy_every_range():
    exact = {canonical(name): version for name, version in constraints().items()}
    outside = [n for n, wanted in pyproject().items() if exact.get(n, "0") not in wanted]
    assert not outside
    assert (exact["torch"], exact["triton"]) == ("2.13.0", "3.7.1"), "the wheels of torch for GPUs pin their Triton"


def test_constraints_hold_on_every_platform():
    for name, version in constraints().items():
        assert not re.match("nvidia|cuda|pywin", name)
        assert str(Version(version)) == version, "an exact public version, without a local build"


@pytest.mark.parametrize("extra", ["app", "data", "instruments", "examples", "lab", "sweep", "dev"])
def test_the_makefile_and_the_readme_install_every_extra(extra):
    for name in ("Makefile", "README.md"):
        assert re.search(rf"\.\[[a-z,]*\b{extra}\b", (ROOT / name).read_text())


def test_core_is_five_packages():
    core = {canonical(Requirement(line).name) for line in PROJECT["dependencies"]}
    assert core == {"torch", "numpy", "xarray", "numba", "pywavelets"}


def test_ci_runs_the_test_command():
    text = (ROOT / ".ci" / "run").read_text()
    assert "CI=true" in text
    assert text.rstrip().endswith("make test")


def test_the_page_of_the_catalogue_is_up_to_date(capsys):
    assert main(["list", "--markdown"]) == 0
    assert capsys.readouterr().out == (ROOT / "docs" / "catalog.md").read_text(), "run `make catalog`"


def test_citation_and_changes_are_of_this_version():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert cited["version"] == __version__ and cited["license"] == PROJECT["license"]
    assert [a["name"] for a in cited["authors"]] == [a["name"] for a in PROJECT["authors"]]
    newest = re.search(r"^## ([\d.]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest and newest[1] == __version__
