"""What a server lets one person take."""

import math
from dataclasses import dataclass, field

from torch import Tensor

from workbench.jobs import Allowance
from workbench.refusal import Refusal
from workbench.tensors import Shape

_CHANNELS = 4  # at most: a longer first axis of three is one of space, or as costly


@dataclass(frozen=True)
class Caps:
    """The most `pixels` that a signal may have, and what a run may take; without any, all that the machine can do."""

    pixels: float = math.inf
    run: Allowance = field(default_factory=Allowance)

    def require(self, signal: Tensor) -> None:
        """Refusal of a signal, (C, *space) or a batch of them, that has more pixels than this server takes."""
        count = math.prod(_space(tuple(signal.shape)))
        if count > self.pixels:
            raise Refusal(
                f"a signal of at most {self.pixels:,.0f} pixels on this server", f"{count:,}", "take a smaller size"
            )


def _space(shape: Shape) -> Shape:
    """The axes in space of (B, C, *space), or of an array as a file has it, of which none may be one of channels."""
    if len(shape) == 3 and shape[0] > _CHANNELS:
        return shape
    return shape[2:] if len(shape) > 4 else shape[-2:]
