"""The rule that is taken where nobody names one, and all rules on one path."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import NamedTuple

from workbench.catalog import members
from workbench.problem import Problem
from workbench.progress import counted, interruptible
from workbench.refusal import Refusal
from workbench.tuning.path import PathPoint, WeightPath
from workbench.tuning.selector import PathEnds, Selector, SelectorChoice
from workbench.tuning.selectors import GCV, SURE, DiscrepancyPrinciple, LCurve, QuasiOptimality
from workbench.tuning.walk import Walk

_PREFERRED: Mapping[type[Selector], str] = {
    SURE: "since the noise is known, and with it the error of the data behind it",
    GCV: "since it asks for no variance of the noise",
    DiscrepancyPrinciple: "since the average misfit of the noise is known",
    LCurve: "since nothing is known of the noise",
    QuasiOptimality: "since nothing is known of noise and prior",
}


class AutomaticRule(NamedTuple):
    """A selector and why it is taken: "since the noise is known"."""

    selector: Selector
    why: str


@dataclass(frozen=True)
class Tuning:
    """A path, what each rule chose on it, and the sentences of those that chose nothing."""

    path: WeightPath
    selected: Mapping[str, SelectorChoice]
    refused: Mapping[str, str]

    @property
    def chosen(self) -> SelectorChoice:
        """What the first rule that chose has chosen."""
        return next(iter(self.selected.values()))

    @property
    def weight(self) -> float:
        """The weight of the first rule, to the digits that a rule knows: an address of it stays short."""
        return float(f"{self.chosen.weight:.4g}")

    @property
    def reason(self) -> str:
        """Why this weight, by which rule, at what price."""
        steps = f"{self.path.steps} iterations" if self.path.steps else "no iteration, in closed form"
        cls = rules()[self.chosen.word]
        why = _PREFERRED.get(cls, "as asked for")
        return f"{self.chosen.reason}: {cls.__name__}, {why}; {len(self.path.points)} weights took {steps}"


def rules() -> dict[str, type[Selector]]:
    """Every rule by its word."""
    found: dict[str, type[Selector]] = members("selector")
    return {cls.word: cls for cls in found.values()}


def automatic(problem: Problem) -> AutomaticRule:
    """The rule for a problem: the first that can read it of SURE, GCV, discrepancy, L-curve and quasi-optimality.

    docs/decisions/automatic_weight.md has the measurements behind the order.
    """
    return suited_rules(problem)[0]


def suited_rules(problem: Problem) -> list[AutomaticRule]:
    """The rules that can read a problem, the best first."""
    return [AutomaticRule(cls(), why) for cls, why in _PREFERRED.items() if not cls().unmet(problem)]


def applicable(problem: Problem) -> list[Selector]:
    """Every rule that can read a problem, the automatic one first."""
    first = automatic(problem).selector
    return [first, *(cls() for cls in rules().values() if cls is not type(first) and not cls().unmet(problem))]


def tune(
    problem: Problem,
    selectors: Sequence[Selector] = (),
    walk: Walk | None = None,
    weights: Sequence[float] | None = None,
    watch: Callable[[PathPoint], object] | None = None,
) -> Tuning:
    """Walk the path once and let every rule choose; without selectors the first automatic one that finds a weight.

    `watch` sees every point as it is solved, and ends the work by answering True; without it the first Ctrl-C does. A
    rule that finds nothing is among the refused, with its sentence; where no rule finds a weight the first sentence is
    raised. A path of its own goes on by half where the first rule sees its curve fall at an end.
    """
    chosen, walk = tuple(selectors) or tuple(rule.selector for rule in suited_rules(problem)), walk or Walk()
    derivative, points = any(rule.derivative for rule in chosen), list[PathPoint]()
    count = walk.count if weights is None else len(weights)
    with interruptible() if watch is None else nullcontext(lambda: False) as asked:
        for point in counted(walk.points(problem, weights, derivative), count, "weights"):
            points.append(point)
            if asked() or (watch is not None and watch(point) is True):
                break
    path = WeightPath(problem, tuple(points), walk.where)
    if weights is None and (more := walk.beyond(path, _too_short(path, chosen))):
        path = WeightPath(problem, (*points, *walk.points(problem, more, derivative)), walk.where)
    return read(path, chosen, first=not selectors)


def _too_short(path: WeightPath, chosen: Sequence[Selector]) -> bool | None:
    """At which end the first rule would see more: True for the low one; None where it found what it looked for."""
    try:
        chosen[0].choose(path)
    except PathEnds as end:
        return end.low
    except Refusal:
        return None
    return None


def read(path: WeightPath, chosen: Sequence[Selector], first: bool = False) -> Tuning:
    """What each rule says of a path; `first`: of the first that finds a weight."""
    selected, refused = dict[str, SelectorChoice](), dict[str, Refusal]()
    for rule in chosen:
        try:
            selected[rule.word] = rule.choose(path)
        except Refusal as refusal:
            refused[rule.word] = refusal
        if first and selected:
            break
    if not selected:
        raise next(iter(refused.values()))
    return Tuning(path, selected, {word: str(refusal) for word, refusal in refused.items()})
