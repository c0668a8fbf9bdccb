"""Saved runs: one file a run, written whole or not at all, complex signals as pairs of real ones."""

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from workbench.parameters import current, rebuild
from workbench.refusal import Refusal

if TYPE_CHECKING:
    import xarray as xr

    from workbench.algorithms import Algorithm
    from workbench.problem import Problem


_PARTS, _NUMBERS = ("operator", "noise", "prior", "algorithm"), ("steps", "seed", "every")
_PHI = "parametrisation"  # told only where the unknown is another than the picture


def to_json(description: Any) -> str:
    """A description as JSON, which has no words for NaN or infinity."""
    return json.dumps(description, allow_nan=False)


def save(dataset: "xr.Dataset", path: str | Path) -> None:
    """Write a run as NetCDF. An older file of that name stays whole until the new one is complete."""
    path = Path(path)
    if not path.parent.is_dir():
        raise Refusal("a file in a folder that exists", str(path), f"make the folder {path.parent} first")
    handle, name = tempfile.mkstemp(suffix=".nc", dir=path.parent)
    os.close(handle)
    try:
        _split_complex(dataset).to_netcdf(name, engine="h5netcdf")
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def load(path: str | Path) -> "xr.Dataset":
    """Read a run that `save` wrote."""
    import xarray as xr

    import workbench.run.accessor  # noqa: F401 - a run has .workbench

    if not Path(path).is_file():
        raise Refusal("a saved run", f"{path}, which is no file", "give the path of a .nc file")
    try:
        with xr.open_dataset(path, engine="h5netcdf") as dataset:
            found = _join_complex(dataset.load())
    except (OSError, ValueError) as error:
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
    from workbench.problem import Problem
    from workbench.run import arrays_in

    told = json.loads(dataset.attrs["spec"])
    spec = current({n: told[n] for n in ("version", *_PARTS, *_NUMBERS, _PHI) if n in told})
    arrays = arrays_in(dataset)
    operator, noise, prior, algorithm = (rebuild(spec[n], arrays) for n in _PARTS)
    truth = torch.from_numpy(dataset["truth"].values) if "truth" in dataset else None
    phi = {_PHI: rebuild(spec[_PHI], arrays)} if _PHI in spec else {}
    problem = Problem(operator, noise, prior, torch.from_numpy(dataset["y"].values), truth, **phi)
    return problem, algorithm, {n: spec[n] for n in _NUMBERS if n in spec}


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _split_complex(dataset: "xr.Dataset") -> "xr.Dataset":
    names = [n for n in dataset.data_vars if dataset[n].dtype.kind == "c"]
    parts = {f"{n}_{part}": getattr(dataset[n], part) for n in names for part in ("real", "imag")}
    return dataset.drop_vars(names).assign(parts).assign_attrs(complex=" ".join(map(str, names)))


def _join_complex(dataset: "xr.Dataset") -> "xr.Dataset":
    names = dataset.attrs.pop("complex", "").split()
    whole = {n: _joined(dataset[f"{n}_real"], dataset[f"{n}_imag"]) for n in names}
    return dataset.drop_vars([f"{n}_{part}" for n in names for part in ("real", "imag")]).assign(whole)


def _joined(real: "xr.DataArray", imag: "xr.DataArray") -> "xr.DataArray":
    """The complex numbers of these parts, bit for bit: real + 1j * imag would turn a -0 into a 0."""
    values = np.empty(real.shape, np.result_type(real.dtype, np.complex64))
    values.real, values.imag = real.values, imag.values
    return real.copy(data=values)
