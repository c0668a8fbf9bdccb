"""Which implementation serves a tensor, and how compiled kernels share the processor."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, wraps
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from types import FunctionType, SimpleNamespace
from typing import Any, Literal, cast

import torch
from torch import Tensor
from torch.autograd import forward_ad

from workbench.refusal import Refusal
from workbench.tensors import plain, real_of

Mode = Literal["auto", "reference", "triton"]

_mode: Mode = "auto"
_pool: ThreadPoolExecutor | None = None

GRAIN = 1 << 14  # numbers a thread must get for its start, some 30 us, to pay


class use:  # noqa: N801 - reads as a verb: use("reference"), or `with use("reference"):`
    """Choose the implementations of all kernels, in every thread: "auto" or, for debugging, "reference" or "triton".

    Triton's serve tensors on the CPU, too, by its interpreter: it is on where TRITON_INTERPRET=1 was set before Triton
    was first imported. As a context manager it goes back to the earlier choice at the end of the block.
    """

    def __init__(self, mode: Mode) -> None:
        if mode not in ("auto", "reference", "triton"):
            raise Refusal("'auto', 'reference' or 'triton'", repr(mode), "choose one of the three")
        if mode == "triton" and not _importable("triton"):
            raise Refusal("the package triton", "an installation without it", "pip install triton, on Linux")
        self._before: Mode = _mode
        self._set(mode)

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._set(self._before)

    @staticmethod
    def _set(mode: Mode) -> None:
        global _mode  # noqa: PLW0603 - one switch for the process, as for torch's own back ends
        _mode = mode


def backend(x: Tensor, *others: Tensor) -> str:
    """The name of what serves x in single or double precision: "numba" on the CPU, "triton" on a GPU where it is there.

    "reference" serves all else, and what torch is to differentiate through x or the others, which it can follow.
    """
    if _mode == "reference" or any(map(followed, (x, *others))):
        return "reference"
    if real_of(x.dtype) not in (torch.float32, torch.float64):
        return "reference"
    if _mode == "triton" or (x.device.type == "cuda" and _importable("triton")):
        return "triton"
    return "numba" if x.device.type == "cpu" else "reference"


def implementation(kernel: str, x: Tensor, *others: Tensor, reference: str = "") -> Any:
    """The functions of `<kernel>.<backend>`, which serves x, of the reference's where that back end has no such kernel.

    A kernel that is a special case of another has this one's reference, and none of its own.

    It is imported at its first use: Numba costs half a second. Tensors reach its functions without lazy flags, which
    compiled kernels, who read memory, cannot see.
    """
    module = f"{kernel}.{backend(x, *others)}"
    return _served(module if _importable(module) else f"{reference or kernel}.reference")


@cache
def _served(module: str) -> SimpleNamespace:
    own = {n: f for n, f in vars(import_module(module)).items() if getattr(f, "__module__", "") == module}
    return SimpleNamespace(__name__=module, **{n: _of_plain(f) for n, f in own.items() if isinstance(f, FunctionType)})


def _of_plain(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def serve(*args: Any) -> Any:
        return function(*map(_plain, args))

    return serve


def _plain(arg: Any) -> Any:
    if isinstance(arg, Tensor):
        return plain(arg)
    return tuple(map(_plain, arg)) if type(arg) is tuple else arg


def by_adjoint(x: Tensor) -> bool:
    """Whether torch differentiates through x, and a linear kernel is to answer by its adjoint, not by its reference."""
    return _mode != "reference" and followed(x)


def holds(condition: Tensor) -> bool:
    """Whether all of it is true; taken to be on a device, for which the processor would have to wait at every call."""
    return condition.device.type != "cpu" or bool(condition.all())


@cache
def _importable(module: str) -> bool:
    return find_spec(module) is not None


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a serial kernel with Numba; it frees Python's lock, so `share` can run it in several threads.

    It is kept for the next process beside the source, else in the home, or in NUMBA_CACHE_DIR.
    """
    import numba

    # Neither nnan nor ninf: stopping rules compare numbers that may be NaN. A division by 0 is infinite, as in torch.
    arithmetic = {"contract", "reassoc", "nsz", "arcp", "afn"}
    kernel = numba.njit(nogil=True, error_model="numpy", fastmath=arithmetic)(function)
    with suppress(RuntimeError):  # no folder may be written: it is compiled in every process, and the doctor says so
        kernel.enable_caching()
    return kernel


def cache_folder() -> str:
    """Where compiled kernels are kept for the next process; "" where none of the folders can be written."""
    return cast("Any", compiled(_nothing)).stats.cache_path or ""  # Numba's dispatcher is a callable with more


def _nothing() -> None:
    """A kernel whose place in the cache is asked for; it is never called."""


def workers(size: int) -> int:
    """How many threads pay for so many numbers; at most as many as torch uses."""
    return max(1, min(torch.get_num_threads(), size // GRAIN))


def share(kernel: Callable[..., Any], tasks: int, threads: int, *args: Any) -> None:
    """Run kernel(first, last, *args) over ranges that cover the tasks, one range a thread, this thread included.

    Threads of our own, not Numba's: its portable layer aborts when entered twice at once, its OpenMP layer
    spins and took 100 times longer when the processor was shared, and either takes seconds more to compile.
    """
    global _pool  # noqa: PLW0603 - one pool for the process
    threads = min(threads, tasks)
    cuts = [tasks * k // threads for k in range(threads + 1)]
    if threads == 1:
        kernel(0, tasks, *args)
        return
    if _pool is None:
        _pool = ThreadPoolExecutor(os.cpu_count(), "kernel")
    try:
        others = [_pool.submit(kernel, first, last, *args) for first, last in pairwise(cuts[1:])]
    except RuntimeError:  # Python is ending and gives threads no more work: this one, a run's last, does it all
        kernel(0, tasks, *args)
        return
    kernel(cuts[0], cuts[1], *args)
    for other in others:
        other.result()


def _forget_pool() -> None:
    """A forked child inherits the pool but not its threads."""
    global _pool  # noqa: PLW0603
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)


def followed(x: Tensor) -> bool:
    """Whether torch is differentiating or mapping through x by any of its three mechanisms."""
    return (
        (x.requires_grad and torch.is_grad_enabled())
        or forward_ad.unpack_dual(x).tangent is not None
        or torch.func.debug_unwrap(x) is not x
    )
