"""What parallel and fan beams share: an object that turns before a detector with a row of bins."""

import math
from abc import abstractmethod
from typing import Annotated, ClassVar, Self

import torch
from torch import Tensor
from torch.nn.functional import pad

from workbench.operators.base import LinearOperator, SignalShape
from workbench.operators.integrals.filtering import Window, arc, ramp_filtered, reach
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
_LITTLE = 0.5  # of the image that the narrower side of a detector sees: less is no slip of the axis, but meant
ANGLES = Range(1, 180, limits=(-1e5, 1e5))


class Scan(LinearOperator):
    """Line integrals of an image at a row of angles: (C, H, W) -> (C, angles, bins).

    Bins are as wide as pixels. The axis of rotation, the middle of the image, falls on bin (bins - 1) / 2 + offset,
    counted from 0. Without `detectors` there are as many bins as see all of the image wherever the axis falls.
    """

    nonnegative = True
    turn: ClassVar[float]  # degrees over which a number of angles is spread

    def __init__(
        self, shape: SignalShape, angles: Angles, detectors: int | None, offset: float, pixel: float | None, sees: float
    ) -> None:
        """`sees` is how many bins see all of the image where the axis falls on their middle."""
        name = type(self).__name__
        size = space_of(shape, name, (2,))
        if angles == () or (isinstance(angles, int) and angles < 1):
            raise Refusal(f"at least one angle for {name}.angles", repr(angles), "give their number, or a list of them")
        degrees = [self.turn * k / angles for k in range(angles)] if isinstance(angles, int) else angles
        self._all = math.ceil(sees + 2 * abs(offset))
        super().__init__(shape, (shape[0], len(degrees), self._all if detectors is None else detectors))
        self.shape, self.angles, self.detectors, self.offset, self.pixel = shape, angles, detectors, offset, pixel
        self._radians = Constant(torch.deg2rad(torch.tensor(degrees, dtype=torch.float64)))
        self.width = 1 / max(size) if pixel is None else pixel

    def degrees(self) -> Tensor:
        """The angles in degrees, float64."""
        return torch.rad2deg(self._radians.value)

    def places(self) -> Tensor:
        """How far each bin is from the one that the axis of rotation falls on, in bins, float64."""
        bins = self.out_shape[2]
        return torch.arange(bins, dtype=torch.float64) - (bins - 1) / 2 - self.offset

    def fitted_to_data(self, shape: Shape) -> Self:
        """For sinograms (C, angles, bins): a square image as wide as the detector, unless these bins are its own.

        Over a whole turn it is as wide as twice the wider side of the axis, which is all that the detector then sees.
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
        side = bins + int(2 * abs(self.offset)) * self._turns_round()
        return changed(self, shape=(channels, side, side), detectors=bins)

    def require_seen(self) -> None:
        """Refusal where the whole detector lies beside the image, whatever the angle."""
        nearest = float(self.places().abs().min())
        if nearest > self._all / 2 - abs(self.offset) + 1:
            name, came = type(self).__name__, f"an axis of rotation {nearest:.4g} bins beside all of them"
            raise Refusal(f"a detector with bins that see the image for {name}", came, "check the offset, in bins")

    def _turns_round(self) -> bool:
        return arc(self._radians.value)[1] == 2 * math.pi

    def missing_views(self) -> str:
        """What filtered backprojection lacks in these views; "" where they do, or a missing wedge stays empty."""
        narrow, wide = sorted(reach(self.places()))
        if narrow <= 0:
            return f"a detector that sees the axis of rotation, which falls {1 - narrow:g} bins beside its end"
        if self._turns_round() or narrow >= _LITTLE * min(wide, min(self.in_shape[1:]) / 2):
            return ""
        turned = math.degrees(arc(self._radians.value)[1])
        return f"views over 360 degrees for a detector that ends near the axis, not {turned:.0f}"

    @abstractmethod
    def filtered_backprojection(self, y: Tensor, window: Window) -> Tensor:
        """The image of sinograms (B, C, angles, bins) by filtered backprojection, in the scale of A."""

    def on_finer_grid(self, factor: int) -> Self:
        channels, height, width = self.in_shape
        bins, pixel = self.out_shape[2], None if self.pixel is None else self.pixel / factor
        made = {"shape": (channels, factor * height, factor * width), "detectors": factor * bins, "pixel": pixel}
        return changed(self, **made, offset=factor * self.offset)

    def _filtered(self, y: Tensor, window: Window) -> Tensor:
        """Projections through the ramp, in the scale of A, at all bins that see the image: beyond the detector too."""
        beyond = max(0, math.ceil((self._all - self.out_shape[2]) / 2))
        return ramp_filtered(pad(y, (beyond, beyond)), window) / self.width

    def _angles(self, x: Tensor) -> Tensor:
        return self._radians.like(x.new_empty(0, dtype=torch.float64))  # at full precision on the device of x
