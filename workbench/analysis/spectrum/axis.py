"""Axes for eigenvalues: linear, logarithmic, and logarithmic on both sides of zero."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
_DECADES = 8  # below the largest: what lies lower is drawn at the edge
_NEAR = 4  # decades below the largest at which the symmetric axis turns linear
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Axis(ABC):
    """Where values are drawn, for values up to `reach` in size, and the ticks that say so."""

    reach: float

    @abstractmethod
    def place(self, values: Array) -> Array:
        """The position of each value."""

    @abstractmethod
    def values(self, positions: Array) -> Array:
        """The value at each position."""

    @abstractmethod
    def ticks(self) -> dict[float, str]:
        """Positions and their labels; empty where the positions are the values."""


class LinearAxis(Axis):
    """Positions are values."""

    def place(self, values: Array) -> Array:
        return values

    def values(self, positions: Array) -> Array:
        return positions

    def ticks(self) -> dict[float, str]:
        return {}


class LogarithmicAxis(Axis):
    """log10, for eight decades; what is smaller, 0 or negative lies at the lower end."""

    def place(self, values: Array) -> Array:
        return np.log10(np.maximum(values, self.reach * 10.0**-_DECADES))

    def values(self, positions: Array) -> Array:
        return 10.0**positions

    def ticks(self) -> dict[float, str]:
        top = int(np.ceil(np.log10(self.reach)))
        return {float(n): power(n) for n in range(top - _DECADES - 1, top + 2)}


class SymmetricLogarithmicAxis(Axis):
    """sign(v) log10(1 + |v| / t), t four decades below the largest: zero and both signs in one picture."""

    @property
    def _turn(self) -> float:
        return self.reach * 10.0**-_NEAR

    def place(self, values: Array) -> Array:
        return np.sign(values) * np.log10(1 + np.abs(values) / self._turn)

    def values(self, positions: Array) -> Array:
        return np.sign(positions) * self._turn * (10.0 ** np.abs(positions) - 1)

    def ticks(self) -> dict[float, str]:
        top = int(np.ceil(np.log10(self.reach)))
        whole = range(top - _NEAR, top + 1)
        places = {n: float(self.place(np.array(10.0**n))) for n in whole}
        return {0.0: "0"} | {p: power(n) for n, p in places.items()} | {-p: f"−{power(n)}" for n, p in places.items()}


AXES: dict[str, type[Axis]] = {"linear": LinearAxis, "log": LogarithmicAxis, "symmetric log": SymmetricLogarithmicAxis}


def power(n: int) -> str:
    """10 to the n, as people write it."""
    return "1" if n == 0 else f"10{str(n).translate(_RAISED)}"
