"""The plane of a reconstruction, in closed form: normal signals, a linear operator, a linear reconstruction."""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from workbench.analysis.information.bottleneck import Bottleneck
from workbench.operators import Basis, LinearOperator
from workbench.refusal import Refusal
from workbench.tensors import require_finite, shown


@dataclass(frozen=True)
class GaussianChannel:
    """x ~ N(0, C), y = A x + n, n ~ N(0, sigma^2 I), in blocks of coordinates that know nothing of one another.

    gains (M, d): the singular values of A; covariance (M, d, d): C in the right singular vectors. M modes of d = 1
    where C and A share a basis, one block of d = n otherwise. All informations are in bits.
    """

    gains: Tensor
    covariance: Tensor
    sigma: float

    def __post_init__(self) -> None:
        blocks, size = (*self.gains.shape, 0, 0)[:2]
        if self.covariance.shape != (blocks, size, size):
            came = shown(tuple(self.covariance.shape))
            raise Refusal(
                f"a covariance of {blocks} x {size} x {size}", came, "use modes(), of_operator() or of_matrix()"
            )
        require_finite(self.gains, "the gains")
        require_finite(self.covariance, "the covariance")
        if not (self.sigma > 0 and math.isfinite(self.sigma)):
            raise Refusal("noise with sigma > 0", f"{self.sigma:g}", "without noise I(x;y) is infinite")
        if not self.covariance.any() or not self.gains.any():
            raise Refusal("a signal that reaches the data", "none", "with C = 0 or A = 0 all informations are 0")

    @cached_property
    def prior_power(self) -> float:
        """E|x|^2."""
        return float(self.covariance.diagonal(dim1=1, dim2=2).sum())

    def ceiling(self) -> float:
        """I(x; y) = ln det(I + A C A' / sigma^2) / 2, in bits: no reconstruction knows more of x."""
        return float(log_det(_eye(self.covariance) + self._seen() / self.sigma**2).sum()) / (2 * math.log(2))

    def bottleneck(self) -> Bottleneck:
        """The most that a T of y can know of x at any cost I(y; T)."""
        return Bottleneck(torch.linalg.eigvalsh(self._seen()).flatten().clamp_min(0) / self.sigma**2)

    def signal(self, filters: Tensor) -> Tensor:
        """The covariance R A C A' R' of what T knows of x, for R in the singular vectors: (M, d, d)."""
        return filters @ self._seen() @ filters.mT

    def noise(self, filters: Tensor) -> Tensor:
        """The covariance sigma^2 R R' of the noise in T."""
        return self.sigma**2 * filters @ filters.mT

    def mean_square_error(self, filters: Tensor) -> float:
        """E|R y - x|^2 / n."""
        bias = filters * self.gains[:, None, :] - _eye(self.covariance)
        error = bias @ self.covariance @ bias.mT + self.noise(filters)
        return float(error.diagonal(dim1=1, dim2=2).mean())

    def data(self, covariance: Tensor | None = None) -> Tensor:
        """A C A' + sigma^2 I, the covariance of the data; of signals of another one than this channel's, if given."""
        return self._seen(covariance) + self.sigma**2 * _eye(self.covariance)

    def wiener(self, covariance: Tensor | None = None, more: float = 0.0) -> Tensor:
        """R = C A' (A C A' + (sigma^2 + more) I)^-1, the posterior mean: no R has a smaller mean square error.

        Of signals of another covariance than this channel's, if given, and of noise of a larger variance.
        """
        C = self.covariance if covariance is None else covariance
        return torch.linalg.solve(self.data(C) + more * _eye(C), self.gains[:, :, None] * C).mT

    def _seen(self, covariance: Tensor | None = None) -> Tensor:
        """A C A'."""
        C = self.covariance if covariance is None else covariance
        return self.gains[:, :, None] * C * self.gains[:, None, :]


def modes(gains: Tensor, spectrum: Tensor, sigma: float) -> GaussianChannel:
    """A and C with the same eigenvectors: singular values and variances of each mode, (n,) each."""
    if gains.shape != spectrum.shape or gains.ndim != 1:
        came = f"{shown(tuple(gains.shape))} and {shown(tuple(spectrum.shape))}"
        raise Refusal("a gain and a variance for each mode, (n,)", came, "flatten both in the same order")
    _require_nonnegative(spectrum)
    return GaussianChannel(gains.double().abs()[:, None], spectrum.double()[:, None, None], sigma)


def of_operator(operator: LinearOperator, spectrum: Tensor, sigma: float, basis: Basis = "fourier") -> GaussianChannel:
    """An operator that is diagonal in a basis, and the variance of each mode of real signals in it, (*in_shape)."""
    squares = operator.gram_in(basis)
    if squares is None:
        came = f"{type(operator).__name__}, which is not"
        raise Refusal(f"an operator that is diagonal in the {basis} basis", came, "pass its matrix to of_matrix()")
    if spectrum.shape != squares.shape:
        came = shown(tuple(spectrum.shape))
        raise Refusal(
            f"a variance for each of {shown(tuple(squares.shape))} modes", came, "order them as the transform"
        )
    return modes(squares.clamp_min(0).sqrt().flatten(), spectrum.flatten(), sigma)


def of_matrix(matrix: Tensor, covariance: Tensor, sigma: float) -> GaussianChannel:
    """Any small matrix A (m, n) and any covariance C (n, n) of the signal."""
    n = matrix.shape[-1]
    if matrix.ndim != 2 or covariance.shape != (n, n):
        came = f"{shown(tuple(matrix.shape))} and {shown(tuple(covariance.shape))}"
        raise Refusal("a matrix (m, n) and a covariance (n, n)", came, "pass both as matrices")
    _, values, right = torch.linalg.svd(matrix.double(), full_matrices=True)
    gains = torch.nn.functional.pad(values, (0, n - len(values)))
    rotated = right @ covariance.double() @ right.mT
    _require_nonnegative(torch.linalg.eigvalsh(rotated))
    return GaussianChannel(gains[None], rotated[None], sigma)


def log_det(matrices: Tensor) -> Tensor:
    """ln det of positive definite matrices: (..., d, d) -> (...)."""
    return matrices[..., 0, 0].log() if matrices.shape[-1] == 1 else torch.linalg.slogdet(matrices).logabsdet


def _eye(like: Tensor) -> Tensor:
    return torch.eye(like.shape[-1], dtype=like.dtype, device=like.device)


def _require_nonnegative(variances: Tensor) -> None:
    if bool((variances < -1e-12 * variances.abs().max()).any()):
        raise Refusal("variances >= 0", f"{float(variances.min()):.3g}", "pass a covariance, not a correlation kernel")
