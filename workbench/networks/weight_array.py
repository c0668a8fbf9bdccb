"""One array among the weights of a network."""

from typing import NamedTuple

from workbench.tensors import Shape


class WeightArray(NamedTuple):
    """One array among the weights; `fan_in` counts what its unit adds up, 0 for a bias."""

    shape: Shape
    fan_in: int
