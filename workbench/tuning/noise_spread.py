"""How much the weight that a rule chooses hangs on the very noise in the data."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from workbench.refusal import Refusal
from workbench.tensors import child_seed
from workbench.tuning.automatic import Tuning, read, rules
from workbench.tuning.path import WeightPath
from workbench.tuning.selector import Selector
from workbench.tuning.walk import Walk

DRAWS = 8  # of the noise, usually


@dataclass(frozen=True)
class NoiseSpread:
    """By the word of each rule the weights it chose, one a draw of the noise; NaN where it found none."""

    chosen: Mapping[str, tuple[float, ...]]

    @property
    def draws(self) -> int:
        """How often noise was drawn."""
        return max(map(len, self.chosen.values()), default=0)

    def between(self, word: str) -> tuple[float, float]:
        """The least and the largest weight that a rule chose; NaN where it never chose one."""
        found = [weight for weight in self.chosen.get(word, ()) if math.isfinite(weight)]
        return (min(found), max(found)) if found else (math.nan, math.nan)

    def sentence(self, word: str) -> str:
        """What a rule chose over the draws."""
        low, high = self.between(word)
        silent = sum(not math.isfinite(weight) for weight in self.chosen.get(word, ()))
        none = f", none in {silent}" if silent else ""
        between = f"from {low:.3g} to {high:.3g}" if math.isfinite(low) else "no weight"
        return f"over {self.draws} draws of the noise {between}{none}"


def noise_spread(
    path: WeightPath, selectors: Sequence[Selector], walk: Walk, picture: Tensor, draws: int = DRAWS, seed: int = 0
) -> Iterator[NoiseSpread]:
    """The weights of a path are solved again for data of `picture`, (1, C, *space), with other noise: more and more.

    The picture is the truth or, where that is not known, a reconstruction: a parametric bootstrap. Efron 1979, doi
    10.1214/aos/1176344552.
    """
    if draws < 1:
        raise Refusal("a number of draws of the noise from 1", str(draws), "take 8")
    found: dict[str, tuple[float, ...]] = {rule.word: () for rule in selectors}
    weights, derivative = path.weights.tolist(), any(rule.derivative for rule in selectors)
    for number in range(draws):
        other = path.problem.of_another(picture, child_seed(seed, "noise of a spread", number))
        points = tuple(walk.points(other, weights, derivative))
        try:
            selected = read(WeightPath(other, points, path.where), selectors).selected
        except Refusal:  # no rule finds a weight in this noise, which is said by the NaN of each
            selected = {}
        found = {w: (*there, selected[w].weight if w in selected else math.nan) for w, there in found.items()}
        yield NoiseSpread(found)


def spread_of(found: Tuning, walk: Walk, draws: int = DRAWS) -> Iterator[NoiseSpread]:
    """The same of a tuning: its rules, as they are made without arguments, on the truth or the picture it chose."""
    path, problem = found.path, found.path.problem
    picture = problem.picture(path.nearest(found.weight).x) if problem.truth is None else problem.truth
    return noise_spread(path, [rules()[word]() for word in found.selected], walk, picture[:1], draws)
