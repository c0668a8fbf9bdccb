"""The basis in which a denoiser shrinks, at one image: it adapts to the geometry that the image has."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.analysis.spectrum import Search, rademacher, top
from workbench.operators import Map
from workbench.refusal import Refusal
from workbench.tensors import norm2


@dataclass(frozen=True)
class AdaptedBasis:
    """Leading eigenvalues of the symmetric part of a Jacobian, (k,), its eigenvectors, (k, C, *space), residuals, (k,).

    `asymmetry` is |J - J'| / |J + J'| in the Frobenius norm, as probes estimate it: 0 for the denoiser that is best in
    the mean square.
    """

    values: Tensor
    vectors: Tensor
    residuals: Tensor
    asymmetry: float


def adapted_basis(
    denoiser: Callable[[Tensor], Tensor], image: Tensor, k: int = 16, probes: int = 4, seed: int = 0
) -> AdaptedBasis:
    """The directions that a denoiser keeps best near an image, (1, C, *space); it has to be differentiable in torch.

    Near the image it is shrinkage in this basis. Kadkhodaie, Guth, Simoncelli & Mallat 2024, arXiv:2310.02557.
    """
    if len(image) != 1:
        raise Refusal("one image", f"a batch of {len(image)}", "take image[k:k+1]")
    shape = tuple(image.shape[1:])

    def forward(v: Tensor) -> Tensor:
        return torch.func.jvp(denoiser, (image.expand_as(v).contiguous(),), (v,))[1]

    def backward(v: Tensor) -> Tensor:
        return torch.func.vjp(denoiser, image.expand_as(v).contiguous())[1](v)[0]

    def symmetric(v: Tensor) -> Tensor:
        return (forward(v) + backward(v)) / 2

    operator = Map((shape, shape), symmetric, symmetric)
    like = image.flatten()[0]
    found = top(operator, k, Search(like=like, seed=seed))
    signs = rademacher(operator, probes, like, seed, "trace of a denoiser")
    there, back = forward(signs), backward(signs)
    asymmetry = norm2(there - back).sum() / norm2(there + back).sum()
    return AdaptedBasis(found.values, found.signals(operator, image), found.residuals, float(asymmetry.sqrt()))
