"""What every notebook has: a live cell first, figures that are compared, an exercise with a check; no other outputs."""

import json
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
