"""How long the chains of a posterior are."""

from dataclasses import dataclass
from typing import Annotated

from workbench.parameters import Checked, Range
from workbench.ranges import SEEDS


@dataclass(frozen=True)
class Sampling(metaclass=Checked):
    """How many chains, how long they are, and what of them counts."""

    chains: Annotated[int, Range(3, 64, log=True, limits=(3, 4096)), "chains, side by side"] = 4
    warmup: Annotated[int, Range(1, 10_000, log=True, limits=(0, 1e7)), "iterations before draws count"] = 100
    every: Annotated[int, Range(1, 100, log=True, limits=(1, 1e6)), "iterations from draw to draw"] = 1
    draws: Annotated[int, Range(10, 10_000, log=True, limits=(4, 1e7)), "draws of a chain"] = 1000
    seed: Annotated[int, SEEDS, "which random numbers"] = 0
