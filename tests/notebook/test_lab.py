"""Cells in a real JupyterLab without a network: sliders, variables, two workbenches, and the end of a kernel."""

import re

import pytest

from tests.app.browsing import playwright, until, watched

pytestmark = pytest.mark.browser
pytest.importorskip("jupyterlab")
FIRST = """from workbench.algorithms import FISTA
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.notebook import Workbench
from workbench.operators import GaussianBlur
from workbench.priors import Tikhonov

blur = GaussianBlur((1, 64, 64), 2.0)
experiment = Experiment(Shipped("shepp_logan", 64), blur, Gaussian(0.1), Tikhonov(1.0), FISTA(), steps=1000000)
wb = Workbench(experiment)
wb"""
CELLS = (
    FIRST,
    "print('weight', wb.prior.weight)",
    "wb.prior.weight = 0.01",
    "other = Workbench(experiment)\nother.prior.weight = 100.0\nother.views.Picture()",
    "print('two', wb.prior.weight, other.prior.weight)",
)

EXPLORED = (
    """import matplotlib.pyplot as plt

from workbench.experiment import Experiment
from workbench.notebook import explore


def power(exponent=2.0):
    print("exponent", exponent)
    plt.figure(figsize=(3, 2))
    plt.plot([0, 1, 2], [0, 1, 2**exponent])
    return exponent**2


explore(power)""",
    'explore(Experiment().fitted((1, 64, 64)), "prior.weight", "operator.width")',
    'explore(Experiment(), "prior.wieght")',
)


@pytest.mark.parametrize("where", ["lab/tree", "notebooks"])
def test_a_notebook_is_live_and_its_end_leaves_a_picture(chromium, lab, where):
    if where == "notebooks":
        pytest.importorskip("notebook", reason="Jupyter Notebook 7 comes with the extra dev")
    saved = lab.put("mine.ipynb", CELLS)
    with watched(chromium, expected=".") as page:
        person = lab.open(page, "mine.ipynb", where)
        person.run(0)
        playwright.expect(page.locator("figure.picture canvas").nth(3)).to_be_visible()
        until(page, lambda: page.get_by_text(re.compile(r"iteration [1-9]\d* of")).count() > 0)

        # The still picture is hidden while the living one is there.
        assert page.locator("img.jp-mod-unconfined:visible").count() == 0

        handle = page.locator(".widget-hslider:has-text('weight') .noUi-handle").first
        before, words = person.picture(2), page.get_by_text(re.compile(r"iteration \d+ of"))
        begun = words.first.inner_text()
        until(page, lambda: words.first.inner_text() != begun)
        handle.focus()
        for _ in range(30):
            page.keyboard.press("ArrowRight")
        until(page, lambda: person.picture(2) != before)
        field = page.locator(".widget-hbox:has(> .widget-hslider:has-text('weight')) > .widget-text input")
        # ipywidgets keeps the last of many changes back until the kernel is free: a cell may run before it arrives.
        until(page, lambda: person.asked("weight", 1) == float(field.input_value()))
        assert float(field.input_value()) > 2.0, "every press of a key has moved the variable"
        before = person.picture(2)
        person.run(2)
        until(page, lambda: field.input_value() == "0.01")
        until(page, lambda: person.picture(2) != before)

        person.run(3)
        playwright.expect(page.locator("figure.picture canvas").nth(4)).to_be_visible()
        person.run(4)
        until(page, lambda: person.said("two") == ["0.01 100.0"])

        # The kernel starts again: the pictures stay, with a sentence.
        person.restart()
        playwright.expect(page.get_by_text("The kernel that ran this has gone").first).to_be_visible()
        assert len(person.picture(2)) > 1000

        # And so does the notebook that was saved, when it is opened without its kernel.
        person.save()
        until(page, lambda: "image/png" in saved.read_text())
        outputs = person.outputs()[0]
        assert [("image/png" in o["data"]) for o in outputs] == [False, True]
        assert "iteration" in "".join(outputs[1]["data"]["text/plain"])
        page.reload()
        playwright.expect(page.locator("img.jp-mod-unconfined").first).to_be_visible()


def test_a_function_and_an_experiment_are_explored_and_a_bad_path_is_a_sentence(chromium, lab, tmp_path):
    saved = lab.put("explored.ipynb", EXPLORED)
    with watched(chromium, expected=".") as page:
        person = lab.open(page, "explored.ipynb")
        person.run(0)
        output = page.locator(".jp-CodeCell").nth(0).locator(".jp-OutputArea").first
        until(page, lambda: "exponent 2.0" in output.inner_text() and output.locator("img:visible").count() == 1)
        output.locator(".widget-text input").fill("3")
        page.keyboard.press("Enter")
        until(page, lambda: "exponent 3.0" in output.inner_text() and "9.0" in output.inner_text())
        assert output.locator(".workbench-still:visible").count() == 0
        output.locator(".widget-text input").fill("much")
        page.keyboard.press("Enter")
        until(page, lambda: "got 'much'" in output.inner_text())

        person.run(1)
        playwright.expect(page.locator("figure.picture canvas")).to_be_visible()
        assert page.locator(".jp-CodeCell").nth(1).locator(".widget-hslider").count() == 2
        person.run(2)
        told = page.locator(".jp-CodeCell").nth(2).locator(".jp-OutputArea-output")
        until(page, lambda: "did you mean weight?" in told.inner_text())
        assert "Traceback" not in told.inner_text()
        page.screenshot(path=tmp_path / "explored.png")

        person.save()
        until(page, lambda: "workbench-still" in saved.read_text())
        kept = person.outputs()[0][-1]["data"]["text/html"]
        assert "9.0" in "".join(kept)


def test_a_notebook_that_is_opened_twice_is_one_run_and_outlives_either_page(chromium, lab):
    lab.put("twice.ipynb", CELLS)
    field = ".widget-hbox:has(> .widget-hslider:has-text('weight')) > .widget-text input"
    with watched(chromium, expected=".") as second:
        with watched(chromium, expected=".") as first:
            person = lab.open(first, "twice.ipynb")
            person.ran(0)
            playwright.expect(first.locator("figure.picture canvas").nth(3)).to_be_visible()
            person.save()
            until(first, lambda: "image/png" in person.file.read_text())
            lab.open(second, "twice.ipynb")
            playwright.expect(second.locator("figure.picture canvas").nth(3)).to_be_visible()
            second.locator(".widget-hslider:has-text('weight') .noUi-handle").first.focus()
            for _ in range(20):
                second.keyboard.press("ArrowRight")
            until(first, lambda: first.locator(field).input_value() == second.locator(field).input_value() != "1")
        words = second.get_by_text(re.compile(r"iteration \d+ of")).first
        last = words.inner_text()
        until(second, lambda: words.inner_text() != last)


# It computes until the person has seen what it should not hold up; an end of its own spares the other tests.
BUSY = """import time
from pathlib import Path

end = time.monotonic() + 600
while not Path("seen").exists() and time.monotonic() < end:
    sum(range(1000))
print("k", wb.k)"""
SIX = (
    FIRST.replace("64", "256"),
    "wb.views.Spectrum()",
    "wb.views.Plane()",
    "wb.views.Uncertainty()",
    "wb.views.Compare()",
    "wb.views.Controls()",
    BUSY,
    "print('weight', wb.prior.weight)",
)


def test_a_kernel_that_is_busy_in_another_cell_shows_the_run_and_hears_the_hand_after_it(chromium, lab):
    lab.put("busy.ipynb", SIX)
    with watched(chromium, expected=".") as page:
        person = lab.open(page, "busy.ipynb")
        for cell in range(6):
            person.ran(cell)
        words = page.get_by_text(re.compile(r"iteration [1-9]\d* of")).first
        until(page, lambda: words.count() > 0)
        person.run(6)
        until(page, lambda: page.locator(".jp-CodeCell .jp-InputPrompt").nth(6).text_content() == "[*]:")
        begun, before = words.inner_text(), person.picture(2)
        field = page.locator(".widget-hbox:has(> .widget-hslider:has-text('weight')) > .widget-text input").first
        field.fill("50")
        page.keyboard.press("Enter")
        until(page, lambda: words.inner_text() != begun and person.picture(2) != before)
        assert person.said("k") == [], "the cell ended before the person saw the run move"
        (lab.folder / "seen").touch()
        until(page, lambda: person.said("k") != [])
        until(page, lambda: person.asked("weight", 7) == 50.0)

        # All kinds of view of 256 pixels, saved.
        person.save()
        until(page, lambda: [len(cell) for cell in person.outputs()] == [2, 2, 2, 2, 2, 2, 1, 1])
        assert all("image/png" in cell[1]["data"] for cell in person.outputs()[:6])
        assert person.file.stat().st_size < 1e6
