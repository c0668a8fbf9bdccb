"""Which implementation serves a tensor, and how compiled kernels share the processor."""

import functools
import threading
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, Literal

import torch
from torch import Tensor
from torch.autograd import forward_ad

from workbench.refusal import Refusal
from workbench.tensors import real_of

Mode = Literal["auto", "reference"]

_mode: Mode = "auto"
_turn = threading.Lock()

# Neither nnan nor ninf: the stopping rules compare numbers that may be NaN. A division by 0 is infinite, as in torch.
_ARITHMETIC: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"contract", "reassoc", "nsz", "arcp", "afn"},
}


class use:  # noqa: N801 - reads as a verb: use("reference"), or `with use("reference"):`
    """Choose the implementations of all kernels, in every thread: "auto" or, for debugging, "reference".

    As a context manager it goes back to the earlier choice at the end of the block.
    """

    def __init__(self, mode: Mode) -> None:
        if mode not in ("auto", "reference"):
            raise Refusal("'auto' or 'reference'", repr(mode), "choose one of the two")
        self._before = _mode
        self._set(mode)

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self._set(self._before)

    @staticmethod
    def _set(mode: Mode) -> None:
        global _mode  # noqa: PLW0603 - one switch for the process, as for torch's own back ends
        _mode = mode


def backend(x: Tensor) -> str:
    """The name of what serves x: "numba" on the CPU in single or double precision, "reference" elsewhere.

    A tensor through which a derivative is being taken goes to the reference, which torch can follow.
    """
    if _mode == "reference" or _followed(x):
        return "reference"
    if x.device.type == "cpu" and real_of(x.dtype) in (torch.float32, torch.float64):
        return "numba"
    return "reference"


def implementation(kernel: str, x: Tensor) -> ModuleType:
    """The module `<kernel>_<backend>` that serves x, imported at its first use: Numba costs half a second."""
    return import_module(f"{kernel}_{backend(x)}")


def parallel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function for all cores with Numba; calls take turns, on as many threads as torch uses.

    Numba's portable threading layer aborts the process when two threads enter it at once, hence the turns.
    """
    import numba  # noqa: PLC0415 - only a module that is itself imported late gets here

    compiled = numba.njit(cache=True, parallel=True, **_ARITHMETIC)(function)
    most = numba.config.NUMBA_NUM_THREADS

    @functools.wraps(function)
    def call(*args: Any) -> Any:
        with _turn:
            numba.set_num_threads(min(torch.get_num_threads(), most))
            return compiled(*args)

    return call


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a serial piece of a parallel kernel under the same arithmetic."""
    import numba  # noqa: PLC0415 - as above

    return numba.njit(**_ARITHMETIC)(function)


def _followed(x: Tensor) -> bool:
    """Whether torch is differentiating or mapping through x by any of its three mechanisms."""
    return (
        (x.requires_grad and torch.is_grad_enabled())
        or forward_ad.unpack_dual(x).tangent is not None
        or torch.func.debug_unwrap(x) is not x
    )
