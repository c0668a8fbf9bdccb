"""A grid of runs as one labelled dataset, written cell by cell."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.experiment import Experiment, from_description
from workbench.progress import Bar, interruptible
from workbench.refusal import Refusal
from workbench.storage import FileLock
from workbench.sweeps import engine
from workbench.sweeps.plan import Index, Plan, plan
from workbench.sweeps.store import Store

if TYPE_CHECKING:
    import xarray as xr


def sweep(
    job: Experiment | Mapping[str, Any],
    grid: Mapping[str, Sequence[Any]],
    seeds: int = 1,
    out: str | Path | None = None,
    scheduler: str | None = None,
) -> "xr.Dataset":
    """Run an experiment for every combination of values: `sweep(job, {"prior.weight": [1, 10]}, seeds=3)`.

    The parameters and `seed` are the dimensions; variables are the last figures of merit, `x` where it fits,
    `sentence` of a cell that failed, and `status` (0 not run, 1 done, 2 failed). With `out`, a Zarr store, the same
    call goes on where it ended. Local processes, or a Dask `scheduler`; scripts need `if __name__ == "__main__":`.
    """
    return swept(plan(job if isinstance(job, Experiment) else from_description(job), grid, seeds), out, scheduler)


def swept(made: Plan, out: str | Path | None = None, scheduler: str | None = None) -> "xr.Dataset":
    """The cells of a plan that are not yet in the store, run; Ctrl-C keeps those that are."""
    if out is not None:
        _made_folder(Path(out).parent)
    with nullcontext() if out is None else FileLock(out), _writing(out):
        store = Store(made, out)
        todo = list(store.pending())
        if todo:
            _fill(store, todo, scheduler)
        return store.dataset()


@contextmanager
def _writing(out: str | Path | None) -> Iterator[None]:
    """Refusal where the disk is full, or is not there any more."""
    try:
        yield
    except OSError as error:
        remedy = "what is finished is kept: make room there, then run the same again"
        raise Refusal(f"to write {out}", error.strerror or str(error), remedy) from error


def _made_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("a folder for the store", f"{folder} ({error.strerror})", "give another --out") from error


def _fill(store: Store, todo: list[Index], scheduler: str | None) -> None:
    bar, done = Bar(len(todo), "cells"), 0
    with interruptible() as ended:
        try:
            for finished in engine.outcomes(store.plan, todo, scheduler, ended):
                store.write(finished)
                done += len(finished)
                bar.show(done)
        finally:
            bar.clear()
