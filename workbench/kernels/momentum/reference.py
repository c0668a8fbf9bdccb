"""Momentum in plain torch: any device, any precision, differentiable."""

from torch import Tensor

from workbench.tensors import dot, spread


def ahead(x: Tensor, before: Tensor, beta: Tensor) -> Tensor:
    return x + spread(beta, x) * (x - before)


def uphill(v: Tensor, new: Tensor, x: Tensor) -> Tensor:
    return dot(v - new, new - x)
