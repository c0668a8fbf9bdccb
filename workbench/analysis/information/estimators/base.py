"""What every estimator of mutual information is: a function of samples that says when not to believe it."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar, Self

import torch
from torch import Tensor

from workbench.parameters import Checked, changed, parameters
from workbench.refusal import Refusal
from workbench.tensors import require_finite, shown

Samples = Tensor
_LARGEST = 1 << 62


class Estimator(ABC, metaclass=Checked):
    """I(u; v) from samples, in nats; subclasses are frozen dataclasses.

    `bias`, `free` and `meaningless` are sentences: which way it errs, the parameter that the reading depends on, and
    when the reading says nothing. `freedom` is the name of that parameter, empty where no single one is.
    """

    bias: ClassVar[str]
    free: ClassVar[str]
    freedom: ClassVar[str] = ""
    meaningless: ClassVar[str]

    def __call__(self, u: Tensor, v: Tensor) -> float:
        """I(u; v) in nats of N samples, (N,) or (N, ...) each; whole numbers are symbols, others are continuous.

        Refuses NaN, a constant side, different N, and what the estimator has no route for.
        """
        u, v = samples(u, "u"), samples(v, "v")
        if len(u) != len(v):
            raise Refusal("as many samples of u as of v", f"{len(u)} and {len(v)}", "pass the two sides of each sample")
        return self.measure(u, v)

    @abstractmethod
    def measure(self, u: Samples, v: Samples) -> float:
        """I(u; v) in nats of samples (N, d), (N, e) that are sound: float64, or int64 where they are symbols."""

    def ceiling(self, n: int) -> float:
        """The most that n samples can show, in bits: log2 n."""
        return math.log2(n)

    def around(self, factor: float = 2.0) -> tuple[Self, ...]:
        """The same with its free parameter divided and multiplied by a factor, within its limits: how far it matters.

        Empty where no single parameter is free.
        """
        found = next((p for p in parameters(type(self)) if p.name == self.freedom), None)
        if found is None or found.range is None:
            return ()
        here, (low, high) = getattr(self, found.name), found.range.limits or (found.range.low, found.range.high)
        both = [min(max(value, low), high) for value in (here / factor, here * factor)]
        whole = float not in found.kinds
        return tuple(changed(self, **{found.name: round(value) if whole else value}) for value in both)


def samples(x: Tensor, name: str) -> Samples:
    """Those of `rows_of` that vary. Refuses a constant, which carries no information."""
    rows = rows_of(x, name)
    if constant(rows):
        raise Refusal(f"samples in {name} that vary", "a constant", "it carries no information: leave it out")
    return rows


def rows_of(x: Tensor, name: str) -> Samples:
    """One row a sample: float64 of what is continuous, int64 of symbols. Refuses NaN and fewer than two."""
    x = torch.as_tensor(x).detach()
    if x.is_complex():
        raise Refusal(f"real samples in {name}", "complex ones", "pass torch.view_as_real(x)")
    if x.ndim == 0 or x.numel() == 0 or len(x) < 2:
        raise Refusal(f"two or more samples in {name}", shown(tuple(x.shape)), "pass one row a sample, (N, d)")
    rows = x.reshape(len(x), -1)
    rows = rows.double() if rows.is_floating_point() else rows.long()
    require_finite(rows, name)
    return rows


def constant(x: Samples) -> bool:
    """Whether all samples are the same."""
    return bool((x == x[0]).all())


def discrete(x: Samples) -> bool:
    """Whether the samples are symbols."""
    return not x.is_floating_point()


def symbols(x: Samples) -> Tensor:
    """A number for each different row of whole numbers: (N, d) -> (N,) in 0, 1, ..."""
    low = x.amin(0)
    spans, digits = (x.amax(0) - low + 1).tolist(), x - low
    code, size = digits[:, 0], spans[0]
    for k in range(1, len(spans)):
        digit, span = digits[:, k], spans[k]
        if size * span >= _LARGEST:  # numbers would overflow: count what has occurred instead
            code, size = torch.unique(code, return_inverse=True)[1], len(x)
            digit, span = torch.unique(digit, return_inverse=True)[1], len(x)
        code, size = code * span + digit, size * span
    return torch.unique(code, return_inverse=True)[1]


def entropy(code: Tensor) -> float:
    """The plug-in entropy -sum p ln p of symbols (N,), in nats."""
    p = torch.bincount(code).double() / len(code)
    return float(-torch.xlogy(p, p).sum())


def per_class(labels: Tensor) -> list[tuple[float, Tensor]]:
    """The share of each class and the indices of its samples: labels (N,)."""
    classes, counts = torch.unique(labels, return_counts=True)
    return [(int(n) / len(labels), (labels == c).nonzero()[:, 0]) for c, n in zip(classes, counts, strict=True)]
