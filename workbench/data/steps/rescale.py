"""Another scale of the values."""

from dataclasses import dataclass
from typing import Annotated

from torch import Tensor

from workbench.data.steps.base import Step, Stepped
from workbench.parameters import Range
from workbench.refusal import Refusal


@dataclass(frozen=True)
class Rescale(Step):
    """factor y. Without a factor the largest modulus becomes 1; the note keeps it, and the units say what 1 stands for.

    What a linear operator explains is so many times as large too.
    """

    factor: Annotated[
        float | None, Range(1e-6, 1e6, log=True, limits=(-1e300, 1e300)), "of the values; the largest becomes 1"
    ] = None

    def apply(self, values: Tensor, units: str) -> Stepped:
        if self.factor is not None and self.factor == 0:
            raise Refusal("a factor that leaves something", "0", "give another one")
        largest = float(values.abs().max())
        if self.factor is None and not largest:
            raise Refusal("data whose largest value can become 1", "zeros", "take another array, or give a factor")
        factor = 1 / largest if self.factor is None else self.factor
        said = f"multiplied by {factor!r}" + (
            f", 1 over the largest modulus {largest!r}" if self.factor is None else ""
        )
        return Stepped(values * factor, said, _unit(units, factor))


def _unit(units: str, factor: float) -> str:
    """What 1 stands for now: 2 counts where it was 1 count, or 4 where it was 2 counts already."""
    number, _, rest = units.partition(" ")
    try:
        before = float(number)
    except ValueError:
        before, rest = 1.0, units
    return f"{before / factor:g} {rest}".strip()
