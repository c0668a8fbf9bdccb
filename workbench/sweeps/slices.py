"""The slices of a volume as an axis of a sweep: each is read where it is reconstructed, by itself."""

from workbench.data import File, Measured, beside
from workbench.experiment import Experiment
from workbench.refusal import Refusal
from workbench.sweeps.plan import SweepAxis

SLICE = "slice"
_VARIABLE = "source.variable"


def slices(job: Experiment, first: int = 0, last: int | None = None, step: int = 1) -> SweepAxis:
    """The slices of the file from `first` to `last`, both included, along the axis of which the experiment names one.

    `slices(Experiment(Measured("scan.h5", "exchange/data[:, 0]"), ...))` are all sinograms of a scan. With it as an
    axis of a plan the sweep keeps every picture, whatever they take together: they are the reconstructed volume.
    """
    source = job.source
    path = source.path if isinstance(source, Measured | File) else None
    if not isinstance(path, str) or not path or not isinstance(source, Measured | File):
        remedy = "write --data FILE::/array[:, 0] in the experiment"
        raise Refusal("an experiment on a slice of a file", f"one on {type(source).__name__}", remedy)
    every = beside(path, source.variable)
    last = len(every) - 1 if last is None else last
    if not (0 <= first <= last < len(every)) or step < 1:
        came = f"first {first}, last {last}, step {step}"
        raise Refusal(f"slices from 0 to {len(every) - 1} with a step from 1", came, "leave both out for all")
    numbers = tuple(range(first, last + 1, step))
    return SweepAxis(SLICE, tuple({_VARIABLE: every[number]} for number in numbers), numbers)
