"""Whether chains have mixed: autocorrelation, effective sample size and R-hat, of any number of quantities at once."""

import math

import torch
from torch import Tensor

from workbench.refusal import Refusal
from workbench.tensors import shown

LEAST = 4  # draws a chain, half of which have a variance


def autocovariance(chains: Tensor) -> Tensor:
    """(1/N) sum_i (x_i - mean)(x_{i+t} - mean) at every lag t, along the last axis: (..., N) -> (..., N)."""
    count = chains.shape[-1]
    away = chains - chains.mean(-1, keepdim=True)
    # Twice the length: the end of a chain is not followed by its beginning.
    power = torch.fft.rfft(away, 2 * count).abs().square()
    return torch.fft.irfft(power, 2 * count)[..., :count] / count


def autocorrelation(draws: Tensor) -> Tensor:
    """The autocorrelation at every lag, from all chains together: (M, N, ...) -> (N, ...); 1 at lag 0.

    1 - (W - mean autocovariance) / V, W the variance within chains and V that of all. Chains that do not agree keep it
    up at every lag. Vehtari et al. 2021, doi 10.1214/20-BA1221.
    """
    return _correlation(_columns(draws)).movedim(-1, 0).reshape(draws.shape[1:])


def effective_size(draws: Tensor) -> Tensor:
    """How many independent draws would tell the mean as well: (M, N, ...) -> (...); 0 for what never moved.

    M N / tau over chains cut in halves, tau = -1 + 2 sum P_k, P_k = rho_2k + rho_2k+1 as long as it is positive, and
    never larger than the one before. Geyer 1992, doi 10.1214/ss/1177011137; Vehtari et al. 2021, doi 10.1214/20-BA1221.
    """
    halves = _halves(draws)
    rho = _correlation(halves)
    pairs = rho[:, : rho.shape[1] // 2 * 2].reshape(len(rho), -1, 2).sum(-1)
    positive = (pairs > 0).cumprod(-1)
    tau = 2 * (pairs.cummin(-1).values * positive).sum(-1) - 1
    total = halves.shape[1] * halves.shape[2]
    size = total / tau.clamp_min(1 / math.log10(max(total, 10)))
    within, _ = _variances(halves)
    return torch.where(within > 0, size, 0.0).reshape(draws.shape[2:])


def rhat(draws: Tensor) -> Tensor:
    """sqrt(V / W) of ranks made normal, and of how far from the median, the larger: (M, N, ...) -> (...).

    1 for chains that agree, within themselves too, since each is cut in halves; infinite for what never moved. Below
    1.01 they may be trusted. Vehtari et al. 2021, doi 10.1214/20-BA1221.
    """
    halves = _halves(draws)
    middle = halves.flatten(1).median(1).values[:, None, None]
    both = torch.stack([_ratio(normal_ranks(h)) for h in (halves, (halves - middle).abs())])
    return both.nan_to_num(nan=math.inf, posinf=math.inf).amax(0).reshape(draws.shape[2:])


def normal_ranks(chains: Tensor) -> Tensor:
    """The normal quantile of (rank - 3/8) / (S + 1/4) among all S draws, equal ones sharing a rank: (P, M, N)."""
    flat = chains.flatten(1).contiguous()
    ordered = flat.sort(1).values
    below, upto = (torch.searchsorted(ordered, flat, side=side) for side in ("left", "right"))
    ranks = (below + upto + 1).to(flat) / 2
    return torch.special.ndtri((ranks - 0.375) / (flat.shape[1] + 0.25)).reshape(chains.shape)


def _columns(draws: Tensor) -> Tensor:
    """(M, N, ...) as (P, M, N) in double."""
    if draws.ndim < 2 or draws.shape[1] < LEAST:
        raise Refusal(f"chains of at least {LEAST} draws, (M, N, ...)", shown(tuple(draws.shape)), "draw more")
    if draws.is_complex():
        raise Refusal("draws of real numbers", "complex ones", "give both parts, torch.view_as_real(draws)")
    return draws.double().reshape(*draws.shape[:2], -1).movedim(-1, 0)


def _halves(draws: Tensor) -> Tensor:
    columns = _columns(draws)
    half = columns.shape[2] // 2
    return torch.cat([columns[..., :half], columns[..., -half:]], 1)


def _variances(columns: Tensor) -> tuple[Tensor, Tensor]:
    """Within chains, and of all draws: (P,) each."""
    count = columns.shape[2]
    within = columns.var(2).mean(1)
    between = columns.mean(2).var(1) if columns.shape[1] > 1 else torch.zeros_like(within)
    return within, (count - 1) / count * within + between


def _ratio(columns: Tensor) -> Tensor:
    within, whole = _variances(columns)
    return (whole / within).sqrt()


def _correlation(columns: Tensor) -> Tensor:
    """(P, M, N) -> (P, N)."""
    within, whole = _variances(columns)
    rho = 1 - (within[:, None] - autocovariance(columns).mean(1)) / whole[:, None]
    rho[:, 0] = torch.where(whole > 0, 1.0, torch.nan)
    return rho


def correlations(paths: Tensor) -> tuple[Tensor, Tensor]:
    """By lag, up to a third of the draws: that of the quantity that mixes worst, and that of the last one.

    `paths` (chains, draws, quantities) are those of `Sampled`, whose last one is the mean of all pixels.
    """
    rho = autocorrelation(paths)[: max(2, paths.shape[1] // 3)]
    slowest = rho.clamp_min(0).sum(0)[:-1].argmax()
    return rho[:, slowest], rho[:, -1]
