"""A preconditioner that is diagonal in pixels."""

from dataclasses import dataclass

from torch import Tensor

from workbench.preconditioners.modes import ModePreconditioner


@dataclass(frozen=True)
class Diagonal(ModePreconditioner):
    """P = 1 / diag(H), the diagonal learnt by random signs: pixels that the data see more or less often.

    Bekas, Kokiopoulou, Saad 2007, doi 10.1016/j.apnum.2007.01.003.
    """

    def _there(self, x: Tensor) -> Tensor:
        return x

    def _back(self, x: Tensor, like: Tensor) -> Tensor:
        return x
