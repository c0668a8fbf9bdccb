"""A convolution without negative entries."""

from torch import Tensor

from workbench.denoisers.conv import Conv


class Positive(Conv):
    """A convolution whose kernel has no entry below 0: |K| * h."""

    def kernel(self, h: Tensor) -> Tensor:
        return super().kernel(h).abs()
