"""What numbers an argument of a public class admits."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """Where a slider goes, low to high; `limits`, wider or equal, is what is accepted at all."""

    low: float
    high: float
    log: bool = False
    unit: str = ""
    limits: tuple[float, float] | None = None

    def admits(self, value: float) -> bool:
        low, high = self.limits or (self.low, self.high)
        return low <= value <= high

    def __str__(self) -> str:
        low, high = self.limits or (self.low, self.high)
        return f"{low:g} to {high:g}{' ' + self.unit if self.unit else ''}"


@dataclass(frozen=True)
class SeedRange(Range):
    """Which random numbers: 0, 1, 2, ...; seeds below 0, which no slider shows, are those of saved runs.

    A saved description of the first format is read with -1 - s for every seed s that has this range.
    """

    low: float = 0
    high: float = 100
    limits: tuple[float, float] | None = (-(2**31) - 1, 2**31)

    def __str__(self) -> str:
        return "0 to 2147483648"


SEEDS = SeedRange()

__all__ = ["SEEDS", "Range", "SeedRange"]
