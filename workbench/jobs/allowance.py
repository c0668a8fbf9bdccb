"""How much a server lets one run take."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Allowance:
    """The most `steps` and `seconds` of the solver that one run may take."""

    steps: float = math.inf
    seconds: float = math.inf

    def spent(self, steps: int, seconds: float) -> str:
        """The sentence why a run ends there; "" where it may go on."""
        if steps >= self.steps:
            return f"a run ends at {self.steps:,.0f} iterations on this server"
        if seconds >= self.seconds:
            return f"a run ends after {self.seconds:g} s of work on this server"
        return ""
