"""A run as a labelled Dataset: names of its axes, its description, the signals and arrays that it rests on."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.parameters import VERSION, arrays_of, describe, undescribed
from workbench.parametrisations import Direct
from workbench.problem import Problem
from workbench.version import __version__

if TYPE_CHECKING:
    import xarray as xr

    from workbench.data import Loaded

PROGRAM = f"inverse-workbench {__version__}"  # what made a run; the format of its description is in the spec
ALIGNED = "x_aligned"  # x up to what the data cannot tell
_AXES = {0: (), 1: ("sample",), 2: ("row", "column"), 3: ("plane", "row", "column")}


def signal_dims(name: str, x: Tensor) -> tuple[str, ...]:
    """Dimension names of a signal (B, C, *space); data carry their own, since their sides differ from x's."""
    space = tuple(f"{name}_{axis}" if name != "x" else axis for axis in _AXES[x.ndim - 2])
    return ("batch", "channel" if name == "x" else f"{name}_channel", *space)


def spec(problem: Problem, algorithm: Algorithm, **numbers: int) -> dict[str, Any]:
    """The plain description of a run: its parts and its numbers."""
    parts: dict[str, Any] = {"operator": problem.given_operator, "noise": problem.noise, "prior": problem.prior.given}
    parts["algorithm"] = algorithm
    if not isinstance(problem.parametrisation, Direct):
        parts["parametrisation"] = problem.parametrisation
    return {"version": VERSION} | {name: describe(part) for name, part in parts.items()} | numbers


def described(spec: Mapping[str, Any]) -> dict[str, str]:
    """The attributes that describe a run; "undescribed" names the arguments that have no description."""
    missing = ", ".join(undescribed(spec))
    told = {"spec": json.dumps(spec, allow_nan=False), "program": PROGRAM}
    return told | ({"undescribed": missing} if missing else {})


def with_data(dataset: "xr.Dataset", problem: Problem) -> "xr.Dataset":
    """The Dataset with the data `y` and, where known, the `truth` beside the results.

    With a parametrisation `x` is the picture, and `u` the unknown that makes it. Where the data do not tell a sign or a
    phase, `x_aligned` has that of the truth: errors are taken of it.
    """
    if not isinstance(problem.parametrisation, Direct):
        dataset = _with_picture(dataset, problem)
    dataset = _with_aligned(dataset, problem)
    signals = {"y": problem.y} if problem.truth is None else {"y": problem.y, "truth": problem.truth}
    return dataset.assign({n: (signal_dims(n, s), s.cpu().numpy()) for n, s in signals.items()})


def _with_picture(dataset: "xr.Dataset", problem: Problem) -> "xr.Dataset":
    u = torch.from_numpy(dataset["x"].values)
    with torch.no_grad():
        x = problem.picture(u.to(problem.y.device)).cpu()
    found = {"u": (signal_dims("u", u), u.numpy()), "x": (signal_dims("x", x), x.numpy())}
    return dataset.drop_vars("x").assign(found)


def _with_aligned(dataset: "xr.Dataset", problem: Problem) -> "xr.Dataset":
    if problem.truth is None:
        return dataset
    x = torch.from_numpy(dataset["x"].values).to(problem.y.device)
    with torch.no_grad():
        found = problem.given_operator.aligned(x, problem.truth.to(x))
    return dataset if found is x else dataset.assign({ALIGNED: (dataset["x"].dims, found.cpu().numpy())})


def with_source(dataset: "xr.Dataset", loaded: "Loaded") -> "xr.Dataset":
    """The run with what was done to the file that its signal or its data come from; itself for any other signal.

    attrs["notes"] is a JSON list of sentences; attrs["limits"] = (low, high) gives values back in the units of the
    file, low + (high - low) * truth, and so for x; the variable `missing` is true where the file has no value. The
    data of a measurement have no limits, but the attribute `units`, where they are known: steps may have changed them.
    """
    if "truth" not in dataset and loaded.units:
        dataset = dataset.assign(y=dataset["y"].assign_attrs(units=loaded.units))
    if not loaded.notes:
        return dataset
    told = dataset.assign_attrs(notes=json.dumps(loaded.notes, ensure_ascii=False))
    told = told.assign_attrs(limits=list(loaded.limits)) if "truth" in dataset else told
    if loaded.gaps is None:
        return told
    return told.assign(missing=(dataset["truth"].dims, loaded.gaps.numpy()))


ARRAY = "array_"


def with_arrays(dataset: "xr.Dataset", *parts: Any) -> "xr.Dataset":
    """The Dataset with the arrays among the arguments of the parts, by their SHA-256, as `rebuild` asks for them."""
    found = arrays_of(parts)
    return dataset.assign({f"{ARRAY}{n}": ([f"{ARRAY}{n}_{i}" for i in range(v.ndim)], v) for n, v in found.items()})


def arrays_in(dataset: "xr.Dataset") -> dict[str, np.ndarray]:
    """The arrays that `with_arrays` kept, by SHA-256."""
    kept = (name for name in map(str, dataset.data_vars) if name.startswith(ARRAY))
    return {name.removeprefix(ARRAY): dataset[name].values for name in kept}
