"""A folder of saved runs: what they are of, without reading their arrays."""

import json
import math
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import storage
from workbench.parameters import current
from workbench.refusal import Refusal, one_of

if TYPE_CHECKING:
    import xarray as xr

FOLDER = "WORKBENCH_RUNS"  # the variable of the environment that names another folder
_PARTS = ("operator", "parametrisation", "noise", "prior", "algorithm")
_ENDING = ".nc"
_WORDS = {None: ("none", "auto", "null"), True: ("true", "yes", "on"), False: ("false", "no", "off")}


@dataclass(frozen=True)
class RunSummary:
    """What a saved run is of: its `name` in the folder, when it was saved, its parts, and how far it came.

    `running`: a process is at it still. One that is not, and whose `outcome` is "interrupted", can be gone on with.
    """

    name: str
    saved: str
    parts: Mapping[str, str]
    k: int
    psnr: float | None
    ended: str
    description: Mapping[str, Any]
    outcome: str = ""
    running: bool = False


def usual_folder() -> Path:
    """Where runs are kept unless another folder is named: that in WORKBENCH_RUNS, else one in the home of the user."""
    named = os.environ.get(FOLDER, "")
    return Path(named) if named else Path.home() / ".local" / "share" / "inverse-workbench" / "runs"


def made() -> Path:
    """The usual folder, which is there afterwards; Refusal where it cannot be made."""
    folder = usual_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("a folder for kept runs", f"{folder} ({error.strerror})", f"name another in {FOLDER}") from error
    return folder


def new_place(description: Mapping[str, Any], folder: Path) -> storage.Claim:
    """The claim of a name of its own for a run, made of its operator, its algorithm and the time.

    Two runs that begin in one second do not meet. `with new_place(describe(experiment), folder) as claim:
    experiment.run(out=claim)` keeps the run while it goes.
    """
    words = (description[part]["type"].rpartition(".")[2] for part in ("operator", "algorithm"))
    stem = "-".join((time.strftime("%Y%m%d-%H%M%S", time.gmtime()), *words))
    return storage.new_claim(folder, stem)


def keep(result: "xr.Dataset", folder: Path) -> Path:
    """Save a run that has ended under a name of its own; the path."""
    with new_place(json.loads(result.attrs["spec"]), folder) as claim:
        claim.write(result)
    return claim.path


def summaries(folder: Path, where: Mapping[str, str] | None = None) -> list[RunSummary]:
    """The runs of a folder, the newest first; with `where`, those whose parameters have these values, by dotted path.

    A file that is no run, or one that is being written, is passed over.
    """
    found = [summary for path in sorted(folder.glob(f"*{_ENDING}")) if (summary := _summary(path)) is not None]
    kept = [each for each in found if all(_holds(each.description, *item) for item in (where or {}).items())]
    return sorted(kept, key=lambda each: each.saved, reverse=True)


def path_of(name: str, folder: Path) -> Path:
    """The file of a run by its name in the list; Refusal where there is none."""
    names = [path.stem for path in folder.glob(f"*{_ENDING}")]
    return folder / f"{one_of(f'a run in {folder}', name.removesuffix(_ENDING), names)}{_ENDING}"


def delete(path: Path) -> None:
    """Remove a run; Refusal where a process writes it, where it has gone meanwhile, and where that is not allowed."""
    if storage.is_locked(path):
        raise Refusal("a run that nobody writes", f"{path.stem}, which is running", "end that process first")
    try:
        path.unlink()
    except FileNotFoundError as error:
        came = f"{path.stem}, which somebody has deleted meanwhile"
        raise Refusal(f"a run in {path.parent}", came, "see `workbench runs list`") from error
    except OSError as error:
        remedy = "ask whoever owns the folder"
        raise Refusal("a folder that can be written", f"{path.parent} ({error.strerror})", remedy) from error


def _summary(path: Path) -> RunSummary | None:
    import xarray as xr

    try:
        saved = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(path.stat().st_mtime))
        with xr.open_dataset(path, engine="h5netcdf") as dataset:
            told = current(json.loads(dataset.attrs["spec"]))
            psnr = float(dataset["psnr"].values[-1].mean()) if "psnr" in dataset else math.nan
            k, ended = int(dataset["k"].values[-1]), str(dataset.attrs.get("ended", ""))
            outcome = str(dataset.attrs.get("outcome", ""))
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None
    parts = {part: told[part]["type"].rpartition(".")[2] for part in _PARTS if part in told}
    quality = psnr if math.isfinite(psnr) else None
    return RunSummary(path.stem, saved, parts, k, quality, ended, told, outcome, storage.is_locked(path))


def _holds(description: Mapping[str, Any], path: str, value: str) -> bool:
    """Whether the parameter at a path has a value, or the part there is of that class or the signal of that name."""
    found: Any = description
    if "source" not in description and path.split(".", maxsplit=1)[0] == "source":
        path = f"truth{path.removeprefix('source')}"  # under which a signal is described
    for word in path.split("."):
        if not isinstance(found, Mapping) or word not in found:
            return False
        found = found[word]
    return _is(found, value.strip())


def _is(found: Any, text: str) -> bool:
    """Whether what a description holds is what a person writes so: 1e-3 is 0.001, and 1,64,64 or [1, 64, 64] a list."""
    if isinstance(found, Mapping):
        if "number" in found:  # one that JSON has not, such as inf
            return _is(float(found["number"]), text)
        kind, _, name = str(found.get("type", "")).rpartition(".")
        return text == name or (kind == "data" and text == found.get("name", found.get("path")))
    if isinstance(found, list):
        deep = any(isinstance(item, list) for item in found)
        parts = [part for part in text.strip("[]()").split(";" if deep else ",") if part.strip()]
        return len(parts) == len(found) and all(_is(f, p.strip()) for f, p in zip(found, parts, strict=True))
    if found is None or isinstance(found, bool):
        return text.lower() in _WORDS[found]
    if isinstance(found, int | float):
        try:
            return float(text) == found
        except ValueError:
            return False
    return str(found).lower() == text.lower()
