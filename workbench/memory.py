"""A device without memory left, explained with the numbers; memory that is given back."""

import ctypes
import gc
import mmap
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from workbench.refusal import Refusal
from workbench.tensors import Shape, shown

_UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_WISH = re.compile(rf"allocate ([\d.]+) ({'|'.join(_UNITS)})")
_MEMINFO = Path("/proc/meminfo")
_STATM = Path("/proc/self/statm")


def exhausted(error: BaseException) -> bool:
    """Whether an error says that memory is short: of a GPU, of torch on the CPU, or of NumPy."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error)


def refusal(error: BaseException, what: str, device: torch.device | str) -> Refusal:
    """The error as a sentence: how much was wanted, how much is free, and what would need less."""
    found = _WISH.search(str(error))
    amount = in_bytes(float(found[1]) * _UNITS[found[2]]) if found else "more than there is"
    left = free(torch.device(device))
    came = f"{in_bytes(left)} free" if left is not None else "too little free"
    remedy = "take a smaller signal or a smaller batch, end other runs, or take another device"
    return Refusal(f"memory for {what}: {amount} at once", f"{came} on {device}", remedy)


@contextmanager
def told(shape: Shape, device: torch.device) -> Iterator[None]:
    """Where work on signals of this shape runs out of memory, a Refusal with the numbers."""
    try:
        yield
    except Exception as error:
        if not exhausted(error):
            raise
        raise refusal(error, f"signals of {shown(shape)}", device) from error


def free(device: torch.device) -> int | None:
    """Bytes that are free on a device; None where the system does not say."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    found = re.search(r"MemAvailable:\s*(\d+) kB", _MEMINFO.read_text()) if _MEMINFO.exists() else None
    return 1024 * int(found[1]) if found else None


def held() -> int | None:
    """Bytes of the machine's memory that this process holds; None where the system does not say."""
    return int(_STATM.read_text().split()[1]) * mmap.PAGESIZE if _STATM.exists() else None


def give_back() -> None:
    """Let the system have what is not needed any more: glibc would keep hundreds of MiB for later."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def in_bytes(amount: float) -> str:
    """A number of bytes in the largest unit of which there is one."""
    unit, size = next(((u, s) for u, s in reversed(_UNITS.items()) if amount >= s), ("bytes", 1))
    return f"{amount / size:.3g} {unit}"
