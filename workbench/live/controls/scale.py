"""Where a value lies on a slider: linear, or logarithmic, rounded to what people read."""

import math
from dataclasses import dataclass
from typing import Any

from workbench.parameters import Checked, Range, as_code, is_array, name_of

STEPS = 200


@dataclass(frozen=True)
class SliderScale:
    """Positions of a slider for the values of a range; whole numbers stay whole."""

    range: Range
    whole: bool = False

    @property
    def start(self) -> float:
        return self._position(self.range.low)

    @property
    def end(self) -> float:
        return self._position(self.range.high)

    @property
    def step(self) -> float:
        return 1.0 if self.whole and not self.range.log else (self.end - self.start) / STEPS

    def position(self, value: float) -> float:
        """Where the thumb goes: the nearest end for a value beyond the slider."""
        return self._position(min(max(value, self.range.low), self.range.high))

    def value(self, position: float) -> float:
        """The value under the thumb, to three digits."""
        value = 10**position if self.range.log else position
        value = min(max(value, self.range.low), self.range.high)
        return round(value) if self.whole else float(f"{value:.3g}")

    def _position(self, value: float) -> float:
        return math.log10(value) if self.range.log else value


def written(value: Any) -> str:
    """A value as it stands in its field: six digits at most, lists as typed, objects as their code, arrays by name."""
    if isinstance(type(value), Checked):
        return as_code(value)
    if is_array(value):
        return name_of(value)
    if isinstance(value, tuple) and any(isinstance(type(v), Checked) for v in value):
        return ", ".join(type(v).__name__ for v in value)
    if isinstance(value, tuple):
        return ("; " if any(isinstance(v, tuple) for v in value) else ", ").join(map(written, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
