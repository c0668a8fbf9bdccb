"""What a run can begin with: a first iterate, or a saved run that is gone on with."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.parameters import current, describe, rebuild
from workbench.parametrisations import Direct
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.run.datasets import arrays_in
from workbench.run.states import has_state
from workbench.tensors import as_signal, require_finite, shown

if TYPE_CHECKING:
    import xarray as xr

_SAME = ("operator", "parametrisation", "noise", "prior", "algorithm", "seed")  # what a run may not change on its way


def refuse_another(begun: "xr.Dataset", problem: Problem, wanted: Mapping[str, Any]) -> None:
    """Refuse to go on with a run of other parts, another seed or other data, or with one that keeps no state."""
    _require_state(begun)
    other = _differing(begun, wanted) or ("" if _has_data(begun, problem.y) else "data")
    if other:
        raise Refusal(f"a run with the same {other} to go on with", "one with another", "begin a run of its own")


def refuse_finished(begun: "xr.Dataset", steps: int) -> None:
    """Refuse to go on with a run that keeps no state, or has so many steps already."""
    _require_state(begun)
    k = int(begun["k"][-1])
    if steps <= k:
        remedy = f"give the number of all iterations, those of before included: {k + 1} or more"
        raise Refusal("more iterations than the run has", f"{steps} where it has {k}", remedy)


def _require_state(begun: "xr.Dataset") -> None:
    if not has_state(begun):
        remedy = "begin again: Experiment.run(), or --again on the command line"
        why = begun.attrs.get("stateless", "of an older workbench")[:200]
        raise Refusal("a run that keeps its state", f"one that does not: {why}", remedy)


def _has_data(begun: "xr.Dataset", y: Tensor) -> bool:
    return np.array_equal(begun["y"].values, y.numpy(force=True))


def _differing(begun: "xr.Dataset", wanted: Mapping[str, Any]) -> str:
    """The first of operator, noise, prior, algorithm and seed that differs; empty where none does."""
    told, arrays = current(json.loads(begun.attrs["spec"])), arrays_in(begun)
    made = {name: rebuild(told[name], arrays) for name in _SAME if name in told}
    # Under the names of today; a problem says nothing of the parametrisation that is the picture itself.
    known = {name: describe(part) for name, part in made.items() if not isinstance(part, Direct)}
    return next((name for name in _SAME if known.get(name) != wanted.get(name)), "")


def first_iterate(problem: Problem, algorithm: Algorithm[Any], x: Tensor | None) -> Tensor:
    """x, an array or a tensor, as a run can begin with it, or the start of the method.

    Refuses another shape, complex numbers for a real unknown, and of an x that is given NaN, whole numbers and half
    precision. A start that is not finite is said to be by who watches the run.
    """
    if x is None:
        x = algorithm.start(problem)
    else:
        x = as_signal(x, "the first iterate")
        require_finite(x, "the first iterate")
    if tuple(x.shape) != problem.shape:
        raise Refusal(f"a first iterate of {shown(problem.shape)}", shown(tuple(x.shape)), "resample it")
    if x.is_complex() and not problem.dtype.is_complex:
        raise Refusal("a real first iterate for a real unknown", "a complex one", "take its real part, x.real")
    return x
