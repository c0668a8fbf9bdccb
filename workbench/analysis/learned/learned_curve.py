"""The prior of a proximal network as a curve, beside the one that its signals were drawn from."""

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.denoisers import ConvexPotential
from workbench.priors import Can, Prior
from workbench.priors.learned.convex_prox import value_of
from workbench.tensors import dot, norm2, times

_NEEDED = Can.VALUE | Can.PROX  # of a law that is drawn beside


@dataclass(frozen=True, eq=False)
class SignalLine:
    """The signals base + t direction, (1, C, *space) each, at the places `at`, (N,); `label` says what t is."""

    base: Tensor
    direction: Tensor
    at: Tensor
    label: str

    @property
    def signals(self) -> Tensor:
        """(N, C, *space)."""
        return self.base + times(self.at, self.direction.expand(len(self.at), *self.direction.shape[1:]))

    def place(self, x: Tensor) -> Tensor:
        """The t of the nearest point of the line to each of some signals, (N,)."""
        return dot(x - self.base, self.direction) / norm2(self.direction)


@dataclass(frozen=True, eq=False)
class LearnedCurve:
    """Along a line what a proximal network holds for improbable, phi / noise^2 in nats, and where its answers lie.

    `true` and `true_answer` are -log p and its prox, None where nobody knows them. Both priors are known up to a
    constant: that of `value` makes the mean difference 0, or its least value where there is nothing to compare with.
    """

    line: SignalLine
    value: Tensor
    answer: Tensor
    true: Tensor | None = None
    true_answer: Tensor | None = None

    @property
    def error(self) -> float | None:
        """The largest difference of the two priors along the line, in nats."""
        return None if self.true is None else float((self.value - self.true).abs().max())


def learned_curve(network: ConvexPotential, line: SignalLine, noise: float, law: Prior | None = None) -> LearnedCurve:
    """What the gradient of a convex network has learned to be the prox of; `noise` is what it learned to remove.

    A law with a prox, as L1 of Laplacian entries, is drawn beside it. Fang, Buchanan & Sulam 2024, arXiv:2310.14344.
    """
    x = line.signals
    with torch.no_grad():
        value, answer = value_of(network, x) / noise**2, line.place(network(x))
        if law is None or law.can & _NEEDED != _NEEDED:
            return LearnedCurve(line, value - value.min(), answer)
        true = law(x)
        return LearnedCurve(line, value + (true - value).mean(), answer, true, line.place(law.prox(x, noise**2)))
