"""The corner between data explained and prior broken."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from workbench.priors import Can
from workbench.problem import Problem
from workbench.refusal import Refusal
from workbench.tuning.path import WeightPath
from workbench.tuning.selector import Selector, SelectorChoice, lowest

_REACH = 2  # neighbours on each side that a parabola is fitted to
_RIVAL = 0.5  # of the sharpest bend: what another one needs to be named
_SHARP = 0.1  # the curvature of a corner, at least; a straight line has none


@dataclass(frozen=True)
class LCurve(Selector):
    """The corner of (log misfit, log R), R the prior without its weight: where the curvature is largest.

    Derivatives over log weight are those of parabolas through five points. Hansen & O'Leary 1993, doi 10.1137/0914086.
    """

    word: ClassVar[str] = "l_curve"
    label: ClassVar[str] = "minus the curvature of the L-curve"
    log: ClassVar[bool] = False

    def unmet(self, problem: Problem) -> str:
        if Can.VALUE in problem.prior.can:
            return ""
        return f"the L-curve needs the value of the prior, which {type(problem.prior).__name__} lacks: take SURE"

    def curve(self, path: WeightPath) -> Tensor:
        return -curvature(path)

    def choose(self, path: WeightPath) -> SelectorChoice:
        self.require(path)
        bend = curvature(path)
        known = bend.nan_to_num(-torch.inf)
        if not bool(known.max() > _SHARP):
            came = f"a bend of {float(known.max()):.2g} at most"
            candidate = float(path.weights[int(known.argmax())])
            raise Refusal("an L-curve with a corner", came, f"take another selector; its candidate is {candidate:.3g}")
        found = lowest(self, path, -bend, inside=True)
        tops = [i for i in range(1, len(bend) - 1) if known[i] > max(known[i - 1], known[i + 1])]
        rivals = [i for i in tops if known[i] > _RIVAL * known.max() and i != int(known.argmax())]
        said = "the only corner" if not rivals else f"the sharpest of {len(rivals) + 1} corners"
        second = float(path.weights[max(rivals, key=lambda i: float(known[i]))]) if rivals else None
        reason = f"weight {found.weight:.3g}, {said} of the L-curve"
        return SelectorChoice(self.word, found.weight, found.curve, reason, found.between, second)


def curvature(path: WeightPath) -> Tensor:
    """Of (log misfit, log R) at each weight, positive where it turns left, NaN near the ends and where R is 0."""
    t = path.weights.log()
    misfit = torch.tensor([p.misfit for p in path.points], dtype=torch.float64)
    prior = torch.tensor([p.prior / p.weight for p in path.points], dtype=torch.float64)
    xi, eta = misfit.log(), prior.log()
    found = torch.full_like(t, torch.nan)
    for i in range(_REACH, len(t) - _REACH):
        near = slice(i - _REACH, i + _REACH + 1)
        powers = torch.stack([(t[near] - t[i]) ** k for k in range(3)], 1)
        if not bool(xi[near].isfinite().all() and eta[near].isfinite().all()):
            continue
        fits = torch.linalg.lstsq(powers, torch.stack([xi[near], eta[near]], 1)).solution
        (dx, dy), (ddx, ddy) = fits[1], 2 * fits[2]
        found[i] = (dx * ddy - dy * ddx) / (dx.square() + dy.square()).clamp_min(1e-30) ** 1.5
    return found
