"""Small signals on shared machines: a second thread waits longer than it helps. Triton's kernels without a GPU."""

import os

import torch

torch.set_num_threads(1)
if not torch.cuda.is_available():
    os.environ.setdefault("TRITON_INTERPRET", "1")  # read when Triton is first imported
