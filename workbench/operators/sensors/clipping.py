"""Recordings that were too loud."""

from typing import Annotated

from torch import Tensor
from torch.nn.functional import softplus

from workbench.operators.base import Operator, SignalShape
from workbench.operators.field import Field
from workbench.parameters import Range


class Clipping(Operator):
    """A(x) = x between -level and level, and level times the sign of x beyond: declipping. Nonlinear, real.

    A knee > 0 rounds both corners over about that amplitude: knee (softplus((x + level) / knee) -
    softplus((x - level) / knee)) - level. At knee = 0 the derivative is 1 or 0, and 1 at the corners.
    """

    formula = r"A(x)_i = \operatorname{sign}(x_i)\, \min(|x_i|, \text{level})"

    field = Field.REAL

    def __init__(
        self,
        shape: SignalShape = (1, 64),
        level: Annotated[float, Range(0.1, 1, limits=(1e-6, 1e6)), "largest amplitude"] = 0.5,
        knee: Annotated[float, Range(0.05, 0.3, limits=(0, 1e6)), "width of the rounded corner"] = 0.1,
    ) -> None:
        super().__init__(shape, shape)
        self.shape, self.level, self.knee = shape, level, knee

    def forward(self, x: Tensor) -> Tensor:
        if self.knee == 0:
            return x.clamp(-self.level, self.level)
        # Beyond its threshold torch takes softplus for linear: at 40 that changes no digit. Its own scale is used since
        # in forward mode each product with a number costs more than the function.
        upper, lower = (softplus(x + end, beta=1 / self.knee, threshold=40) for end in (self.level, -self.level))
        return upper - lower - self.level
