"""A chain of steps, each with its data before and after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

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
    """Each step with what it made, in their order; the notes of what comes after have a sentence more."""
    for step in steps:
        stage = _stage(step, loaded)
        yield stage
        loaded = stage.after


def _stage(step: Step, loaded: Loaded) -> Stage:
    name, values = type(step).__name__, loaded.tensor
    found = step.apply(values.to(torch.promote_types(values.dtype, torch.float64)), loaded.units)
    kind = torch.promote_types(values.dtype, torch.complex64) if found.values.is_complex() else values.dtype
    made = found.values.to(kind)
    if bad := int((~torch.isfinite(made)).sum()):
        remedy = "look at the data before it, or leave it out"
        raise Refusal(f"finite values after the step {name}", f"{bad} NaN or infinite", remedy)
    said = f"{name}: {found.said}"
    return Stage(step, loaded, replace(loaded, tensor=made, notes=(*loaded.notes, said), units=found.units), said)
