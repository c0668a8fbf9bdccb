"""Information from errors: d/dg I(x; sqrt(g) x + w) = mmse(g) / 2, w standard normal.

Guo, Shamai & Verdu 2005, doi 10.1109/TIT.2005.844072.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from workbench.refusal import Refusal
from workbench.tensors import norm2, normal_like, stream


def information(snr: Tensor, mmse: Tensor) -> Tensor:
    """I(x; sqrt(g) x + w) in nats at each g, (G,), from the least mean square errors E|x - E[x|.]|^2 there.

    By trapezia in ln g, from the first g on: below it the error is taken as constant. An error that is not the least
    gives an upper bound of the growth.
    """
    if snr.ndim != 1 or snr.shape != mmse.shape or len(snr) < 2 or not bool((snr.diff() > 0).all() and snr[0] > 0):
        raise Refusal("two or more ascending g > 0, and an error for each", f"{len(snr)} and {len(mmse)}", "sort them")
    snr, mmse = snr.double(), mmse.double()
    height = snr * mmse / 2
    pieces = (height[1:] + height[:-1]) / 2 * snr.log().diff()
    return torch.cat([height[:1], height[0] + pieces.cumsum(0)])


def errors(denoise: Callable[[Tensor, float], Tensor], signals: Tensor, sigmas: Tensor, seed: int = 0) -> Tensor:
    """E|x - denoise(x + sigma w, sigma)|^2 over an ensemble (N, ...) at each sigma, (G,): at least the mmse.

    With snr = sigma^-2, `information` ties the denoiser to I(x; x + sigma w).
    """
    found = []
    for k, sigma in enumerate(sigmas.tolist()):
        noisy = signals + sigma * normal_like(signals, stream(seed, "noise to remove", k, signals.device))
        found.append(norm2(denoise(noisy, sigma) - signals).mean())
    return torch.stack(found)


def linear_errors(variances: Tensor, sigmas: Tensor) -> Tensor:
    """E|x - L(x + sigma w)|^2 of the best linear denoiser L: sum c / (1 + c / sigma^2) over variances c, at each sigma.

    It is the mmse of normal signals, whose information is sum ln(1 + c / sigma^2) / 2.
    """
    return (variances / (1 + variances / sigmas[:, None].square())).sum(1)
