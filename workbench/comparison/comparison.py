"""Two or more runs, laid beside each other."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import storage
from workbench.comparison import comparability, curves, marks, metrics, pictures
from workbench.comparison.compared_run import ComparedRun, require_run
from workbench.comparison.curves import CurveAxis
from workbench.comparison.marks import Mark
from workbench.comparison.metrics import Number, Replicates
from workbench.comparison.pictures import TRUTH, PictureRow
from workbench.comparison.recorded_rows import highest
from workbench.comparison.settings import Setting, distinct, labels, settings
from workbench.records import Record
from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

ACCURACY = 1e-3  # of the best objective
BELOW = 0.5  # dB below the best PSNR


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Runs beside each other: `differing` and `agreeing` settings, and in `notes` what cannot be compared.

    Everything is read off the runs; nothing is computed anew.
    """

    runs: tuple[ComparedRun, ...]
    differing: tuple[Setting, ...]
    agreeing: tuple[Setting, ...]
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(run.label for run in self.runs)

    @functools.cached_property
    def metrics(self) -> dict[str, tuple[Number, ...]]:
        """PSNR, SSIM, relative error, objective, iterations, seconds, calls, ... of each run at its end."""
        return metrics.at_the_end(self.runs)

    @functools.cached_property
    def replicates(self) -> tuple[Replicates, ...]:
        """The runs in groups that differ by their seeds alone, with mean and standard deviation."""
        return metrics.replicated(self.runs)

    @property
    def quantities(self) -> tuple[str, ...]:
        """What was recorded along the runs."""
        return curves.recorded(self.runs)

    def curves(self, name: str, over: str = "k") -> tuple[CurveAxis, ...]:
        """A quantity along the runs over "k", "seconds" or "calls": an axis for those that may be compared."""
        return curves.axes(self.runs, name, over)

    def marks(self, accuracy: float = ACCURACY) -> tuple[Mark | None, ...]:
        """When each run was within `accuracy` of the best objective that a run of the same problem reached.

        None for one that recorded no objective; `reached` is false for one that never was. Of a run that was changed on
        its way only what came after the last change counts; one that diverged is neither the best nor marked.
        """
        if not 0 < accuracy <= 1:
            raise Refusal("an accuracy above 0 and at most 1", f"{accuracy}", "such as 1e-3")
        return marks.of_objective(self.runs, accuracy)

    @property
    def psnr_levels(self) -> tuple[float | None, ...]:
        """For each run BELOW dB below the best PSNR that a run with the same truth reached; None without a truth."""
        best = highest(self.runs)
        return tuple(best[run.truth_key] - BELOW if run.truth_key in best else None for run in self.runs)

    def psnr_marks(self, level: float | None = None) -> tuple[Mark | None, ...]:
        """When each run reached a PSNR, in dB, or without one its own of `psnr_levels`; None without a truth."""
        return marks.of_psnr(self.runs, self.psnr_levels if level is None else [level] * len(self.runs))

    def pictures(self) -> PictureRow:
        """The reconstructions, and the truth where it is one and known, on one scale."""
        return pictures.on_one_scale(self.runs)

    def differences(self, reference: str = TRUTH) -> PictureRow:
        """Each reconstruction minus the truth, or minus that of the run with the label `reference`."""
        return pictures.differences(self.runs, reference)

    def report(self, accuracy: float = ACCURACY) -> str:
        """One self-contained page of HTML: pictures, curves, settings, versions, marks and the Python that makes it."""
        from workbench.comparison.report import html

        return html.page(self, accuracy)

    def save_report(self, path: str | Path, accuracy: float = ACCURACY) -> Path:
        """Write that page, whole or not at all."""
        from workbench.comparison.report import files

        return files.write_whole(Path(path), self.report(accuracy).encode())

    def save_figures(self, folder: str | Path, accuracy: float = ACCURACY) -> tuple[Path, ...]:
        """Write pictures and curves as SVG for a paper, beside each a file with its caption; the paths."""
        from workbench.comparison.report import files

        return files.write_figures(self, Path(folder), accuracy)

    def __repr__(self) -> str:
        from workbench.comparison.report import text

        return text.summary(self)


def compare(*runs: "xr.Dataset | Record | str | Path | Sequence", labels: Sequence[str] = ()) -> Comparison:
    """Lay two or more runs beside each other: Datasets of `run(...)`, Records, or paths of saved runs.

    A single list of them will do. `labels`, one for each, are made of what differs where they are left out. Refusal for
    fewer than two, and for what is no run.
    """
    given = runs[0] if len(runs) == 1 and isinstance(runs[0], list | tuple) else runs
    if len(given) < 2:
        raise Refusal("two or more runs to compare", f"{len(given)}", "give another one")
    if labels and len(labels) != len(given):
        raise Refusal(f"{len(given)} labels, one for each run", str(len(labels)), "or leave them out")
    opened = [_opened(run, number) for number, run in enumerate(given)]
    return laid_out(opened, labels)


def laid_out(opened: Sequence[tuple["xr.Dataset", Path | None]], names: Sequence[str] = ()) -> Comparison:
    """The comparison of Datasets that are runs, with the files they came from."""
    told = [ComparedRun(f"run {n + 1}", dataset, path).settings for n, (dataset, path) in enumerate(opened)]
    chosen = distinct(list(map(str, names))) if names else labels(told)
    made = tuple(ComparedRun(label, *pair) for label, pair in zip(chosen, opened, strict=True))
    differing, agreeing = settings(told)
    return Comparison(made, differing, agreeing, comparability.sentences(made, differing))


def _opened(given: "xr.Dataset | Record | str | Path | object", number: int) -> tuple["xr.Dataset", Path | None]:
    import xarray as xr

    if isinstance(given, str | Path):
        dataset, path = storage.load(given), Path(given)
    elif isinstance(given, Record):
        dataset, path = given.result, given.path
    elif isinstance(given, xr.Dataset):
        dataset, path = given, None
    else:
        came = f"a {type(given).__name__}"
        raise Refusal("runs to compare", came, "give what run(...) returned, a Record, or the path of a saved run")
    require_run(dataset, str(path) if path else f"a Dataset, number {number + 1}")
    return dataset, path
