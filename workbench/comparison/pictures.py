"""Pictures of runs on one scale, and what they differ by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.comparison.compared_run import ComparedRun
from workbench.figures.shown import Limits
from workbench.refusal import Refusal, one_of

TRUTH = "truth"


@dataclass(frozen=True, eq=False)
class PictureRow:
    """Pictures with their `titles`, all on one scale: the `limits` of their `colours`, a map of Matplotlib.

    `missing` are the labels of runs whose pictures have another shape, so that they could not be in the row.
    """

    titles: tuple[str, ...]
    pictures: tuple[np.ndarray, ...]
    limits: Limits
    colours: str
    missing: tuple[str, ...] = ()


def on_one_scale(runs: Sequence[ComparedRun]) -> PictureRow:
    """The reconstructions, after the truth where all have the same one.

    0 to 1, or as far as truth or pictures go beyond: the scale is that of the truth where it is known.
    """
    shared = len({run.truth_key for run in runs}) == 1 and runs[0].truth is not None
    first = ((TRUTH, runs[0].truth),) if shared and runs[0].truth is not None else ()
    shown = (*first, *((run.label, run.picture) for run in runs))
    scale = [run.truth if run.truth is not None else run.picture for run in runs]
    return PictureRow(tuple(n for n, _ in shown), tuple(p for _, p in shown), limits(scale), "gray")


def differences(runs: Sequence[ComparedRun], reference: str) -> PictureRow:
    """Each reconstruction minus that of the run `reference`, or minus the truth; the mean of colours."""
    known = [run.label for run in runs]
    if reference == TRUTH and TRUTH not in known:
        pairs = [(run.label, run.picture, run.truth) for run in runs]
        if all(truth is None for _, _, truth in pairs):
            raise Refusal("a run with a truth", "runs of measured data", f"take the difference to {known[0]!r}")
    else:
        base = runs[known.index(one_of("a run to take differences to", reference, known))]
        pairs = [(run.label, run.picture, base.picture) for run in runs if run is not base]
    made = [(label, _grey(a - b)) for label, a, b in pairs if b is not None and a.shape == b.shape]
    missing = tuple(label for label, a, b in pairs if b is None or a.shape != b.shape)
    most = max((float(np.abs(d[np.isfinite(d)]).max(initial=0.0)) for _, d in made), default=0.0) or 1.0
    titles = tuple(f"{label} − {reference}" for label, _ in made)
    return PictureRow(titles, tuple(d for _, d in made), (-most, most), "RdBu_r", missing)


def limits(pictures: Sequence[np.ndarray]) -> Limits:
    """0 to 1 where all lie there, as signals do, else from the least to the largest of all."""
    finite = [p[np.isfinite(p)] for p in pictures]
    low = min((float(f.min()) for f in finite if f.size), default=0.0)
    high = max((float(f.max()) for f in finite if f.size), default=1.0)
    if low >= 0 and high <= 1:
        return (0.0, 1.0)
    return (low, high) if high > low else (low, low + 1)


def _grey(picture: np.ndarray) -> np.ndarray:
    return picture.mean(axis=2) if picture.ndim == 3 else picture
