"""Where runs are kept, and under what names; runs removed."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.refusal import Refusal
from workbench.run_folder.run_tags import PATIENCE, sidecar

if TYPE_CHECKING:
    import xarray as xr

    from workbench import storage

_KEPT = Path("inverse-workbench", "runs")
FOLDER = "WORKBENCH_RUNS"  # the variable of the environment that names another folder


def usual_folder() -> Path:
    """Where runs are kept unless another folder is named: that in WORKBENCH_RUNS, else one in the home of the user.

    It lies below XDG_DATA_HOME where that is told, but for runs that lie in ~/.local/share already.
    """
    named, data = os.environ.get(FOLDER, ""), Path(os.environ.get("XDG_DATA_HOME", ""))
    usual = Path.home() / ".local" / "share" / _KEPT
    if named:
        return Path(named)
    told = data / _KEPT
    return told if data.is_absolute() and (told.exists() or not usual.exists()) else usual


def made(folder: Path | None = None) -> Path:
    """The folder, or the usual one, which is there afterwards; Refusal where it cannot be made."""
    place = folder or usual_folder()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        remedy = "name another folder" if folder else f"name another in {FOLDER}"
        raise Refusal("a folder for kept runs", f"{place} ({error.strerror})", remedy) from error
    return place


def new_place(description: Mapping[str, Any], folder: Path) -> "storage.Claim":
    """The claim of a name of its own for a run, made of its operator, its algorithm and the time.

    Two runs that begin in one second do not meet. `with new_place(describe(experiment), folder) as claim:
    experiment.run(out=claim)` keeps the run while it goes.
    """
    from workbench import storage

    words = (description[part]["type"].rpartition(".")[2] for part in ("operator", "algorithm"))
    stem = "-".join((time.strftime("%Y%m%d-%H%M%S", time.gmtime()), *words))
    return storage.new_claim(folder, stem)


def keep(result: "xr.Dataset", folder: Path) -> Path:
    """Save a run that has ended under a name of its own; the path."""
    with new_place(json.loads(result.attrs["spec"]), folder) as claim:
        claim.write(result)
    return claim.path


def delete(path: Path) -> None:
    """Remove a run and its tags; Refusal where a process writes it, where it has gone meanwhile, or is not allowed."""
    from workbench.storage.file_lock import FileLock, is_locked, reason

    if is_locked(path):
        raise Refusal("a run that nobody writes", f"{path.stem}, which is running", "end that process first")
    try:
        with FileLock(sidecar(path), PATIENCE):  # who tags it at once does so before, or finds it gone
            path.unlink()
            sidecar(path).unlink(missing_ok=True)
    except FileNotFoundError as error:
        came = f"{path.stem}, which somebody has deleted meanwhile"
        raise Refusal(f"a run in {path.parent}", came, "see `workbench runs list`") from error
    except OSError as error:
        remedy = "ask whoever owns the folder"
        raise Refusal("a folder that can be written", f"{path.parent} ({reason(error)})", remedy) from error
