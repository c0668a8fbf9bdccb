"""What a server lets one person take."""

import math
from dataclasses import dataclass, field

from torch import Tensor

from workbench.jobs import Allowance
from workbench.refusal import Refusal


@dataclass(frozen=True)
class Caps:
    """The most `pixels` that a signal may have, and what a run may take; without any, all that the machine can do."""

    pixels: float = math.inf
    run: Allowance = field(default_factory=Allowance)

    def require(self, signal: Tensor) -> None:
        """Refusal of a signal, (C, *space) or a batch of them, that has more pixels than this server takes."""
        count = math.prod(signal.shape[-2:])
        if count > self.pixels:
            raise Refusal(
                f"a signal of at most {self.pixels:,.0f} pixels on this server", f"{count:,}", "take a smaller size"
            )
