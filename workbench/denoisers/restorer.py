"""Networks that restore one degradation."""

from abc import abstractmethod

from torch import Tensor

from workbench.denoisers.network import ImageNetwork


class Restorer(ImageNetwork):
    """R(y): the picture from a degraded one, of another size perhaps; trained for one degradation."""

    @abstractmethod
    def forward(self, y: Tensor) -> Tensor:
        """The restored picture."""
