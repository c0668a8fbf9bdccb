"""What all Triton kernels share. Modules whose names end in `triton` alone import it: Triton is optional."""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

triton: Any = import_module("triton")
tl: Any = import_module("triton.language")

if TYPE_CHECKING:
    constexpr = int
else:
    constexpr = tl.constexpr  # marks what a kernel is compiled for

jit: Callable[[Any], Any] = triton.jit


def launch(kernel: Any, programs: int, like: Tensor, *args: Any) -> None:
    """Queue so many programs of a kernel on the device of a tensor. Numbers among the args are whole: see `scalars`."""
    with torch.cuda.device_of(like):
        kernel[(programs,)](*args)


def blocks(count: int, size: int) -> int:
    """How many blocks of a size cover so many."""
    return -(-count // size)


@lru_cache(256)
def scalars(values: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """Numbers on the device, moved there once: as plain arguments Triton would round them to single precision."""
    with torch.inference_mode(False):
        return torch.tensor(values, dtype=dtype, device=device)


def later(flag: Tensor) -> Callable[[], bool]:
    """Reads a flag of the device once it is known there, without a wait for what was queued after it."""
    if flag.device.type != "cuda":
        return lambda: bool(flag)
    with torch.cuda.device_of(flag):
        here = torch.empty(flag.shape, dtype=flag.dtype, pin_memory=True).copy_(flag, non_blocking=True)
        known = torch.cuda.Event()
        known.record()

    def read() -> bool:
        known.synchronize()
        return bool(here)

    return read


def real(x: Tensor) -> tuple[Tensor, int]:
    """Contiguous real numbers, and how many of them, neighbours in memory, are one entry of x."""
    x = x.detach().contiguous()
    return (torch.view_as_real(x), 2) if x.is_complex() else (x, 1)


def as_type_of(like: Tensor, numbers: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The inverse of `real`: numbers as a tensor of the kind of `like`, of that shape."""
    return torch.view_as_complex(numbers.reshape(*shape, 2)) if like.is_complex() else numbers.reshape(shape)
