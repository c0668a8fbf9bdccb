"""Saved runs: saved, loaded, and made into what they are of."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.refusal import Refusal
from workbench.storage.claim import Claim
from workbench.storage.layout import join_complex

if TYPE_CHECKING:
    import xarray as xr

    from workbench.algorithms import Algorithm
    from workbench.problem import Problem


_PARTS, _NUMBERS = ("operator", "noise", "prior", "algorithm"), ("steps", "seed", "every")
_LOST = "lost"  # data that an experiment does without
_PHI = "parametrisation"  # told only where the unknown is another than the picture


def to_json(description: Any) -> str:
    """A description as JSON, which has no words for NaN or infinity."""
    return json.dumps(description, allow_nan=False)


def save(dataset: "xr.Dataset", path: str | Path) -> None:
    """Write a run as NetCDF. An older file of that name stays whole until the new one is complete."""
    with Claim(path) as claim:
        claim.write(dataset)


def load(path: str | Path) -> "xr.Dataset":
    """Read a run that `save` wrote."""
    import xarray as xr

    import workbench.run.accessor  # noqa: F401 - a run has .workbench

    if not Path(path).is_file():
        raise Refusal("a saved run", f"{path}, which is no file", "give the path of a .nc file")
    try:
        with xr.open_dataset(path, engine="h5netcdf") as dataset:
            found = join_complex(dataset.load())
    except Exception as error:  # parsers of damaged bytes raise whatever they like
        raise Refusal("a saved run in NetCDF", f"{path} ({error})", "save it again with storage.save") from error
    if "spec" not in found.attrs:
        raise Refusal("a run saved by the workbench", f"{path}, without a spec", "open it as data instead")
    if not _is_object(found.attrs["spec"]):
        raise Refusal("a run with its description", f"{path}, whose spec is no JSON object", "save the run again")
    return found


def _is_object(text: Any) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (TypeError, ValueError):
        return False


def rebuild_run(dataset: "xr.Dataset") -> tuple["Problem", "Algorithm", dict[str, int]]:
    """Problem, algorithm and numbers (steps, seed, every) of a run, from its spec and its own data."""
    import torch

    from workbench.data.regions.lost import problem_without
    from workbench.parameters import current, rebuild
    from workbench.problem import Problem
    from workbench.run import arrays_in

    told = json.loads(dataset.attrs["spec"])
    spec = current({n: told[n] for n in ("version", *_PARTS, *_NUMBERS, _PHI, _LOST) if n in told})
    arrays = arrays_in(dataset)
    operator, noise, prior, algorithm = (rebuild(spec[n], arrays) for n in _PARTS)
    truth = torch.from_numpy(dataset["truth"].values) if "truth" in dataset else None
    phi = {_PHI: rebuild(spec[_PHI], arrays)} if _PHI in spec else {}
    problem = Problem(operator, noise, prior, torch.from_numpy(dataset["y"].values), truth, **phi)
    problem = problem_without(problem, [rebuild(region, arrays) for region in spec.get(_LOST, ())])
    return problem, algorithm, {n: spec[n] for n in _NUMBERS if n in spec}
