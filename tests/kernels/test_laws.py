"""Every kernel on every back end equals its reference, in every precision, on shapes of all kinds, and refuses none."""

import ast
import os
import subprocess
import sys
from importlib.util import find_spec
from itertools import product
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.kernels.table import KERNELS
from workbench.kernels import dispatch, use
from workbench.kernels.dispatch import Mode
from workbench.kernels.examples import Draw, Example, Size
from workbench.refusal import Refusal

ROOT = Path(__file__).parents[2]
SIZES = (Size(1, 1, 1), Size(2, 1, 9), Size(1, 7, 1), Size(17, 2, 3), Size(1, 11, 6), Size(3, 33, 24), Size(1, 70, 45))
TINY = SIZES[:1]
LOOSE = {torch.float32: 3e-5, torch.complex64: 3e-5, torch.float64: 1e-11, torch.complex128: 1e-11}
IN_TRITON = (torch.float32, torch.float64, torch.complex64)  # the interpreter is slow

missing = pytest.mark.skipif(find_spec("triton") is None, reason="triton is not installed: pip install triton (Linux)")
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


@pytest.fixture(autouse=True)
def bands(monkeypatch):
    """Small images are cut into bands for threads, too."""
    monkeypatch.setattr(dispatch, "GRAIN", 64)


def named(kernel: Example) -> str:
    return kernel.name


def agree(kernel: Example, mode: Mode, draw: Draw) -> None:
    """The answers of a back end beside those of the reference, on copies that are contiguous."""
    arguments = kernel.arguments(draw)
    with use(mode):
        found = kernel(*arguments)
    with use("reference"):
        wanted = kernel(*(plain(a) for a in arguments))
    for a, b in zip(found, wanted, strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape and a.device == b.device
        largest = float(b.abs().max()) if b.numel() else 0.0
        torch.testing.assert_close(a, b, rtol=0, atol=LOOSE[draw.dtype] * max(largest, 1e-2))


def plain(argument: object) -> object:
    if isinstance(argument, tuple):
        return tuple(plain(a) for a in argument)
    return argument.contiguous() if isinstance(argument, Tensor) else argument


@pytest.mark.parametrize("kernel", KERNELS, ids=named)
def test_equals_its_reference(kernel):
    for size, dtype, strided in product(SIZES, kernel.dtypes, (False, True)):
        agree(kernel, "auto", Draw(size, dtype, DEVICE, strided))


@missing
@pytest.mark.parametrize("kernel", KERNELS, ids=named)
def test_triton_equals_the_reference(kernel):
    """By the interpreter, where there is no GPU."""
    small = SIZES if DEVICE == "cuda" else (*TINY, Size(2, 5, 3))
    for size, dtype in product(small, [d for d in kernel.dtypes if d in IN_TRITON]):
        agree(kernel, "triton", Draw(size, dtype, DEVICE, strided=size.batch > 1))


@missing
@pytest.mark.parametrize("kernel", [k for k in KERNELS if "solve" not in k.name], ids=named)
def test_triton_on_more_than_one_tile(kernel):
    agree(kernel, "triton", Draw(Size(17, 1, 3), torch.float64, DEVICE))
    agree(kernel, "triton", Draw(Size(1, 23, 31), torch.float32, DEVICE))


@pytest.mark.parametrize("kernel", KERNELS, ids=named)
def test_nothing_is_refused(kernel):
    """A sentence about what is empty, not an empty answer or an error from inside."""
    first, *rest = kernel.arguments(Draw(Size(2, 5, 4), torch.float64))
    empty = tuple(part[:0] for part in first) if isinstance(first, tuple) else first[:0]
    with pytest.raises(Refusal):
        kernel(empty, *rest)


@missing
def test_triton_compiles_for_a_gpu():
    """Every Triton kernel becomes machine code of a Hopper GPU, which needs none: the interpreter forgives more."""
    path = os.pathsep.join([str(ROOT), *sys.path])
    environment = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    program = [sys.executable, str(ROOT / "tests/kernels/compiling.py")]
    found = subprocess.run(program, env=environment | {"PYTHONPATH": path}, capture_output=True, text=True, check=True)
    assert set(found.stdout.split()) == written()


def written() -> set[str]:
    """The Triton functions that store something, as `kernel.module.function`: those that are launched."""
    found, folder = set(), ROOT / "workbench/kernels"
    for path in folder.rglob("*triton.py"):
        module = ".".join(path.relative_to(folder).with_suffix("").parts)
        functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
        found |= {f"{module}.{f.name}" for f in functions if "tl.store(" in ast.unparse(f)}
    return found
