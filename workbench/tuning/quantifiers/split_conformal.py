"""Intervals from pictures that were held out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from torch import Tensor

from workbench.algorithms import Algorithm
from workbench.analysis.chains import Interval
from workbench.parameters import Range
from workbench.problem import Problem
from workbench.ranges import SEEDS
from workbench.refusal import Refusal
from workbench.tuning.conformal import ConformalCalibration, ConformalIntervals, reconstructed
from workbench.tuning.held_out_crops import PICTURES, held_out_crops
from workbench.tuning.quantifiers.quantifier import QuantifiedPicture, Quantifier

_BATCH = 4  # reconstructions between two looks at what a person wants


@dataclass(frozen=True)
class SplitConformal(Quantifier):
    """x -+ q at every pixel, q the score |x - truth| of rank ceil((n + 1)(1 - alpha)) of n pictures that were held out.

    Whatever the method: a picture drawn like those lies inside with probability 1 - alpha. Whether the data are like
    theirs is tested by how well they are explained. Vovk, Gammerman & Shafer 2005; Lei et al. 2018,
    doi 10.1080/01621459.2017.1307116.
    """

    held_out: Annotated[int, Range(19, 500, log=True, limits=(1, 10_000)), "number of held-out pictures"] = 60
    of: Annotated[
        Literal["photographs", "brick", "cell", "coins", "ct_head", "histology", "moon", "mr_brain", "retina", "text"],
        "what they are cropped from: pictures like what is sought",
    ] = "photographs"
    alpha: Annotated[float, Range(0.02, 0.5, log=True, limits=(1e-6, 1)), "share of truths that may lie outside"] = 0.1
    region: Annotated[int, Range(1, 16, unit="px", limits=(1, 10_000)), "side of the squares whose means are held"] = 1
    seed: Annotated[int, SEEDS, "which crops, and the seed of their noise"] = 0

    def unmet(self, problem: Problem, algorithm: Algorithm) -> str:
        if len(problem.given_operator.in_shape) != 3:
            axes = len(problem.given_operator.in_shape) - 1
            remedy = "give truths of your own to tuning.ConformalCalibration in Python"
            return f"pictures are held out, and this signal has {axes} axes: {remedy}"
        return ""

    def pictures(self, problem: Problem, algorithm: Algorithm, steps: int) -> Iterator[QuantifiedPicture]:
        if sentence := self.unmet(problem, algorithm):
            raise Refusal("a picture", "another signal", sentence)
        names = PICTURES if self.of == "photographs" else (self.of,)
        shape, y = problem.given_operator.in_shape, problem.y
        crops = held_out_crops(names, shape, self.held_out, self.seed)
        truths = crops.to(y.device, problem.picture(problem.zeros()).dtype)
        x = reconstructed(problem, algorithm, steps)
        shown, misfit = problem.picture(x)[:1], float(problem.misfit(x)[0])
        made = ConformalCalibration(self.alpha, self.region, steps, self.seed, _BATCH)
        for found, done in made.growing(problem, algorithm, truths):
            waits = QuantifiedPicture(None, "held-out pictures are reconstructed", "", done, self.held_out)
            yield waits if found is None else self._picture(found, shown, misfit, done)

    def _picture(self, found: ConformalIntervals, x: Tensor, misfit: float, done: int) -> QuantifiedPicture:
        low, high = (self._wide(end, x)[0] for end in found.around(x))
        if x.is_complex():  # the modulus of what lies in a disc
            size, half = (low + high).abs() / 2, (high - low).abs() / 2
            low, high = (size - half).clamp_min(0), size + half
        warning = ""
        if found.unlike(misfit):
            warning = f"drift test p = {found.drift(misfit):.2g}: the data are explained worse, or better, than those "
            warning += "of nearly all held-out pictures, so that the promise is not for them: hold out others"
        said = found.sentence() + f"; drift test p = {found.drift(misfit):.2g}" * (not warning)
        return QuantifiedPicture(Interval(found.coverage, low, high), said, warning, done, self.held_out)

    def _wide(self, ends: Tensor, x: Tensor) -> Tensor:
        """A number for each pixel, where there is one for each region."""
        for axis in range(2, x.ndim):
            ends = ends.repeat_interleave(self.region, axis).narrow(axis, 0, x.shape[axis])
        return ends
