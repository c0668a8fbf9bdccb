"""How to try a kernel: arguments of any size, and the call. Declared beside each, for the warm-up and for the laws."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from workbench.tensors import stream

SINGLE = (torch.float32,)
REAL = (*SINGLE, torch.float64)
COMPLEX = (*REAL, torch.complex64, torch.complex128)

Answer = tuple[Tensor, ...]


@dataclass(frozen=True)
class Size:
    """Batch, height and width of a signal."""

    batch: int
    height: int
    width: int


class Draw:
    """Random arguments of a size and dtype on a device; `strided`: not contiguous in memory."""

    def __init__(self, size: Size, dtype: torch.dtype, device: torch.device | str = "cpu", strided: bool = False):
        self.size, self.dtype, self.device, self.strided = size, dtype, device, strided
        self._rng = stream(size.height + 10 * size.width, "examples of kernels")

    def normal(self, *shape: int) -> Tensor:
        x = torch.randn(shape, dtype=self.dtype, generator=self._rng)
        if self.strided:
            x = x.repeat_interleave(2, -1)[..., ::2].mT.contiguous().mT
        return x.to(self.device)

    def positive(self, count: int, device: str | None = None) -> Tensor:
        kind = torch.float64 if device else self.dtype.to_real()
        return (0.1 + torch.rand(count, dtype=kind, generator=self._rng)).to(device or self.device)

    def image(self) -> Tensor:
        return self.normal(self.size.batch, self.size.height, self.size.width)

    def signal(self) -> Tensor:
        return self.normal(self.size.batch, 1, self.size.height, self.size.width)

    def field(self) -> Tensor:
        return self.normal(self.size.batch, 1, 2, self.size.height, self.size.width)

    def volume(self) -> Tensor:
        """Of two planes."""
        return self.normal(self.size.batch, 1, 2, self.size.height, self.size.width)

    def volume_field(self) -> Tensor:
        return self.normal(self.size.batch, 1, 3, 2, self.size.height, self.size.width)

    def angles(self) -> Tensor:
        """Multiples of 45 degrees, where rays go through pixels or along their diagonals, and some between."""
        special = torch.tensor([0, 0.25, 0.5, 0.75, 1], dtype=torch.float64) * torch.pi
        return torch.cat([special, torch.tensor([-1.0, 0.3, 7.3], dtype=torch.float64)])[: 3 + self.size.height]

    def sinogram(self) -> Tensor:
        return self.normal(self.size.batch, len(self.angles()), self.size.width + 2)

    def points(self) -> Tensor:
        return self.normal(2 + self.size.batch * self.size.height, self.size.width)


@dataclass(frozen=True)
class Example:
    """A kernel by name: arguments from a draw, the call, and the dtypes it takes.

    `law`: it is compared with its reference on shapes of all kinds. Else it has tests of its own, and is warmed alone.
    """

    name: str
    arguments: Callable[[Draw], tuple]
    call: Callable[..., Tensor | Answer]
    dtypes: tuple[torch.dtype, ...] = REAL
    law: bool = True

    def __call__(self, *arguments: Any) -> Answer:
        found = self.call(*arguments)
        return (found,) if isinstance(found, Tensor) else found
