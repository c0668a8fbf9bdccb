"""What an analysis will cost, known before it starts: products with H and bytes of memory."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from workbench.operators import LinearOperator
from workbench.refusal import Refusal
from workbench.tensors import real_of

MEBIBYTE = 2**20
ROUNDINGS = 16.0  # an eigenvalue is known to so many roundings of |H| in the precision of the products
DOUBLE = torch.zeros((), dtype=torch.float64)  # real numbers in double precision on the CPU


@dataclass(frozen=True)
class Cost:
    """The most products with H that an analysis takes, and the bytes that its vectors need."""

    products: int
    bytes: int

    def require(self, device: torch.device | str = "cpu") -> None:
        """Refuse, with the numbers, what does not fit into the free memory of the device."""
        free = free_bytes(torch.device(device))
        if self.bytes > free:
            came = f"{free / MEBIBYTE:.0f} MiB free on {device}"
            remedy = "take fewer steps or probes, a smaller signal, or float32"
            raise Refusal(f"{self.bytes / MEBIBYTE:.0f} MiB for Krylov vectors", came, remedy)


class Counted(LinearOperator):
    """The same operator; `products` counts the vectors that it was applied to."""

    def __init__(self, operator: LinearOperator) -> None:
        super().__init__(operator.in_shape, operator.out_shape)
        self.operator, self.field, self.products = operator, operator.field, 0

    def forward(self, x: Tensor) -> Tensor:
        self.products += len(x)
        return self.operator(x)

    def adjoint(self, y: Tensor) -> Tensor:
        self.products += len(y)
        return self.operator.adjoint(y)


def require_finite_products(size: float) -> None:
    """Refuse a spectrum of what is no matrix of numbers, from the size of products with it."""
    if not math.isfinite(size):
        remedy = "look at an iterate before the run diverged, or at a smaller one"
        raise Refusal("products with the operator that are finite", "NaN or infinite ones", remedy)


def vectors(operator: LinearOperator, count: int, like: Tensor) -> int:
    """The bytes of `count` signals in the real coordinates of `like`."""
    return count * numbers(operator, like) * real_of(like.dtype).itemsize


def numbers(operator: LinearOperator, like: Tensor) -> int:
    """How many real numbers a signal has, and so how many eigenvalues the real-linear H."""
    return math.prod(operator.in_shape) * (2 if like.is_complex() else 1)


def free_bytes(device: torch.device) -> int:
    """The memory that a process can still have there."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    kernel = Path("/proc/meminfo")  # Linux alone counts what it would give up for us
    if kernel.exists():
        lines = dict(line.split(":", 1) for line in kernel.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
