"""Probes of quality: distance to the data and, where it is known, to the truth."""

from collections.abc import Mapping

import torch
from torch import Tensor

from workbench.algorithms import State
from workbench.analysis.data_fit import DataFit
from workbench.noise import Likelihood
from workbench.problem import Problem
from workbench.run import Probe, Quantity, quantities, reads
from workbench.tensors import abs2

PSNR = Quantity("PSNR", ("psnr",), "PSNR", "dB", best="{:.2f} dB")
SSIM = Quantity("SSIM", ("ssim",), "SSIM", best="{:.4f}")
LEVEL = Quantity("Noise", ("noise_level",), "estimated noise")
_WINDOW = 7
_VOLUME = 5  # axes of a batch of volumes
_C1, _C2 = 0.01**2, 0.03**2


@reads(PSNR)
def psnr(problem: Problem, state: State) -> Mapping[str, Tensor]:
    """Peak signal-to-noise ratio against the truth, in dB, for signals whose peak is 1.

    Up to what the data cannot tell, such as the global phase of phase retrieval: `Operator.aligned`.
    """
    truth = _truth(problem)
    return {"psnr": signal_to_noise(problem.aligned(state.x), truth)}


@reads(SSIM)
def ssim(problem: Problem, state: State) -> Mapping[str, Tensor]:
    """Mean structural similarity against the truth, for signals whose range is 1; complex ones by modulus.

    Aligned as in `psnr`.
    """
    truth = _truth(problem)
    return {"ssim": similarity(problem.aligned(state.x), truth)}


@reads(LEVEL)
def noise_level(problem: Problem, state: State) -> Mapping[str, Tensor]:
    """The standard deviation of the noise that is estimated together with x; Refusal where it is known."""
    return {"noise_level": problem.noise.level(problem.operator(state.x), problem.y)}


def standard(problem: Problem) -> tuple[Probe, ...]:
    """The probes that every run shows: the objective and its terms, the residual, quality with a truth, and the level
    of a noise that is estimated. Of volumes there is no SSIM."""
    level = Likelihood.LEVEL in problem.noise.can
    found = _standard(problem.truth is not None)
    if problem.truth is not None and problem.truth.ndim == _VOLUME:
        found = tuple(probe for probe in found if probe is not ssim)
    return (*found, *((noise_level,) if level else ()))


def _standard(truth: bool) -> tuple[Probe, ...]:
    fit = DataFit()
    return (fit.objective, fit.residual, *((psnr, ssim) if truth else ()))


QUANTITIES = quantities(*_standard(truth=True))  # in the order in which they are offered


def _truth(problem: Problem) -> Tensor:
    if problem.truth is None:
        raise ValueError("this problem has no truth to compare with")
    return problem.truth


def signal_to_noise(x: Tensor, truth: Tensor) -> Tensor:
    """10 log10(1 / mean |x - truth|^2) of each item, in dB: (B, ...), (B, ...) -> (B,)."""
    error = abs2(x - truth).flatten(1).mean(1)
    return -10 * error.clamp_min(torch.finfo(error.dtype).tiny).log10()


def similarity(x: Tensor, truth: Tensor) -> Tensor:
    """Mean SSIM over 7-wide uniform windows that lie inside, sample covariances: (B,).

    Wang, Bovik, Sheikh, Simoncelli, 2004.
    """
    x, truth = (s.abs() if s.is_complex() else s for s in (x, truth))
    if x.ndim not in (3, 4):
        raise ValueError(f"SSIM is for signals of one or two axes, not {x.ndim - 2}")
    side = min(_WINDOW, min(x.shape[2:]) - 1 + min(x.shape[2:]) % 2)
    count = side ** (x.ndim - 2)
    mean_x, mean_t, xx, tt, xt = _moving_mean(torch.cat([x, truth, x * x, truth * truth, x * truth]), side).chunk(5)
    unbiased = count / max(count - 1, 1)
    var_x, var_t, cov = (unbiased * (a - b) for a, b in ((xx, mean_x**2), (tt, mean_t**2), (xt, mean_x * mean_t)))
    top = (2 * mean_x * mean_t + _C1) * (2 * cov + _C2)
    bottom = (mean_x**2 + mean_t**2 + _C1) * (var_x + var_t + _C2)
    return (top / bottom).flatten(1).mean(1)


def _moving_mean(x: Tensor, side: int) -> Tensor:
    """The mean over every window inside, axis by axis: half the time of torch's pooling, which sums each anew."""
    for axis in range(2, x.ndim):
        size = x.shape[axis] - side + 1
        shifted = [x.narrow(axis, i, size) for i in range(side)]
        x = shifted[0].clone()
        for part in shifted[1:]:
            x += part
    return x / side ** (x.ndim - 2)
