"""What a server lets one person take."""

import math
from dataclasses import dataclass, field

from torch import Tensor

from workbench import memory
from workbench.jobs import Allowance
from workbench.refusal import Refusal
from workbench.tensors import Shape

_CHANNELS = 4  # at most: a longer first axis of three is one of space, or as costly
_PAGE = 64 * 2**20  # bytes of a page at its usual size, with its first run
_PICTURES = 64  # of the size of its signal that a page holds in all: moments of the run, states, what is shown


@dataclass(frozen=True)
class Caps:
    """The most `pixels` that a signal may have, and what a run may take; without any, all that the machine can do.

    `memory`: bytes that one process may hold. Above them nobody else comes in, and no signal whose page would need
    more is taken; what goes on goes on.
    """

    pixels: float = math.inf
    run: Allowance = field(default_factory=Allowance)
    memory: float = math.inf

    def require(self, signal: Tensor) -> None:
        """Refusal of a signal, (C, *space) or a batch of them, that is larger than this server takes."""
        count = math.prod(_space(tuple(signal.shape)))
        if count > self.pixels:
            raise Refusal(
                f"a signal of at most {self.pixels:,.0f} pixels on this server", f"{count:,}", "take a smaller size"
            )
        if not self._room(_PICTURES * signal.nbytes):
            wanted = f"a signal for which this server has memory ({memory.in_bytes(self.memory)} in all)"
            remedy = "take a smaller size, or come back when others have left"
            raise Refusal(wanted, f"{count:,} pixels", remedy)

    def spare(self) -> bool:
        """Whether there is memory for one person more, at the usual size."""
        return self._room(_PAGE)

    def _room(self, more: int) -> bool:
        """Whether so many bytes more are within what the process may hold, once it has given back what it can."""
        if math.isinf(self.memory):
            return True
        if (memory.held() or 0) + more > self.memory:
            memory.give_back()
        return (memory.held() or 0) + more <= self.memory


def _space(shape: Shape) -> Shape:
    """The axes in space of (B, C, *space), or of an array as a file has it, of which none may be one of channels."""
    if len(shape) == 3 and shape[0] > _CHANNELS:
        return shape
    return shape[2:] if len(shape) > 4 else shape[-2:]
