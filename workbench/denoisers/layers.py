"""What goes between layers and around them."""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional


def activation(smooth: bool) -> Callable[[Tensor], Tensor]:
    """max(h, 0), or h sigmoid(h), which has all derivatives."""
    return functional.silu if smooth else functional.relu


def on_grid(x: Tensor, step: int, apply: Callable[[Tensor], Tensor]) -> Tensor:
    """apply(x) for an `apply` that asks for sides divisible by `step`: x goes on beyond its ends, and is cut again."""
    rows, columns = x.shape[-2:]
    below, right = -rows % step, -columns % step
    if not below and not right:
        return apply(x)
    return apply(functional.pad(x, (0, right, 0, below), mode="replicate"))[..., :rows, :columns]
