"""A chain of steps, each with its data before and after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from workbench.data.files import Loaded
from workbench.data.steps.base import Step
from workbench.refusal import Refusal


@dataclass(frozen=True)
class Stage:
    """One step of a chain, and the data before and after it with their units; `said` is what it did."""

    step: Step
    before: Loaded
    after: Loaded
    said: str


def stages(loaded: Loaded, steps: Sequence[Step]) -> Iterator[Stage]:
    """Each step with what it made, in their order, in double precision; the notes of what comes after have one more."""
    tensor = loaded.tensor.to(torch.promote_types(loaded.tensor.dtype, torch.float64))
    loaded = replace(loaded, tensor=tensor)
    for step in steps:
        stage = _stage(step, loaded)
        yield stage
        loaded = stage.after


def through(loaded: Loaded, steps: Sequence[Step]) -> Loaded:
    """The data after all steps, in the precision that they had before them."""
    after, dtype = loaded, loaded.tensor.dtype
    for stage in stages(loaded, steps):
        after = stage.after
    kind = torch.promote_types(dtype, torch.complex64) if after.tensor.is_complex() else dtype
    made = after.tensor.to(kind)
    _require_finite(made, type(steps[-1]).__name__ if steps else "")
    if lost := int(((made == 0) & (after.tensor != 0)).sum()):
        came = f"{lost} that become 0 in {str(kind).removeprefix('torch.')}"
        raise Refusal("values after the steps that their precision holds", came, "put Rescale behind them")
    return replace(after, tensor=made)


def to_draw(values: Tensor) -> Tensor:
    """Data in the axes of their file as a signal to draw, (1, 1, *space); of axes in front of two the middle."""
    while values.ndim > 2:
        values = values[len(values) // 2]
    return values.reshape(1, 1, *(values.shape or (1,)))


def _stage(step: Step, loaded: Loaded) -> Stage:
    name = type(step).__name__
    found = step.apply(loaded.tensor, loaded.units)
    _require_finite(found.values, name)
    said = f"{name}: {found.said}"
    after = replace(loaded, tensor=found.values, notes=(*loaded.notes, said), units=found.units)
    return Stage(step, loaded, after, said)


def _require_finite(values: Tensor, name: str) -> None:
    if bad := int((~torch.isfinite(values)).sum()):
        remedy = "look at the data before it, or leave it out"
        raise Refusal(f"finite values after the step {name}", f"{bad} NaN or infinite", remedy)
