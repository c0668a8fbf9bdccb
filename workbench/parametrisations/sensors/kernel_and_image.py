"""A blur that is not known, and the picture behind it."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from workbench.operators import Field
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown


class KernelAndImage(Parametrisation):
    """x = k * m, a periodic convolution: blocks kernel, (1, size, ...), with its centre in the middle, and image, m.

    Blind deconvolution, with x the blurred picture that an operator sees. The start has a kernel of even values and
    the first picture. (c k, m / c) make the same x, and so do shifts: priors on the blocks, `OnUnknown`, choose.
    Ayers, Dainty 1988, doi 10.1364/OL.13.000547.
    """

    formula = r"x = k * m"
    field = Field.REAL
    multilinear = True
    freedom = "c k and m / c make the same data, and so do shifts; drawn are kernels of sum 1, shifted to the true one"

    def __init__(
        self,
        shape: PictureShape = (1, 64, 64),
        size: Annotated[int, Range(3, 31, unit="px", limits=(1, 1001)), "side of the kernel, odd"] = 9,
    ) -> None:
        if size % 2 == 0 or size > min(shape[1:], default=0):
            wanted = f"an odd side of the kernel, at most {min(shape[1:], default=0)}, for pictures of {shown(shape)}"
            raise Refusal(wanted, str(size), "take a smaller odd number")
        super().__init__(shape, {"kernel": (1, *[size] * (len(shape) - 1)), "image": shape})
        self.shape, self.size = shape, size

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        image, space = views["image"], self.out_shape[1:]
        axes = tuple(range(2, 2 + len(space)))
        kernel = _centred(views["kernel"], space)
        product = torch.fft.rfftn(kernel, dim=axes) * torch.fft.rfftn(image, dim=axes)
        return torch.fft.irfftn(product, s=space, dim=axes)

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        shape = (1, *self.layout.shapes["kernel"])
        kernel = picture.new_ones(shape)
        image = picture + (picture.abs().amax() == 0)  # of a picture that is 0 a level one
        return self.joined({"kernel": kernel / kernel.numel(), "image": image})

    def balanced(self, u: Tensor) -> Tensor:
        """The kernel's sum at 1, where it has one."""
        views = self.views(u)
        total = views["kernel"].flatten(1).sum(1)
        scale = torch.where(total.abs() > torch.finfo(u.dtype).eps, total, 1).reshape(-1, *[1] * len(self.out_shape))
        return self.joined({"kernel": views["kernel"] / scale, "image": views["image"] * scale})

    def nearest(self, u: Tensor, other: Tensor) -> Tensor:
        """Kernel and image, moved by the whole number of px that brings the images nearest."""
        views, image = self.views(self.balanced(u)), self.views(other)["image"]
        axes = tuple(range(2, image.ndim))
        spectra = [torch.fft.rfftn(m, dim=axes) for m in (image, views["image"])]
        likeness = torch.fft.irfftn(spectra[0] * spectra[1].conj(), s=image.shape[2:], dim=axes).sum(1)
        by = np.unravel_index(int(likeness[0].argmax()), likeness.shape[1:])
        moves = [int(b) - side * int(b > side // 2) for b, side in zip(by, image.shape[2:], strict=True)]
        if max(map(abs, moves)) > self.size // 2:
            return self.joined(views)
        kernel = views["kernel"].roll([-move for move in moves], axes)
        return self.joined({"kernel": kernel, "image": views["image"].roll(moves, axes)})

    def trouble(self, u: Tensor) -> str:
        """That the kernel is a point."""
        if not bool(self.is_trivial(u).any()):
            return ""
        return (
            "The kernel is a point: the picture is as blurred as the data, and nothing is found. Put a prior on the "
            "kernel that no point has the least of, such as Tikhonov on the simplex, and let PALM's prior fade."
        )

    def is_trivial(self, u: Tensor, share: float = 0.99) -> Tensor:
        """Whether the kernel of each item is a point, which explains any data by themselves, (B,): no blur is found."""
        energy = self.views(u)["kernel"].flatten(1).square()
        return energy.amax(1) >= share * energy.sum(1)


def _centred(kernel: Tensor, space: Shape) -> Tensor:
    """The kernel in a field of that space, its middle at the origin, periodic."""
    sides = kernel.shape[2:]
    room = [n for side, whole in zip(sides[::-1], space[::-1], strict=True) for n in (0, whole - side)]
    shifts = [-(side // 2) for side in sides]
    return torch.nn.functional.pad(kernel, room).roll(shifts, tuple(range(2, kernel.ndim)))
