"""Convolution with what the air makes of a star."""

from typing import Annotated

from workbench.operators.base import SignalShape
from workbench.operators.blurs.periodic_convolution import PeriodicConvolution
from workbench.operators.blurs.point_spread import distance, of_sum_one
from workbench.parameters import Range


class MoffatBlur(PeriodicConvolution):
    """Convolution with (1 + d^2 / core^2)^-power: the seeing of a telescope, with its wide wings; sum 1.

    Moffat 1969, A&A 3, 455.
    """

    formula = r"A x = k * x, \quad k(d) \propto \left(1 + \frac{d^2}{\text{core}^2}\right)^{-\text{power}}"
    scales = True

    def __init__(
        self,
        shape: SignalShape = (1, 64, 64),
        core: Annotated[float, Range(0.5, 8, log=True, unit="px", limits=(0.01, 1e4)), "width of the core"] = 2.0,
        power: Annotated[float, Range(1.1, 6, limits=(0.5, 100)), "how fast the wings fall"] = 2.5,
    ) -> None:
        super().__init__(shape, of_sum_one((1 + (distance(shape, "MoffatBlur") / core).square()) ** -power))
        self.core, self.power = core, power
