"""The live cells of every notebook in a real JupyterLab, offline: pictures, a slider, its variable, a kernel's end.

That all cells run is tested without a browser (nbval), and in one by `python -m benchmarks.notebooks`.
"""

import json
import re
from itertools import takewhile
from pathlib import Path

import pytest

from tests.app.browsing import playwright, until, watched_in

pytestmark = pytest.mark.browser
pytest.importorskip("jupyterlab")
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
MOVED = {
    "00_catalogue": ("live", "operator.width"),
    "01_first_reconstruction": ("wb", "prior.weight"),
    "02_spectra_and_convergence": ("wb", "prior.weight"),
    "03_information_plane": ("wb", "operator.width"),
    "04_priors_from_data": ("wb", "noise.sigma"),
    "05_uncertainty": ("wb", "noise.sigma"),
    "06_measured_data": ("wb", "prior.weight"),
    "07_choosing_the_weight": ("wb", "prior.weight"),
    "08_unknowns_behind_the_picture": ("wb", "parametrisation.rank"),
    "09_how_far_to_trust": ("wb", "prior.weight"),
    "10_example_scans": ("wb", "prior.first.weight"),
    "11_unknowns_one_by_one": ("wb", "prior.second.prior.weight"),
}

# Whether something is seen on a screen, and what.
DRAWN = """screen => [...screen.querySelectorAll("canvas")].some(each => {
  const pixels = each.getContext("2d").getImageData(0, 0, each.width, each.height).data;
  return new Set(new Uint32Array(pixels.buffer)).size > 1;
})"""
PICTURES = "screen => [...screen.querySelectorAll('canvas')].map(each => each.toDataURL()).join()"


@pytest.fixture(scope="module")
def person(chromium):
    """One for all notebooks, whose browser keeps the scripts."""
    made = chromium.new_context()
    yield made
    made.close()


def live(notebook: Path) -> list[str]:
    """The cells that show something living: those before the first that waits for a run."""
    cells = ["".join(c["source"]) for c in json.loads(notebook.read_text())["cells"] if c["cell_type"] == "code"]
    return list(takewhile(lambda source: "await " not in source, cells))


@pytest.mark.parametrize("notebook", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_pictures_live_sliders_and_variables_are_one_and_the_end_of_the_kernel_leaves_pictures(person, lab, notebook):
    (name, path), cells = MOVED[notebook.stem], live(notebook)
    asking, telling = f"print('value', {name}.at('{path}'))", f"{name}.set('{path}', {name}.at('{path}') / 2)"
    lab.put(notebook.name, [*cells, asking, telling.replace("/ 2", "- 1") if path.endswith("rank") else telling])
    with watched_in(person, expected=".") as page:
        reader = lab.open(page, notebook.name)
        for cell in range(len(cells)):
            reader.ran(cell)
        for button in page.get_by_role("button", name="Sample").all():
            button.click()
        screens = page.locator(".workbench-screen")
        until(page, lambda: screens.count() == len(cells) and all(s.evaluate(DRAWN) for s in screens.all()))
        playwright.expect(page.get_by_text(re.compile(r"^(done|converged) · ")).first).to_be_visible()

        drawn, label = screens.first.evaluate(PICTURES), path.rpartition(".")[2]
        slider = page.locator(f".widget-hslider:has-text('{label}')").first
        slider.locator(".noUi-handle").focus()
        for _ in range(10):  # of whole numbers on a logarithmic scale some steps are the same
            page.keyboard.press("ArrowRight")
        until(page, lambda: screens.first.evaluate(PICTURES) != drawn)
        field = slider.locator("xpath=..").locator(".widget-text input")
        # ipywidgets keeps the last of many changes back until the kernel is free: a cell may run before it arrives.
        until(page, lambda: float(field.input_value()) == pytest.approx(reader.asked("value", len(cells)), rel=1e-3))
        page.screenshot(path=lab.folder / f"{notebook.stem}.png")
        moved = reader.asked("value", len(cells))
        reader.ran(len(cells) + 1)
        told = reader.asked("value", len(cells))
        assert told < moved
        until(page, lambda: float(field.input_value()) == pytest.approx(told, rel=1e-3))

        reader.restart()
        playwright.expect(page.get_by_text("The kernel that ran this has gone").first).to_be_visible()
        assert screens.first.evaluate(DRAWN)
        reader.save()
        until(page, lambda: all(any("image/png" in o.get("data", {}) for o in cell) for cell in reader.outputs()[:-2]))
        page.screenshot(path=lab.folder / f"{notebook.stem}.png")
