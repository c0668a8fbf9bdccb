"""Algorithms whose first steps are layers: what they multiply by, subtract and threshold with is learned."""

from abc import abstractmethod
from typing import Annotated

import torch
from torch import Tensor, nn

from workbench.denoisers.conv import Conv
from workbench.denoisers.network import Channels, ImageNetwork, Width
from workbench.linalg import conjugate_step, ratio
from workbench.operators import LinearOperator
from workbench.parameters import Range
from workbench.tensors import dot, spread

Stages = Annotated[int, Range(2, 20, limits=(1, 100)), "steps, each with weights of its own"]
Kernel = Annotated[int, Range(3, 11, limits=(1, 31)), "side of the filters, odd"]
_THRESHOLD, _STEEP, _SOLVES = 0.02, 20.0, 4
Variables = tuple[Tensor, ...]


class Unrolled(ImageNetwork):
    """x_0 = A*y, scaled to explain y best, then x_k+1 of x_k by the k-th stage, for a linear A and y = A x + noise.

    Each stage k has filters W_k and S_k, thresholds lambda_k and a step tau_k. What depends on A is scaled by |A|^2, so
    that one network serves operators of any size. Monga, Li & Eldar 2021, 10.1109/MSP.2020.3016905.
    """

    def __init__(self, channels: Channels = 1, width: Width = 16, stages: Stages = 6, kernel: Kernel = 5) -> None:
        super().__init__()
        self.channels, self.width, self.stages, self.kernel = channels, width, stages, kernel
        self.analysis = nn.ModuleList(Conv(channels, width, kernel).scaled(1.0) for _ in range(stages))
        self.synthesis = nn.ModuleList(Conv(width, channels, kernel).scaled(0.3) for _ in range(stages))
        self.thresholds = nn.Parameter(torch.zeros(stages, width, 1, 1))
        self.rates = nn.Parameter(torch.zeros(stages))

    def forward(self, y: Tensor, operator: LinearOperator, norm2: float) -> Tensor:
        """The estimate after all stages; norm2 = |A|^2."""
        back = operator.adjoint(y)
        again = operator(back)
        variables = self.start(spread(ratio(dot(again, y), dot(again, again)), back) * back)
        for k in range(self.stages):
            variables = self.stage(k, variables, y, operator, norm2)
        return variables[0]

    def start(self, x: Tensor) -> Variables:
        """The variables before the first stage, the estimate x first."""
        return (x,)

    @abstractmethod
    def stage(self, k: int, variables: Variables, y: Tensor, operator: LinearOperator, norm2: float) -> Variables:
        """The variables after the k-th stage."""

    def slope(self, x: Tensor, y: Tensor, operator: LinearOperator, norm2: float) -> Tensor:
        """A*(A x - y) / |A|^2."""
        return operator.adjoint(operator(x) - y) / norm2

    def rate(self, k: int, like: Tensor) -> Tensor:
        """tau_k > 0, which is 1 before training."""
        return self.rates[k].to(like.dtype).exp()

    def limits(self, k: int, like: Tensor) -> Tensor:
        """lambda_k > 0, one for each filter."""
        return _THRESHOLD * self.thresholds[k].to(like.dtype).exp()

    def shrunk(self, k: int, v: Tensor) -> Tensor:
        """v - S_k * clip(W_k * v, lambda_k): soft thresholding where S_k is the adjoint of a tight frame W_k."""
        bound = self.limits(k, v)
        return v - self.synthesis[k](torch.minimum(torch.maximum(self.analysis[k](v), -bound), bound))


class UnrolledISTANet(Unrolled):
    """x <- shrunk_k(x - tau_k A*(A x - y) / |A|^2). Gregor & LeCun 2010, with convolutions."""

    def stage(self, k: int, variables: Variables, y: Tensor, operator: LinearOperator, norm2: float) -> Variables:
        (x,) = variables
        return (self.shrunk(k, x - self.rate(k, x) * self.slope(x, y, operator, norm2)),)


class UnrolledIHTNet(Unrolled):
    """x <- v - S_k * (W_k * v where below lambda_k), v = x - tau_k A*(A x - y) / |A|^2: what is small goes.

    "Below" with a soft edge, which has a slope to learn from. Blumensath & Davies 2009, 10.1016/j.acha.2009.04.002.
    """

    def stage(self, k: int, variables: Variables, y: Tensor, operator: LinearOperator, norm2: float) -> Variables:
        (x,) = variables
        v = x - self.rate(k, x) * self.slope(x, y, operator, norm2)
        h = self.analysis[k](v)
        below = torch.sigmoid(_STEEP * (1 - h.abs() / self.limits(k, v)))
        return (v - self.synthesis[k](h * below),)


class UnrolledPDHGNet(Unrolled):
    """z <- clip(z + W_k * (2 x - x_before), lambda_k); x <- x - tau_k (A*(A x - y) / |A|^2 + S_k * z).

    The primal-dual method of Condat and Vu with learned filters; Adler & Oktem 2018, 10.1109/TMI.2018.2799231.
    """

    def start(self, x: Tensor) -> Variables:
        return x, x, x.new_zeros(len(x), self.width, *x.shape[2:])

    def stage(self, k: int, variables: Variables, y: Tensor, operator: LinearOperator, norm2: float) -> Variables:
        x, before, z = variables
        bound = self.limits(k, x)
        z = torch.minimum(torch.maximum(z + self.analysis[k](2 * x - before), -bound), bound)
        return x - self.rate(k, x) * (self.slope(x, y, operator, norm2) + self.synthesis[k](z)), x, z


class UnrolledADMMNet(Unrolled):
    """x <- (A*A + c I)^-1 (A*y + c (v - d)) by four conjugate gradients, c = |A|^2 / (10 tau_k); v <- shrunk_k(x + d);
    d <- d + x - v. Yang, Sun, Li & Xu 2016, 10.1109/TPAMI.2018.2883941.
    """

    def start(self, x: Tensor) -> Variables:
        return x, x, torch.zeros_like(x)

    def stage(self, k: int, variables: Variables, y: Tensor, operator: LinearOperator, norm2: float) -> Variables:
        _, v, d = variables
        c = 0.1 / self.rate(k, v)

        def hessian(u: Tensor) -> Tensor:
            return operator.adjoint(operator(u)) / norm2 + c * u

        x = v
        r = p = operator.adjoint(y) / norm2 + c * (v - d) - hessian(x)
        for _ in range(_SOLVES):
            x, r, p = conjugate_step(hessian, x, r, p)
        v = self.shrunk(k, x + d)
        return v, v, d + x - v
