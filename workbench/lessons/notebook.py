"""A lesson as a notebook: the same states live in cells, the same sentences, and the claims compared."""

import html
from typing import Literal

from workbench.lessons.lesson import Lesson, LessonStep
from workbench.live.telling import imports, live_cell, notebook_of

Cell = tuple[Literal["code", "markdown"], str]
# What a tab of the page shows besides the run, by the names of `workbench.plots` and of a Demonstration.
_PLOTS = {
    "Spectrum": "plots.spectrum(shown[{n}].spectrum)",
    "Choose": "plots.weights(shown[{n}].weights)",
    "Information": "plots.plane(shown[{n}].paths)",
    "Uncertainty": "plots.posterior(shown[{n}].chains)",
    "Network": 'plots.curves(shown[{n}].training, "loss")',
}


def notebook(lesson: Lesson, file: str = "") -> str:
    """An .ipynb file, as JSON; `file` is the path of a lesson of one's own, from which the cells read it again."""
    head = max((imports(step.experiment) for step in lesson.steps), key=len)
    found = f"lessons.read({file!r})" if file else f"lessons.find({lesson.name!r})"
    begin = f"{head}\nfrom workbench import lessons, plots\n\nlesson = {found}\nshown = lessons.demonstrations(lesson)"
    cells: list[Cell] = [
        ("markdown", f"# {html.escape(lesson.title)}\n\n{html.escape(lesson.learnt)}"),
        ("code", begin),
    ]
    for step in lesson.steps:
        cells += _cells(step)
    return notebook_of(cells)


def _cells(step: LessonStep) -> list[Cell]:
    """What to look at, the live picture, the question, the answer folded away, and the check."""
    n = step.number
    watch, question, answer = (html.escape(text) for text in (step.watch, step.question, step.answer))
    folded = f"<details><summary>Show the answer</summary>\n\n{answer}\n\n</details>"
    live: list[Cell] = [] if step.tab == "Network" else [("code", live_cell(step.experiment))]
    if step.tab in _PLOTS:
        live.append(("code", _PLOTS[step.tab].format(n=n)))
    own = "" if step.tab == "Network" else f"shown[{n}] = lessons.Demonstration(lesson.step({n}), await wb.done())\n"
    tried = f"found = list(lessons.check_step(lesson.step({n}), shown))"
    check = f'{tried}\nassert all(claim.verdict.holds for claim in found), found\nprint(*found, sep="\\n")'
    return [
        ("markdown", f"## Step {n}\n\n{watch}"),
        *live,
        ("markdown", f"**{question}**\n\n{folded}"),
        ("code", f"{own}{check}"),
    ]
