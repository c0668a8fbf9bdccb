"""What few counts say of the law of their rates, and of the misfit that their noise makes."""

import torch
from torch import Tensor

_FEW = 100  # counts from which half the deviance is 1/2 + 1 / (12 rate) to four digits
_RATES, _ROUNDS = 160, 2000


def expected_deviance(counts: Tensor, least: float) -> float:
    """The sum over independent counts of E [rate - k + k log(k / rate)], half the deviance, the rates >= least unknown.

    Bright counts stand for their rates. Of the others the law of the rates is estimated, by maximum likelihood among
    all laws: a count by itself says too little of a rate below 1. Laird 1978, doi 10.1080/01621459.1978.10480103.
    """
    k = counts.flatten().double().cpu().round().clamp_min(0)
    bright, few = k[k >= _FEW], k[k < _FEW].long()
    above = float((1 / 2 + 1 / (12 * bright)).sum())
    if not len(few):
        return above
    found = few.bincount(minlength=_FEW).double()
    rates = torch.logspace(0, 1, _RATES, 2 * _FEW / least, dtype=torch.float64) * least
    law = _law(found, _chances(rates, _FEW))
    return above + len(few) * float(law @ _half_deviance(rates))


def _law(found: Tensor, chances: Tensor) -> Tensor:
    """The shares of the rates, by expectation maximisation from equal ones, for `found` (counts,) of each count."""
    law = torch.full((chances.shape[1],), 1 / chances.shape[1], dtype=torch.float64)
    seen = found > 0
    found, chances = found[seen] / found.sum(), chances[seen]
    for _ in range(_ROUNDS):
        law = law * (chances.T @ (found / (chances @ law).clamp_min(1e-300)))
    return law / law.sum()


def _chances(rates: Tensor, most: int) -> Tensor:
    """p(k | rate) of the counts below `most`: (most, rates)."""
    k = torch.arange(most, dtype=torch.float64)[:, None]
    return (torch.xlogy(k, rates) - rates - torch.lgamma(k + 1)).exp()


def _half_deviance(rates: Tensor) -> Tensor:
    """E [rate - k + k log(k / rate)], summed over the law."""
    k = torch.arange(int(3 * float(rates.max())) + 60, dtype=torch.float64)[:, None]
    cost = rates - k + torch.xlogy(k, k) - torch.xlogy(k, rates)
    return (_chances(rates, len(k)) * cost).sum(0)
