"""Whether a saved run can be gone on with."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.parameters import current, describe, rebuild
from workbench.parametrisations import Direct
from workbench.refusal import Refusal
from workbench.run.datasets import arrays_in
from workbench.run.states import has_state

if TYPE_CHECKING:
    import xarray as xr

_SAME = ("operator", "parametrisation", "noise", "prior", "algorithm", "seed")  # what a run may not change on its way


def refuse_another(begun: "xr.Dataset", wanted: Mapping[str, Any]) -> None:
    """Refuse to go on with a run that keeps no state, is of other parts or another seed, or has the steps already."""
    if not has_state(begun):
        remedy = "begin again: Experiment.run(), or --again on the command line"
        why = begun.attrs.get("stateless", "of an older workbench")[:200]
        raise Refusal("a run that keeps its state", f"one that does not: {why}", remedy)
    if other := _differing(begun, wanted):
        raise Refusal(f"a run with the same {other} to go on with", "one with another", "begin a run of its own")
    k, steps = int(begun["k"][-1]), wanted["steps"]
    if steps <= k:
        remedy = f"give the number of all iterations, those of before included: {k + 1} or more"
        raise Refusal("more iterations than the run has", f"{steps} where it has {k}", remedy)


def _differing(begun: "xr.Dataset", wanted: Mapping[str, Any]) -> str:
    """The first of operator, noise, prior, algorithm and seed that differs; empty where none does."""
    told, arrays = current(json.loads(begun.attrs["spec"])), arrays_in(begun)
    made = {name: rebuild(told[name], arrays) for name in _SAME if name in told}
    # Under the names of today; a problem says nothing of the parametrisation that is the picture itself.
    known = {name: describe(part) for name, part in made.items() if not isinstance(part, Direct)}
    return next((name for name in _SAME if known.get(name) != wanted.get(name)), "")
