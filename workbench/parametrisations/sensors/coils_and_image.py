"""Coils whose sensitivities are not known, and the image that they see."""

from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.linalg import cg
from workbench.operators.separable import along_axes
from workbench.parametrisations.base import Parametrisation, PictureShape
from workbench.parametrisations.fields.splines import Spacing, control_points, spline_matrix
from workbench.tensors import Constant, abs2, norm

_RIDGE, _FITTING = 1e-6, 100  # of the largest weight; conjugate gradients that fit first maps


class CoilsAndImage(Parametrisation):
    """x_c = s_c m: blocks coils, splines s_c given by (C, *control points), and image, m, (1, *space); complex, too.

    Joint SENSE: channels are coils, and the operator, FourierMask, measures each. Any smooth f makes the same x of s f
    and m / f: `balanced` says which, and its image is the root of the sum of squares, but for a phase. The start has
    that image of the first pictures, and the smooth maps nearest to their quotients.
    Ying, Sheng 2007, doi 10.1002/mrm.21245; Uecker et al. 2008, doi 10.1002/mrm.21691.
    """

    formula = r"x_c = s_c \odot m, \quad s_c = \sum_k u_{ck} \beta^3(p / h - k)"
    multilinear = True
    freedom = "s f and m / f make the same data for any f; the image is as long as all coils together, maps are smooth"

    def __init__(self, shape: PictureShape = (4, 64, 64), spacing: Spacing = 16.0) -> None:
        points = control_points(shape[1:], spacing)
        super().__init__(shape, {"coils": (shape[0], *points), "image": (1, *shape[1:])})
        self.shape, self.spacing = shape, spacing
        pairs = zip(points, shape[1:], strict=True)
        self._splines = [Constant(spline_matrix(few, many)) for few, many in pairs]

    def maps(self, u: Tensor) -> Tensor:
        """The sensitivities at every pixel, (B, C, *space)."""
        return self._smooth(self.views(u)["coils"])

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        return self._smooth(views["coils"]) * views["image"]

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        image = abs2(picture).sum(1, keepdim=True).sqrt()
        if not bool(image.any()):  # level coils of a level image
            coils = picture.new_full((1, *self.layout.shapes["coils"]), self.shape[0] ** -0.5)
            return self.joined({"coils": coils, "image": torch.ones_like(image).to(picture)})
        square = image.square()
        ridge = _RIDGE * self._gathered(square).amax()

        def normal(coils: Tensor) -> Tensor:
            return self._gathered(square * self._smooth(coils)) + ridge * coils

        coils = cg(normal, self._gathered(image * picture), steps=_FITTING)
        return self.joined({"coils": coils, "image": image.to(picture)})

    def balanced(self, u: Tensor) -> Tensor:
        """The image as long as the pictures of all coils together."""
        views = self.views(u)
        have = norm(views["image"])
        scale = torch.where(have > 0, norm(self.made(views)) / have, 1)
        scale = torch.where(scale > 0, scale, 1).reshape(-1, *[1] * len(self.shape))
        return self.joined({"coils": views["coils"] / scale, "image": views["image"] * scale})

    def pictured(self, u: Tensor) -> dict[str, Tensor]:
        """The sensitivities at every pixel, and the image."""
        return {"maps": self.maps(u), "image": self.views(u)["image"]}

    def _smooth(self, coils: Tensor) -> Tensor:
        return along_axes(coils, (None, *(M.like(coils.real) for M in self._splines)))

    def _gathered(self, x: Tensor) -> Tensor:
        """The sums of x under the spline of each control point."""
        return along_axes(x, (None, *(M.like(x.real).mT for M in self._splines)))
