"""What every notebook has: a live cell first, figures that are compared, an exercise with a check; no other outputs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
COMPARED = "nbval-check-output"


def cells(notebook: Path, kind: str = "code") -> list[dict[str, Any]]:
    found = json.loads(notebook.read_text())["cells"]
    return [cell | {"source": "".join(cell["source"])} for cell in found if cell["cell_type"] == kind]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_the_first_cell_is_live(notebook):
    first = cells(notebook)[0]["source"]
    assert "from workbench.notebook import" in first and ("Workbench(" in first or "explore(" in first)


def test_figures_of_merit_are_compared_and_no_other_output_is_kept(notebook):
    compared = [cell for cell in cells(notebook) if COMPARED in cell["metadata"].get("tags", [])]
    assert compared, "nbval would compare nothing"
    for cell in compared:
        (output,) = cell["outputs"]
        assert any(letter.isdigit() for letter in "".join(output["text"])), "a number that may change"
    assert not [cell["source"] for cell in cells(notebook) if cell not in compared and cell["outputs"]]


def test_an_exercise_has_a_check_that_can_fail(notebook):
    everything = json.loads(notebook.read_text())["cells"]
    begin = next(i for i, cell in enumerate(everything) if "### Exercise" in "".join(cell["source"]))
    following = ["".join(cell["source"]) for cell in everything[begin + 1 : begin + 3] if cell["cell_type"] == "code"]
    assert following and "assert" in following[-1]


def test_figures_are_those_of_the_workbench(notebook):
    assert not [cell["source"] for cell in cells(notebook) if "matplotlib" in cell["source"]]


def test_the_cells_of_a_notebook_run_in_one_process_beside_others(tmp_path):
    cell = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    sources = ["x = 0", *(f"assert x == {i}\nx += 1" for i in range(5))]
    body = {"cells": [cell | {"source": s} for s in sources], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    for name in ("one", "two"):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(body))
    flags = ["-n", "2", "--nbval-lax", "--nbval-current-env", "-p", "tests.conftest", "-p", "no:cacheprovider", "-q"]
    command = [sys.executable, "-m", "pytest", *flags, f"--rootdir={tmp_path}", str(tmp_path)]
    ran = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and "12 passed" in ran.stdout, ran.stdout


def test_what_is_live_stays_live_when_all_cells_have_run(notebook):
    assert not [cell["source"] for cell in cells(notebook) if ".close()" in cell["source"]]
