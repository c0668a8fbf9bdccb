"""What a learner tells of its picture when it shares a gradient."""

import math
from typing import Annotated

import torch
from torch import Tensor

from workbench.operators.base import Operator, SignalShape
from workbench.operators.field import Field
from workbench.parameters import Range
from workbench.ranges import SEEDS
from workbench.tensors import Constant, stream


class SharedGradient(Operator):
    """A(x) = grad over (W, b, V, c) of -log softmax(V s(W x + b) + c)_label: federated learning, nonlinear, (1, m).

    The gradient of a small network of known random weights for one picture and its label, s the sigmoid. It tells the
    picture: W's part is an outer product with it. Noise on what is shared, `Gaussian(sigma)`, is the defence.
    Zhu, Liu, Han 2019, arXiv 1906.08935.
    """

    formula = r"A(x) = \nabla_{W, b, V, c} \; -\log \mathrm{softmax}(V s(W x + b) + c)_{\text{label}}"

    field = Field.REAL

    def __init__(
        self,
        shape: SignalShape = (1, 16, 16),
        width: Annotated[int, Range(2, 64, log=True, limits=(1, 10_000)), "hidden units"] = 8,
        classes: Annotated[int, Range(2, 20, limits=(2, 10_000)), "number of labels"] = 10,
        label: Annotated[int, Range(0, 9, limits=(0, 9999)), "of the picture, counted around the classes"] = 3,
        seed: Annotated[int, SEEDS, "which weights"] = 0,
    ) -> None:
        values = math.prod(shape)
        super().__init__(shape, (1, width * (values + 1) + classes * (width + 1)))
        self.shape, self.width, self.classes, self.label, self.seed = shape, width, classes, label, seed
        sides = ((width, values), (width,), (classes, width), (classes,))
        rng = stream(seed, "weights of a shared gradient")
        drawn = [torch.randn(side, generator=rng, dtype=torch.float64) for side in sides]
        self._weights = [Constant(w / math.sqrt(w.shape[-1]) if w.ndim == 2 else w) for w in drawn]
        self._wanted = Constant(torch.nn.functional.one_hot(torch.tensor(label % classes), classes).double())

    def forward(self, x: Tensor) -> Tensor:
        W, b, V, c = (weight.like(x) for weight in self._weights)
        values = x.flatten(1)
        h = (values @ W.mT + b).sigmoid()
        last = (h @ V.mT + c).softmax(1) - self._wanted.like(x)
        first = (last @ V) * h * (1 - h)
        outer = [(d[:, :, None] * v[:, None]).flatten(1) for d, v in ((first, values), (last, h))]
        return torch.cat([outer[0], first, outer[1], last], 1)[:, None]
