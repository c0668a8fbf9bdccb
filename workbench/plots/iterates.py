"""Iterates as plots that move: over k, of a pixel along a run, of a run that goes on."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import holoviews as hv
import numpy as np
from holoviews.streams import Pipe, Tap
from torch import Tensor

from workbench.algorithms import State
from workbench.figures.colours import COLOURS
from workbench.figures.shown import picture_of, spread
from workbench.plots.style import Limits, require_moving, signal, styled
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run import signal_dims

_K = hv.Dimension("k", label="iteration k")
_VALUE = hv.Dimension("value", label="value of x")


class LiveRun(Protocol):
    """A run that goes on, such as a Workbench: its iterate, and a way to hear of the next ones."""

    @property
    def x(self) -> Tensor: ...
    def on(self, every: int = 1) -> Callable[[Callable[[State], Any]], Any]: ...


def iterates(problem: Problem, states: Iterable[State], limits: Limits | None = None) -> hv.HoloMap:
    """The picture of each state, with a slider over k, all in one range of colours, by default of the last."""
    pictures = _pictures(problem, states)
    limits = limits or spread(_picture(list(pictures.values())[-1]))
    return hv.HoloMap({k: _drawn(x, f"k = {k}", limits) for k, x in pictures.items()}, kdims=[_K])


def live(run: LiveRun, every: int = 1, limits: Limits | None = None) -> hv.DynamicMap:
    """The picture of a run that goes on, drawn anew once so many iterations have gone by.

    `run` is a Workbench. Refusal before `plots.use("bokeh")`: a picture of matplotlib does not move in the browser.
    """
    require_moving("a plot of a run that goes on")
    pipe = Pipe(data=None)
    limits = limits or spread(_picture(run.x))

    def drawn(data: Any) -> Any:
        return _drawn(run.x, "reconstruction", limits)

    run.on(every=every)(lambda state: pipe.send(state.k))
    return hv.DynamicMap(drawn, streams=[pipe])


def history(problem: Problem, states: Iterable[State], limits: Limits | None = None) -> Any:
    """The last picture, and beside it the values that one of its pixels had: that which was tapped, first the middle.

    Refusal before `plots.use("bokeh")`: a picture of matplotlib hears no tap.
    """
    require_moving("a history that is tapped")
    pictures = _pictures(problem, states)
    stack, ks = np.stack([_picture(x) for x in pictures.values()]), np.array(list(pictures))
    if stack.ndim != 3:
        raise Refusal("states of grey pictures", f"signals of {stack.shape[1:]}", "take one channel of them")
    rows, columns = stack.shape[1:]
    k, last = list(pictures.items())[-1]
    picture = _drawn(last, f"k = {k}", limits or spread(stack[-1]))
    tap = Tap(source=picture, x=columns // 2, y=rows // 2)

    def along(x: float | None, y: float | None) -> Any:
        column, row = (_nearest(v, n) for v, n in ((x, columns), (y, rows)))
        values = hv.Curve((ks, stack[:, row, column]), _K, _VALUE)
        return styled(values, color=COLOURS[0], title=f"row {row}, column {column}", framewise=True)

    return hv.Layout([picture, hv.DynamicMap(along, streams=[tap])])


def _nearest(place: float | None, count: int) -> int:
    """The pixel at a place, the nearest one beyond the edge; the middle where nobody has tapped."""
    return count // 2 if place is None else min(max(round(place), 0), count - 1)


def _pictures(problem: Problem, states: Iterable[State]) -> dict[int, Tensor]:
    """x by k: of a problem with a parametrisation a state has u."""
    found = {state.k: problem.picture(state.x) for state in states}
    if not found:
        raise Refusal("states of a run", "none", "give list(until(iterate(problem, algorithm), after(20)))")
    return found


def _picture(x: Tensor) -> np.ndarray:
    return picture_of(x[:1].numpy(force=True))


def _drawn(x: Tensor, title: str, limits: Limits) -> Any:
    return signal(_picture(x), signal_dims("x", x)[2:], _VALUE, title=title, cmap="gray", clim=limits)
