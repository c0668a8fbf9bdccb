"""What cards say of weights: errors on pictures that nothing was learned from, beside the best of a classical prior."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from workbench.priors import Prior, TotalVariation
from workbench.tensors import first_stream, normal_like

WEIGHTS = tuple(0.25 * 1.25**k for k in range(9))  # times the noise: TV's weight against |x - y|^2 / 2
LEVELS = (0.05, 0.1, 0.2)


class Figure(NamedTuple):
    """One line of a card: the task, the decibels of the network, and what else does how well."""

    task: str
    psnr: float
    other: str
    other_psnr: float


def psnr(estimate: Tensor, signal: Tensor) -> float:
    """10 log10 of 1 over the mean square error, in dB."""
    return -10 * float((estimate - signal).square().mean().log10())


def noisy(signal: Tensor, sigma: float) -> Tensor:
    """The signal with the same noise every time."""
    return signal + sigma * normal_like(signal, first_stream(7, "noise of a card"))


def denoised(denoise: Callable[[Tensor, float], Tensor], name: str, signal: Tensor, sigma: float) -> Figure:
    """A denoiser beside total variation, with the weight that is best for that very signal and noise."""
    y = noisy(signal, sigma)
    others = [psnr(TotalVariation(weight / sigma).prox(y, sigma**2), signal) for weight in WEIGHTS]
    return Figure(f"{name}, noise {sigma:g}", psnr(denoise(y, sigma), signal), "best TV", max(others))


def beside_exact(
    denoise: Callable[[Tensor, float], Tensor], law: Prior, name: str, signal: Tensor, sigma: float
) -> Figure:
    """A denoiser beside the mean of what the signal may have been, which the law knows: nothing does better."""
    y = noisy(signal, sigma)
    best = psnr(law.denoise(y, sigma), signal)
    return Figure(f"{name}, noise {sigma:g}", psnr(denoise(y, sigma), signal), "the exact mean", best)
