"""The density of signals, by the flow that a denoiser defines."""

import math

import torch
from torch import Tensor

from workbench.priors import Can, Prior
from workbench.refusal import Refusal
from workbench.tensors import norm2

_LARGEST = 1024  # unknowns: every step takes as many derivatives of the denoiser


def log_density(prior: Prior, x: Tensor, least: float = 1e-3, most: float = 100.0, steps: int = 100) -> Tensor:
    """log p(x) of real signals with noise of `least`, (B,), by the probability flow dz / ds = (z - D(z, s)) / s.

    d log p / d log s = -(N - tr dD / dz) along it, exactly, up to the noise `most`, where z is normal about D(0, most).
    Runge and Kutta's fourth order in log s. Refuses a prior without score, complex and large signals.
    Song et al. 2021, arXiv 2011.13456.
    """
    if Can.SCORE not in prior.can:
        raise Refusal("a prior with a score", type(prior).__name__, "take GaussianProcess or a learned one")
    if x.is_complex() or x[0].numel() > _LARGEST:
        came = "complex ones" if x.is_complex() else f"{x[0].numel()}"
        raise Refusal(f"real signals of at most {_LARGEST} unknowns", came, "take a smaller signal")
    width = math.log(most / least) / steps
    z, gained = x, torch.zeros(len(x), dtype=x.dtype, device=x.device)
    for k in range(steps):
        at = [math.log(least) + (k + share) * width for share in (0, 0.5, 1)]
        one = _flow(prior, z, at[0])
        two = _flow(prior, z + width / 2 * one[0], at[1])
        three = _flow(prior, z + width / 2 * two[0], at[1])
        four = _flow(prior, z + width * three[0], at[2])
        z = z + width / 6 * (one[0] + 2 * two[0] + 2 * three[0] + four[0])
        gained = gained + width / 6 * (one[1] + 2 * two[1] + 2 * three[1] + four[1])
    away = z - prior.denoise(torch.zeros_like(z), most)
    return gained - norm2(away) / (2 * most**2) - x[0].numel() * math.log(2 * math.pi * most**2) / 2


def _flow(prior: Prior, z: Tensor, log_sigma: float) -> tuple[Tensor, Tensor]:
    """dz / d log s and its divergence, (B,)."""
    sigma = math.exp(log_sigma)
    units = torch.eye(z[0].numel(), dtype=z.dtype, device=z.device).reshape(-1, *z.shape[1:])
    traces = []
    for item in z:
        copies = item.expand_as(units)
        back = torch.func.vjp(lambda u: prior.denoise(u, sigma), copies)[1]
        traces.append((back(units)[0] * units).sum())
    return z - prior.denoise(z, sigma), z[0].numel() - torch.stack(traces)
