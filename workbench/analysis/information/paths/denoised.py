"""What a prior's denoiser leaves of noise, over an ensemble, and the information that its errors stand for."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from workbench.analysis.information import immse
from workbench.analysis.information.ensembles import Codebook, Ensemble, GaussianRandomField
from workbench.analysis.information.paths.track import Array
from workbench.priors import Can, Prior
from workbench.refusal import Refusal
from workbench.tensors import Shape, child_seed

SIGMAS = np.logspace(1, -2.5, 18)  # from noise that hides everything to noise that nobody sees
COUNT = 200  # signals: errors of images to a few percent


@dataclass(frozen=True)
class Denoised:
    """Errors E|x - D(x + sigma w)|^2 a sample, and by I-MMSE I(x; x + sigma w) in bits, at the sigmas done so far.

    `linear` and `linear_bits` are those of the best linear denoiser. `most` is log2 of the number of signals, where
    they are finitely many; `exact` says that the best linear denoiser is the best of all.
    """

    prior: str
    samples: int
    sigma: Array
    error: Array
    bits: Array
    linear: Array
    linear_bits: Array
    most: float
    exact: bool
    mean: bool

    @property
    def sentence(self) -> str:
        """How far the denoiser is from the best linear one where they differ most, and what the curve means."""
        ratio = self.error / self.linear
        at = int(ratio.argmax())
        best = "the best there is for normal signals" if self.exact else "the best linear one for this ensemble"
        kind = "posterior mean" if self.mean else "MAP estimate, no posterior mean"
        words = f"{self.prior}'s denoiser ({kind}) leaves up to {ratio[at]:.3g} times the error of {best}"
        lowest = f", at sigma = {self.sigma[at]:.2g}, and at best {ratio.min():.3g} times"
        area = "Half the area under an error over 1/sigma² is information"
        return f"{words}{lowest}. {area}: exact for the best denoiser, an upper bound for any other."


def denoised(prior: Prior, ensemble: Ensemble, shape: Shape, seed: int = 0) -> Iterator[Denoised]:
    """Errors and information from large to small sigma; Refusal where the prior has no denoiser."""
    if Can.DENOISE not in prior.can:
        came = type(prior).__name__
        raise Refusal("a prior with a denoiser", f"{came}, which has none", "choose TotalVariation or a learned prior")
    drawn = ensemble.sample(COUNT, shape, seed)
    signals, samples = drawn.signals.float(), math.prod(shape)
    variances = ensemble.spectrum(shape).flatten() if isinstance(ensemble, GaussianRandomField) else _variances(signals)
    most = math.log2(ensemble.words) if isinstance(ensemble, Codebook) else math.inf
    found = torch.zeros(0, dtype=torch.float64)
    for k, sigma in enumerate(SIGMAS):
        error = immse.errors(prior.denoise, signals, torch.tensor([sigma]), child_seed(seed, "levels", k)).double()
        found = torch.cat([found, error])
        if k:
            sigmas = torch.from_numpy(SIGMAS[: k + 1])
            linear = immse.linear_errors(variances, sigmas)
            bits = _bits(variances, sigmas, found)
            exact, mean = isinstance(ensemble, GaussianRandomField), Can.SCORE in prior.can
            error, own, best, best_bits = (
                side.numpy() for side in (found / samples, bits[0], linear / samples, bits[1])
            )
            done, name = SIGMAS[: k + 1], type(prior).__name__
            yield Denoised(name, samples, done, error, own, best, best_bits, most, exact, mean)


def _bits(variances: torch.Tensor, sigmas: torch.Tensor, error: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Those of the errors, and those of the best linear denoiser in closed form.

    The area between both errors alone is summed: it ends on either side, where so few levels are 5 % off for each.
    """
    linear = torch.log2(1 + variances / sigmas[:, None].square()).sum(1) / 2
    snr = sigmas**-2
    areas = [immse.information(snr, each) for each in (error, immse.linear_errors(variances, sigmas))]
    return linear + (areas[0] - areas[1]) / math.log(2), linear


def _variances(signals: torch.Tensor) -> torch.Tensor:
    """The variances of an ensemble's principal components."""
    centred = (signals - signals.mean(0)).flatten(1).double()
    return torch.linalg.svdvals(centred).square() / (len(signals) - 1)
