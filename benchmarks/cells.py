"""What a run in a cell costs: a look at it, pictures and iterations a second, first picture, slider, bytes, ten views.

`python -m benchmarks.cells`. A browser is stood in for by an answer to every picture. CPU is that of the whole process,
run and pictures; a look is all that moves, sent at once: reconstruction, error, and two plots of curves.
"""

import asyncio
import os
import time
from statistics import median

from workbench.algorithms import FISTA
from workbench.data import Shipped
from workbench.experiment import Experiment
from workbench.noise import Gaussian
from workbench.notebook import Workbench
from workbench.notebook.views.cell_views import CellView
from workbench.operators import GaussianBlur
from workbench.priors import Tikhonov
from workbench.run import after, iterate, until

SIDE, SECONDS, STEPS = 256, 6.0, 200


def experiment() -> Experiment:
    shape = (1, SIDE, SIDE)
    return Experiment(
        Shipped("camera", SIDE), GaussianBlur(shape, 2.0), Gaussian(0.1), Tikhonov(1.0), FISTA(), steps=10**6
    )


def bare() -> float:
    """Iterations a second of the loop alone."""
    made = experiment()
    problem = made.problem()
    begin = time.perf_counter()
    for _ in until(iterate(problem, made.algorithm), after(STEPS)):
        pass
    return STEPS / (time.perf_counter() - begin)


def answered(view: CellView) -> None:
    view.screen.observe(lambda change: setattr(view.screen, "drawn", change["new"]), "shown")


async def moved(wb: Workbench) -> float:
    """Seconds from a slider's move until a picture is sent that is of the run after it; the median of nine moves."""
    spent, slider = [], wb.widget.controls["prior.weight"].slider
    for position in (0.5, -0.5, 1.0) * 3:
        begin = time.perf_counter()
        slider.value = position
        while not (abs(wb.prior.weight / 10**position - 1) < 0.01 and wb._session.job.obedient):
            await asyncio.sleep(0.001)
        shown = wb.widget.screen.shown
        while wb.widget.screen.shown == shown:
            await asyncio.sleep(0.001)
        spent.append(time.perf_counter() - begin)
        await asyncio.sleep(0.3)
    return median(spent)


async def live(extra: int) -> dict[str, float]:
    """One whole workbench and so many more pictures beside it."""
    begin = time.perf_counter()
    wb = Workbench(experiment())
    views = [wb.widget, *(wb.views.Picture() for _ in range(extra))]
    for view in views:
        answered(view)
    wb.play()
    while not any(panel["title"] == "Reconstruction" for panel in wb.widget.screen.panels):
        await asyncio.sleep(0.01)
    first = time.perf_counter() - begin
    await asyncio.sleep(1.0)
    shown, k, cpu, now = wb.widget.screen.shown, wb.k, time.process_time(), time.perf_counter()
    await asyncio.sleep(SECONDS)
    spent = time.perf_counter() - now
    sent = {panel["title"]: len(panel["data"]) / 1000 for panel in wb.widget.screen.moving}
    found = {
        "first picture, s": first,
        "pictures/s": (wb.widget.screen.shown - shown) / spent,
        "it/s": (wb.k - k) / spent,
        "CPU": (time.process_time() - cpu) / spent,
        "slider to picture, s": await moved(wb),
        "kB a look": sum(sent.values()),
        "of which the reconstruction": sent["Reconstruction"],
        "kB of the still picture in a notebook": len(wb._repr_mimebundle_()["image/png"]) / 1000,
    }
    wb.close()
    return found


def cost(extra: int) -> float:
    """Milliseconds of the processor that a look at the run takes, for one whole workbench and so many pictures more."""
    wb = Workbench(experiment())
    views = [wb.widget, *(wb.views.Picture() for _ in range(extra))]
    for view in views:
        answered(view)
    spent = []
    for _ in range(15):
        with wb._shared.lock:  # the display waits meanwhile
            wb.step(2)
            begin = time.thread_time()
            wb._shared.draw()
            spent.append(time.thread_time() - begin)
    wb.close()
    return 1000 * median(spent)


if __name__ == "__main__":
    print(f"load of the machine before: {os.getloadavg()[0]:.1f}")
    bare()
    one, ten = cost(0), cost(9)
    print(f"a look costs {one:.1f} ms of the processor with one view, {ten:.1f} ms with ten: {ten / one:.2f} times")
    print(f"bare loop: {bare():.0f} it/s")
    for extra in (0, 9):
        told = ", ".join(f"{name} {value:.3g}" for name, value in asyncio.run(live(extra)).items())
        print(f"{1 + extra} views: {told}; bare loop after it {bare():.0f} it/s")
