"""Random and Sobol designs: points spread over the ranges of parameters, instead of a grid."""

import math
from collections.abc import Mapping
from typing import Any

import torch

from workbench.refusal import Refusal, one_of
from workbench.sweeps.plan import SweepAxis
from workbench.tensors import stream

SAMPLE = "sample"


def spread(ranges: Mapping[str, Mapping[str, Any]], samples: int, sobol: bool, seed: int) -> SweepAxis:
    """So many points within {path: {"low": a, "high": b, "log": True}}: uniform, or Sobol's sequence, scrambled."""
    if isinstance(samples, bool) or not isinstance(samples, int) or samples < 1:
        raise Refusal("a whole number of samples from 1", repr(samples), "write, for example, samples: 64")
    if not ranges:
        raise Refusal("a design with a parameter", "none", "write grid: {prior.weight: {low: 1, high: 100, log: true}}")
    rng = stream(seed, "points of a design")
    if sobol:
        scramble = int(torch.randint(2**31, (1,), generator=rng))
        places = torch.quasirandom.SobolEngine(len(ranges), True, scramble).draw(samples, dtype=torch.float64)
    else:
        places = torch.rand(samples, len(ranges), generator=rng, dtype=torch.float64)
    columns = {p: _within(p, given, places[:, i].tolist()) for i, (p, given) in enumerate(ranges.items())}
    return SweepAxis(SAMPLE, tuple({p: values[i] for p, values in columns.items()} for i in range(samples)))


def _within(path: str, given: Any, places: list[float]) -> list[Any]:
    """The values at places from 0 to 1; whole numbers between whole numbers."""
    remedy = f"write {path}: {{low: 1, high: 100, log: true}}"
    if not isinstance(given, Mapping):
        raise Refusal(f"a range for {path}", repr(given), remedy)
    for key in given:
        one_of(f"a key of the range of {path}", str(key), ("low", "high", "log"))
    try:
        low, high = float(given["low"]), float(given["high"])
    except (KeyError, TypeError, ValueError) as error:
        raise Refusal(f"low and high for {path}", repr(dict(given)), remedy) from error
    log = given.get("log", False)
    if not (math.isfinite(low) and math.isfinite(high) and low < high) or (log and low <= 0):
        raise Refusal(f"low below high for {path}, above 0 where log is set", repr(dict(given)), remedy)
    whole = all(isinstance(given[end], int) for end in ("low", "high")) and not log
    if log:
        return [low * (high / low) ** u for u in places]
    return [min(int(low + u * (high - low + 1)), int(high)) if whole else low + u * (high - low) for u in places]
