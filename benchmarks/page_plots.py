"""Plots of the page's slow tabs, drawn anew: as sources of Bokeh that are filled, and as elements of HoloViews.

`python -m benchmarks.page_plots`. Milliseconds of the processor and kilobytes to the browser for the same numbers: the
settings of a sweep of 20 x 20, the curves of four compared runs, the density of a spectrum. Each draws two states in
turn, as a tab does where another quantity is chosen or a study has found more. `filled`: the page's own class;
`DynamicMap`: one whose Pipe is sent the new element, HoloViews' way to change a plot that stands; `rendered`: a figure
made anew.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import holoviews as hv
import numpy as np
import panel as pn
import torch
import xarray as xr
from bokeh.core.serialization import Serializer
from bokeh.document import Document
from bokeh.document.events import DocumentPatchedEvent
from bokeh.models import Model
from holoviews.streams import Pipe

from benchmarks.common import arguments, between, publish, summary, table
from workbench import plots
from workbench.analysis import spectrum
from workbench.app.compare.lines import Line, Lines, style
from workbench.app.sweep.plots import SettingMap
from workbench.app.toolkit.figures import empty, fill, new_figure
from workbench.live.saved.sweep_cells import SweepSlice
from workbench.operators import GaussianBlur
from workbench.sweeps import SettingResult

SIDE, RUNS, ROWS = 20, 4, 500
State = int


@dataclass(frozen=True)
class Case:
    """A plot: the models of the page, what fills them, and the element of the same numbers."""

    model: Model
    filled: Callable[[State], None]
    element: Callable[[State], Any]


def sweep_case() -> Case:
    drawn, weights = SettingMap(lambda setting: None), np.geomspace(1, 100, SIDE)
    values = np.random.default_rng(0).uniform(20, 30, (2, SIDE, SIDE))
    sights = [
        tuple(
            SettingResult((i, j), {"prior.weight": a, "noise.sigma": b}, float(table_[i, j]), np.nan, 1, 1)
            for i, a in enumerate(weights)
            for j, b in enumerate(weights)
        )
        for table_ in values
    ]
    places = {"prior.weight": weights, "noise.sigma": weights}
    grids = [xr.Dataset({"psnr": (tuple(places), each, {"units": "dB"})}, places) for each in values]
    slices = [SweepSlice("prior.weight", "noise.sigma", {}, each) for each in sights]
    return Case(drawn.plot, lambda i: drawn.show(slices[i], "PSNR, dB", None), lambda i: plots.sweep(grids[i], "psnr"))


def lines_case() -> Case:
    drawn, k = Lines(300), np.arange(ROWS)
    columns = [[np.exp(-k / (100 + 40 * run + 20 * i)) for run in range(RUNS)] for i in range(2)]
    names = [f"run {run}" for run in range(RUNS)]

    def filled(i: State) -> None:
        lines = [Line(name, style(run), k, columns[i][run]) for run, name in enumerate(names)]
        drawn.show("iteration k", "objective, nats", True, lines)

    def element(i: State) -> Any:
        return plots.lines({n: (k, columns[i][run]) for run, n in enumerate(names)}, "iteration k", "nats", logy=True)

    filled(0)
    return Case(drawn.plot, filled, element)


def spectrum_case() -> Case:
    blur = GaussianBlur((1, 32, 32), 1.0)
    measures = [spectrum.slq(blur.gram, steps=40, probes=2, seed=i, like=torch.zeros(1, 1, 32, 32)) for i in range(2)]
    plot = new_figure("eigenvalue", "density")
    source = empty("x", "y")
    plot.line("x", "y", source=source)

    def filled(i: State) -> None:
        curve = spectrum.density(measures[i], spectrum.LinearAxis(1.0))
        fill(source, {"x": curve.at.astype(np.float32), "y": curve.height.astype(np.float32)})

    return Case(plot, filled, lambda i: plots.spectrum(measures[i]))


def size_of(model: Model) -> int:
    """Bytes of a whole plot that is sent for the first time."""
    document = Document()
    document.add_root(model)
    sent = len(str(document.to_json()))
    document.remove_root(model)
    return sent


def changes_of(model: Model, change: Callable[[], None]) -> int:
    """Bytes of what a change sends for a plot that stands."""
    document, sent = Document(), 0
    document.add_root(model)

    def count(event: Any) -> None:
        nonlocal sent
        if isinstance(event, DocumentPatchedEvent):
            made = Serializer(references=document.models.synced_references)
            content = event.to_serializable(made)
            sent += len(str(content)) + sum(memoryview(each.data).nbytes for each in made.buffers)

    document.on_change(count)
    change()
    document.remove_root(model)
    return sent


def ways(case: Case) -> dict[str, tuple[Model, Callable[[State], Any]]]:
    """By name: the model that stands, and what draws another state; a figure made anew has none before."""
    pipe = Pipe(data=case.element(0))
    pane = pn.pane.HoloViews(hv.DynamicMap(lambda data: data, streams=[pipe]), backend="bokeh")
    return {
        "filled": (case.model, case.filled),
        "DynamicMap": (pane.get_root(), lambda i: pipe.send(case.element(i))),
        "rendered": (case.model, lambda i: hv.render(case.element(i), backend="bokeh")),
    }


def processor(draw: Callable[[State], Any], rounds: int) -> list[float]:
    """Seconds of the processor of each drawing, two states in turn."""
    draw(0), draw(1)
    spent = []
    for k in range(rounds):
        begin = time.process_time()
        draw(k % 2)
        spent.append(time.process_time() - begin)
    return spent


def main() -> None:
    given = arguments(__doc__, repetitions=30)
    rows, results = [], {}
    for name, case in {"sweep": sweep_case(), "compare": lines_case(), "spectrum": spectrum_case()}.items():
        found = {}
        for way, (model, draw) in ways(case).items():
            ms = summary(processor(draw, given.repetitions), 1e3)
            shown = draw(0)
            sent = size_of(shown) if way == "rendered" else changes_of(model, lambda draw=draw: draw(1))
            found[way] = {"ms": ms, "kB": sent / 1000}
            ratio = ms["median"] / found["filled"]["ms"]["median"]
            rows.append((name, way, f"{ms['median']:.2f}", between(ms), f"{ratio:.0f}", f"{sent / 1000:.1f}"))
        results[name] = found
    head = ("plot", "way", "ms of the processor, median", "quartiles", "over filled", "kB sent")
    publish("page_plots", results, "Two states drawn in turn; bytes are those of Bokeh's JSON.", table(head, rows))


if __name__ == "__main__":
    main()
