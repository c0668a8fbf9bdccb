"""What each step made of measured data."""

from typing import Any

from workbench.data import Measured
from workbench.data.steps import to_draw
from workbench.plots.galleries import gallery
from workbench.refusal import Refusal


def steps(source: Measured) -> Any:
    """The data before and after each step of a source, a row each, in their own range of values and with their units.

    Of data with three axes the middle one of the first axis is drawn.
    """
    stages = source.stages()
    if not stages:
        raise Refusal("a source with steps", "one without", "give Measured(..., steps=(steps.MinusLog(),))")
    signals = {}
    for place, stage in enumerate(stages, 1):
        name = type(stage.step).__name__
        signals[_title(f"{place}: before {name}", stage.before.units)] = to_draw(stage.before.tensor)
        signals[_title(f"{place}: after {name}", stage.after.units)] = to_draw(stage.after.tensor)
    return gallery(signals, columns=2)


def _title(words: str, units: str) -> str:
    return f"{words} ({units})" if units else words
