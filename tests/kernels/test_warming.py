"""The warm-up: it meets every compiled kernel, and is short once they lie in the cache."""

import importlib
import inspect
import pkgutil
import subprocess
import sys
from typing import Any

import torch

from workbench import kernels
from workbench.kernels import warming


def modules() -> list[Any]:
    found = pkgutil.walk_packages(kernels.__path__, "workbench.kernels.")
    return [importlib.import_module(m.name) for m in found if not m.name.endswith("triton")]


def shared() -> set[str]:
    """The compiled functions that threads share: they take the first and the last of their tasks."""
    found = set()
    for module in modules():
        for function in vars(module).values():
            code = getattr(function, "py_func", None)
            if code and list(inspect.signature(code).parameters)[:2] == ["first", "last"]:
                found.add(f"{code.__module__}.{code.__name__}")
    return found


def test_every_compiled_kernel_is_met(monkeypatch):
    met = set()
    for module in modules():
        if hasattr(module, "share"):

            def share(kernel: Any, *args: Any, real: Any = module.share) -> None:
                met.add(f"{kernel.py_func.__module__}.{kernel.__name__}")
                real(kernel, *args)

            monkeypatch.setattr(module, "share", share)
    warming.warm_up()
    assert met == shared() and len(met) >= 15


def test_it_serves_every_precision():
    warming.warm_up(dtypes=(torch.float64, torch.complex64, torch.complex128))


def test_the_first_calls_of_a_session_cost_less_than_two_seconds():
    """All kernels together, Numba's import included; seconds of this process, which other processes do not lengthen."""
    warming.warm_up()  # they lie in the cache now
    code = """
import time, torch
from workbench.kernels import warming
begin = time.process_time()
warming.warm_up()
print(time.process_time() - begin)"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(found.stdout) < 2
