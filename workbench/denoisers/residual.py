"""Denoisers that find the noise."""

from abc import abstractmethod

from torch import Tensor

from workbench.denoisers.base import Denoiser, Level


class ResidualDenoiser(Denoiser):
    """D(x, sigma) = x - R(x, sigma), R a network that sees the noise level as one more channel."""

    @abstractmethod
    def residual(self, x: Tensor, level: Level) -> Tensor:
        """R(x, level), in the shape of x."""

    def forward(self, x: Tensor, sigma: Level) -> Tensor:
        return x - self.residual(x, sigma)
