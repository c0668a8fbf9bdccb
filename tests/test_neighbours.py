"""`workbench doctor` beside others that are called `workbench`."""

from pathlib import Path

import pytest

from workbench.cli import doctor


def found_by_doctor() -> doctor.DoctorFinding:
    return next(f for f in doctor.examine() if f.about == "the name workbench")


def distribution(site: Path, name: str, files: tuple[str, ...], points: str = "") -> None:
    """An installed distribution: what pip leaves of it."""
    info = site / f"{name}-2.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.5\n")
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))
    (info / "entry_points.txt").write_text(points)


def test_doctor_says_that_the_name_is_ours_alone():
    assert found_by_doctor() == doctor.DoctorFinding("the name workbench", "is of this program alone")


@pytest.mark.parametrize(
    ("files", "points"),
    [
        (("workbench/__init__.py", "workbench/tools.py"), ""),
        (("workbench.py",), ""),
        (("bench_tools/__init__.py",), "[console_scripts]\nworkbench = bench_tools:main\n"),
    ],
    ids=["package", "module", "command"],
)
def test_doctor_names_another_distribution_of_that_name(monkeypatch, tmp_path, files, points):
    distribution(tmp_path, "bench-tools", files, points)
    distribution(tmp_path, "innocent", ("workbenches/__init__.py",), "[console_scripts]\nbenches = workbenches:main\n")
    monkeypatch.syspath_prepend(tmp_path)
    finding = found_by_doctor()
    assert finding.found == "shared with bench-tools 2.5"
    assert finding.remedy.startswith("pip uninstall bench-tools")


@pytest.mark.parametrize("place", ["workbench.py", "workbench/__init__.py"])
def test_doctor_names_a_module_that_would_be_imported_instead(monkeypatch, tmp_path, place):
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    finding = found_by_doctor()
    assert finding.found == f"also that of {tmp_path / place}" and finding.remedy
