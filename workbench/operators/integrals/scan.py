"""What parallel and fan beams share: an object that turns before a detector with a row of bins."""

from abc import abstractmethod
from typing import Annotated, ClassVar, Self

import torch
from torch import Tensor

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.integrals.filtering import Window
from workbench.operators.shapes import space_of
from workbench.parameters import Range, changed
from workbench.refusal import Refusal
from workbench.tensors import Constant, Shape, shown

Angles = int | tuple[float, ...]
Detectors = Annotated[
    int | None, Range(8, 512, log=True, unit="bins", limits=(1, 65536)), "bins of the detector; all that see the image"
]
Offset = Annotated[
    float, Range(-8, 8, unit="bins", limits=(-1e5, 1e5)), "from the middle of the detector to the axis of rotation"
]
Pixel = Annotated[
    float | None, Range(1e-3, 10, log=True, limits=(1e-12, 1e12)), "width of a pixel; 1 / longer side of the image"
]
ANGLES = Range(1, 180, limits=(-1e5, 1e5))


class Scan(LinearOperator):
    """Line integrals of an image at a row of angles: (C, H, W) -> (C, angles, bins).

    Bins are as wide as pixels. The axis of rotation, the middle of the image, falls on bin (bins - 1) / 2 + offset,
    counted from 0. Without `detectors` there are as many bins as see all of the image wherever the axis falls.
    """

    nonnegative = True
    turn: ClassVar[float]  # degrees over which a number of angles is spread

    def __init__(self, shape: SignalShape, angles: Angles, bins: int, pixel: float | None) -> None:
        name = type(self).__name__
        size = space_of(shape, name, (2,))
        if angles == () or (isinstance(angles, int) and angles < 1):
            raise Refusal(f"at least one angle for {name}.angles", repr(angles), "give their number, or a list of them")
        degrees = [self.turn * k / angles for k in range(angles)] if isinstance(angles, int) else angles
        super().__init__(shape, (shape[0], len(degrees), bins))
        self.shape, self.angles, self.pixel = shape, angles, pixel
        self._radians = Constant(torch.deg2rad(torch.tensor(degrees, dtype=torch.float64)))
        self.width = 1 / max(size) if pixel is None else pixel

    def degrees(self) -> Tensor:
        """The angles in degrees, float64."""
        return torch.rad2deg(self._radians.value)

    def fitted_to_data(self, shape: Shape) -> Self:
        """For sinograms (C, angles, bins): a square image as wide as the detector, unless these bins are its own.

        Refusal where the angles do not count the projections, and for stacks of sinograms.
        """
        if self.out_shape == tuple(shape):
            return self
        name = type(self).__name__
        if len(shape) != 3:
            remedy = "take one slice of them, such as variable='name[:, 3]'"
            raise Refusal(f"a sinogram, angles x bins, for {name}", f"data of {shown(shape)}", remedy)
        channels, views, bins = shape
        if views != len(self.degrees()):
            remedy = f"give {name}.angles in degrees, one for each projection; sinograms are angles x bins"
            raise Refusal(f"{views} angles for {views} projections", str(len(self.degrees())), remedy)
        return changed(self, shape=(channels, bins, bins), detectors=bins)

    def missing_views(self) -> str:
        """What filtered backprojection lacks in these angles; "" where they do, or a missing wedge stays empty."""
        return ""

    @abstractmethod
    def filtered_backprojection(self, y: Tensor, window: Window) -> Tensor:
        """The image of sinograms (B, C, angles, bins) by filtered backprojection, in the scale of A."""

    def on_finer_grid(self, factor: int) -> Self:
        channels, height, width = self.in_shape
        bins, pixel = self.out_shape[2], None if self.pixel is None else self.pixel / factor
        made = {"shape": (channels, factor * height, factor * width), "detectors": factor * bins, "pixel": pixel}
        return changed(self, **made, offset=factor * getattr(self, "offset"))  # noqa: B009, subclasses have it

    def _angles(self, x: Tensor) -> Tensor:
        return self._radians.like(x.new_empty(0, dtype=torch.float64))  # at full precision on the device of x
