"""An image by a few terms of a basis: of the one in which a denoiser shrinks there, of cosines, of wavelets."""

from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.networks.adapted_basis import AdaptedBasis
from workbench.operators.cosine import cosine_sum, cosines
from workbench.priors.sparsity.filter_bank import FilterBank
from workbench.tensors import norm

ADAPTED, COSINES, WAVELETS = "denoiser's basis", "cosines", "wavelets"
_DEPTH = 4  # levels of wavelets at most


def few_terms(image: Tensor, basis: AdaptedBasis) -> Mapping[str, Tensor]:
    """The image, (1, C, *space), by as many terms as the basis has vectors, in each of three orthonormal bases.

    Of the denoiser's those are given, by eigenvalue; of cosines and of wavelets (db2) they are the largest that this
    image has, which favours these. Wavelets are left out where a side is odd.
    """
    count = len(basis.vectors)
    axes = tuple(range(2, image.ndim))
    vectors = basis.vectors.flatten(1).to(image)
    along = (vectors @ image.flatten()) @ vectors
    found = {ADAPTED: along.reshape(image.shape), COSINES: cosine_sum(_largest(cosines(image, axes), count), axes)}
    depth = min((n & -n).bit_length() - 1 for n in image.shape[2:])
    if depth:
        bank = FilterBank("db2", min(depth, _DEPTH))
        found[WAVELETS] = bank.synthesise(_largest(bank.analyse(image), count))
    return found


def missed(image: Tensor, approximation: Tensor) -> float:
    """|image - approximation| / |image|."""
    return float((norm(image - approximation) / norm(image)).max())


def _largest(coefficients: Tensor, count: int) -> Tensor:
    """The `count` largest of them, and 0 for the others."""
    flat = coefficients.flatten()
    kept = flat.abs().topk(min(count, len(flat))).indices
    return torch.zeros_like(flat).index_copy(0, kept, flat[kept]).reshape(coefficients.shape)
