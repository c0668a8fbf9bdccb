"""What several noises share: uniform numbers, one refusal, and integrals made once for equal entries."""

from collections.abc import Callable

import torch
from torch import Tensor

from workbench.tensors import parts


def exponential_like(x: Tensor, rng: torch.Generator) -> Tensor:
    """Exponential numbers of mean 1 shaped like x; real and imaginary parts are drawn apart."""
    if x.is_complex():
        return torch.view_as_complex(exponential_like(parts(x), rng))
    return -torch.log1p(-torch.rand(x.shape, generator=rng, dtype=x.dtype, device=x.device))


def by_level(clean: Tensor, integral: Callable[[Tensor], Tensor]) -> Tensor:
    """integral(values), entry by entry and in double precision, once for entries that are equal."""
    levels, places = clean.to(torch.float64).unique(return_inverse=True)
    return integral(levels)[places].to(clean.dtype)
