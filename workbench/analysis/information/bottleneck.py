"""The Gaussian information bottleneck: the most to know about x for so many bits about y."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

_ENTRIES = 1 << 22  # of a table at once: an image has as many modes as pixels


@dataclass(frozen=True)
class Bottleneck:
    """The curve of largest I(x;T) at each I(y;T) for normal x and y, in bits; snr (n,): 1/lambda - 1 of each mode.

    Modes enter one by one, the clearest first. Chechik, Globerson, Tishby & Weiss 2005, JMLR 6, 165.
    """

    snr: Tensor

    def best(self, i_y: Tensor) -> Tensor:
        """The largest I(x;T) at I(y;T) = i_y >= 0, (K,) -> (K,)."""
        snr = self._active()
        if not len(snr):
            return i_y.new_zeros(len(i_y)).to(self.snr)
        return torch.cat([self._best(snr, piece) for piece in i_y.split(max(1, _ENTRIES // len(snr)))])

    def _best(self, snr: Tensor, i_y: Tensor) -> Tensor:
        """The same by a table of points and modes, (K, modes)."""
        logs, count = snr.log(), torch.arange(1, len(snr) + 1, dtype=snr.dtype, device=snr.device)
        nats = i_y.to(snr) * math.log(2)
        sums = logs.cumsum(0)
        entry = (sums - count * logs) / 2  # the I(y;T) at which each mode enters
        active = torch.searchsorted(entry, nats, right=True).clamp_min(1)
        log_slope = (2 * nats - sums[active - 1]) / active  # ln(beta - 1)
        # An active mode keeps I_y less ln[beta (1 - lambda)] / 2 of what it costs.
        shares = torch.nn.functional.softplus(log_slope)[:, None] - torch.nn.functional.softplus(logs)
        mask = torch.arange(len(snr), device=snr.device) < active[:, None]
        cost = ((shares + logs) * mask).sum(1) / 2
        return (nats - cost).clamp_min(0) / math.log(2)

    def point(self, beta: float) -> tuple[float, float]:
        """(I(x;T), I(y;T)) where the curve has the slope 1/beta; (0, 0) where no mode is worth its cost."""
        snr = self._active()
        snr = snr[snr * (beta - 1) > 1]
        i_y = float(((beta - 1) * snr).log().sum()) / 2
        i_x = i_y - float((beta * snr / (1 + snr)).log().sum()) / 2
        return i_x / math.log(2), i_y / math.log(2)

    def gap(self, i_x: Tensor, i_y: Tensor) -> Tensor:
        """How many bits of I(x;T) a reconstruction is below the curve at its I(y;T): (K,), (K,) -> (K,)."""
        return self.best(i_y) - i_x.to(self.snr)

    def _active(self) -> Tensor:
        return self.snr[self.snr > 0].sort(descending=True).values
