"""What is installed: names at the top, a wheel with all that it needs, a default that needs no extra."""

import os
import shutil
import subprocess
import sys
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

import workbench
from tests.test_architecture import HEAVY, after
from workbench.cli.jupyter import lab
from workbench.refusal import Refusal

ROOT = Path(__file__).parent.parent
NOUNS = {"Operator", "Noise", "Prior", "Problem", "Algorithm", "State"}
BUILT = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "workbench", "notebooks")
COMPILED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def test_the_six_nouns_the_experiment_and_the_check_are_at_the_top():
    assert NOUNS | {"Experiment", "Refusal", "check"} == set(workbench.__all__) == set(workbench._HOMES) - {"open"}
    page = (ROOT / "docs" / "concepts.md").read_text()
    for noun in NOUNS:
        assert getattr(workbench, noun).__name__ == noun and f"| **{noun}** |" in page
    assert {*workbench.__all__, "open"} <= set(dir(workbench))
    with pytest.raises(AttributeError, match="no attribute 'Operators'"):
        getattr(workbench, "Operators")  # noqa: B009


def test_the_top_of_the_package_needs_no_torch():
    assert after("import workbench; dir(workbench); workbench.__all__", "'torch' in sys.modules") == "False"


def test_the_default_experiment_needs_no_extra():
    """The three lines of the README on a machine that has the core's five packages alone."""
    code = f"""
sys.modules |= dict.fromkeys({HEAVY})
from workbench import Experiment
result = Experiment(steps=3).run()"""
    assert after(code, "result.x.shape") == "(1, 1, 256, 256)"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel, built as pip builds it, of a copy of what it is made of, without the network."""
    pytest.importorskip("setuptools", minversion="77", reason="the build backend of pyproject.toml is not there")
    source = tmp_path_factory.mktemp("source")
    for name in BUILT:
        path = ROOT / name
        copy = shutil.copytree if path.is_dir() else shutil.copyfile
        copy(path, source / name, **({"ignore": COMPILED} if path.is_dir() else {}))
    code = "from setuptools import build_meta; build_meta.build_wheel('.')"
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True)
    (built,) = source.glob("*.whl")
    return zipfile.ZipFile(built)


def test_a_wheel_holds_every_file_of_the_package_and_the_notebooks(wheel):
    files = {p: p.relative_to(ROOT) for p in (ROOT / "workbench").rglob("*") if p.is_file()}
    shipped = [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "notebooks").glob("pictures/*.png")]
    files |= {p: Path("workbench") / p.relative_to(ROOT) for p in shipped}
    wanted = {to.as_posix(): p for p, to in files.items() if "__pycache__" not in to.parts}
    found = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert found == set(wanted) and "workbench/py.typed" in found
    assert all(wheel.read(name) == path.read_bytes() for name, path in wanted.items())


def test_a_wheel_says_what_it_is(wheel):
    (name,) = (n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    told = message_from_bytes(wheel.read(name))
    assert (told["Name"], told["Version"]) == ("inverse-workbench", workbench.__version__)
    assert told["License-Expression"] == "MIT" and told["Author"] == "Inverse workbench contributors"
    assert wheel.read(name.replace("METADATA", "licenses/LICENSE")) == (ROOT / "LICENSE").read_bytes()
    assert b"workbench = workbench.cli:main" in wheel.read(name.replace("METADATA", "entry_points.txt"))


def test_lab_copies_the_notebooks_of_a_wheel_and_keeps_what_a_person_changed(wheel, tmp_path):
    site, folder = tmp_path / "site", tmp_path / "empty"
    wheel.extractall(site)
    folder.mkdir()
    line = [sys.executable, "-c", "from workbench.cli.jupyter import lab; lab.folder()"]
    environment = os.environ | {"PYTHONPATH": str(site)}
    for _ in range(2):
        said = subprocess.run(line, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout
        assert str(folder / lab.COPIES) in said
        (folder / lab.COPIES / "00_catalogue.ipynb").write_text("mine")
    copied = {p.name: p.read_bytes() for p in (folder / lab.COPIES).iterdir()}
    wanted = {p.name: p.read_bytes() for p in (ROOT / "notebooks").glob("*.ipynb")}
    assert copied == wanted | {"00_catalogue.ipynb": b"mine"}


def test_lab_opens_the_notebooks_of_a_checkout_and_refuses_where_none_can_be(monkeypatch, tmp_path):
    assert lab.folder() == ROOT / "notebooks"
    monkeypatch.chdir(tmp_path)
    (tmp_path / lab.COPIES).write_text("a file where the folder would be")
    monkeypatch.setattr(lab, "PACKAGED", ROOT / "notebooks")
    with pytest.raises(Refusal, match="a folder that can be written"):
        lab.folder()
    monkeypatch.setattr(lab, "PACKAGED", tmp_path / "none")
    monkeypatch.setattr(lab, "NOTEBOOKS", tmp_path / "none")
    with pytest.raises(Refusal, match="install the workbench again"):
        lab.folder()


def test_doctor_lives_where_another_package_took_the_top_of_ours(wheel, tmp_path):
    """pip lets a later distribution write over the files of an earlier one."""
    wheel.extractall(tmp_path)
    (tmp_path / "workbench" / "__init__.py").write_text('"""Tools for the bench."""\n')
    info = tmp_path / "bench_tools-2.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bench-tools\nVersion: 2.5\n")
    (info / "RECORD").write_text("workbench/__init__.py,,\n")
    code = "from workbench.cli import doctor; print(next(f.found for f in doctor.examine() if 'name' in f.about))"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    line = [sys.executable, "-c", code]
    said = subprocess.run(line, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout
    assert said.strip() == "shared with bench-tools 2.5"
