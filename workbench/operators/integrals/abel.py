"""Abel's integral: the shadow of a round body."""

import torch

from workbench.operators.base import SignalShape
from workbench.operators.separable import Separable
from workbench.operators.shapes import space_of


class Abel(Separable):
    """(A x)[i] = 2 int_y^1 x(r) r dr / sqrt(r^2 - y^2) at y = i / n: the shadow of a round body of radius 1.

    Exact for an x that is constant in each of n shells of one thickness (onion peeling). Abel 1826.
    """

    formula = r"(Ax)_i = 2\int_{y_i}^{1} \frac{x(r)\, r}{\sqrt{r^2 - y_i^2}}\, dr, \quad y_i = i/n"

    nonnegative = True

    def __init__(self, shape: SignalShape = (1, 64)) -> None:
        (n,) = space_of(shape, "Abel", (1,))
        edges = torch.arange(n + 1, dtype=torch.float64) / n
        chords = 2 * (edges.square() - edges[:n, None].square()).clamp_min(0).sqrt()
        super().__init__(shape, [None, chords.diff(dim=1)])
        self.shape = shape
