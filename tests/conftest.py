"""Small signals on shared machines: a second thread waits longer than it helps."""

import torch

torch.set_num_threads(1)
