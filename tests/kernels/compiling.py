"""Compile every Triton kernel that the table of kernels launches for compute capability 9.0, and name them.

A program of its own, since the interpreter is chosen once a process; `run` stands where a launch would be.
"""

from typing import Any

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from triton.runtime.jit import JITFunction

from tests.kernels.table import KERNELS
from workbench.kernels import use
from workbench.kernels.examples import Draw, Size

TARGET = GPUTarget("cuda", 90, 32)
POINTERS = {torch.float32: "*fp32", torch.float64: "*fp64", torch.int32: "*i32", torch.int64: "*i64"}


def main() -> None:
    done: dict[Any, str] = {}

    def run(self: JITFunction, *arguments: Any, grid: Any, warmup: bool) -> None:
        kinds, constants = {}, {}
        for parameter, value in zip(self.params, arguments, strict=True):
            if parameter.is_constexpr:
                kinds[parameter.name], constants[parameter.num,] = "constexpr", value
            else:
                kinds[parameter.name] = POINTERS[value.dtype] if isinstance(value, torch.Tensor) else "i32"
        key = self, *kinds.values()
        if key not in done:
            triton.compile(ASTSource(self, kinds, constants), target=TARGET)
            done[key] = f"{self.fn.__module__.removeprefix('workbench.kernels.')}.{self.fn.__name__}"

    JITFunction.run = run
    with use("triton"):
        for kernel in KERNELS:
            kernel(*kernel.arguments(Draw(Size(2, 5, 4), torch.float32)))
    print("\n".join(sorted(set(done.values()))))


if __name__ == "__main__":
    main()
