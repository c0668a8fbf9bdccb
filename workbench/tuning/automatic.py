"""The rule that is taken where nobody names one, and all rules on one path."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbench.catalog import members
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tuning.path import Path, Point
from workbench.tuning.selector import Selection, Selector
from workbench.tuning.walk import Walk

_PREFERRED = ("sure", "gcv", "discrepancy", "l_curve", "quasi_optimality")


class Rule(NamedTuple):
    """A selector, why it is taken, and in words what it costs."""

    selector: Selector
    why: str


@dataclass(frozen=True)
class Tuning:
    """A path, what each rule chose on it, and the sentences of those that chose nothing."""

    path: Path
    selected: Mapping[str, Selection]
    refused: Mapping[str, str]


def rules() -> dict[str, type[Selector]]:
    """Every rule by its word."""
    return {cls.word: cls for cls in members("selector").values() if issubclass(cls, Selector)}


def automatic(problem: Problem) -> Rule:
    """The rule for a problem: the first that can read it of SURE, GCV, discrepancy, L-curve and quasi-optimality.

    docs/decisions/automatic_weight.md has the measurements behind the order.
    """
    why = {
        "sure": "since the noise is known, and with it the error of the data behind it",
        "gcv": "since it asks for no variance of the noise",
        "discrepancy": "since the average misfit of the noise is known",
        "l_curve": "since nothing is known of the noise",
        "quasi_optimality": "since nothing is known of noise and prior",
    }
    known = rules()
    word = next(word for word in _PREFERRED if not known[word]().unmet(problem))
    return Rule(known[word](), why[word])


def tune(
    problem: Problem,
    selectors: Sequence[Selector] = (),
    walk: Walk | None = None,
    weights: Sequence[float] | None = None,
    watch: Callable[[Point], object] | None = None,
) -> Tuning:
    """Walk the path once and let every rule choose; without selectors the automatic one.

    `watch` sees every point as it is solved, and ends the work by answering True. A rule that finds nothing is among
    the refused, with its sentence; where the only one asked finds nothing it is raised.
    """
    chosen, walk = tuple(selectors) or (automatic(problem).selector,), walk or Walk()
    points = list[Point]()
    for point in walk.points(problem, weights, any(rule.derivative for rule in chosen)):
        points.append(point)
        if watch is not None and watch(point) is True:
            break
    return read(Path(problem, tuple(points), walk.where), chosen)


def read(path: Path, chosen: Sequence[Selector]) -> Tuning:
    """What each rule says of a path."""
    selected, refused = dict[str, Selection](), dict[str, str]()
    for rule in chosen:
        try:
            selected[rule.word] = rule.choose(path)
        except Refusal as refusal:
            if len(chosen) == 1:
                raise
            refused[rule.word] = str(refusal)
    return Tuning(path, selected, refused)
