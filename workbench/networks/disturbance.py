"""What happens to weights and hidden units besides the activation: dropout, noise, quantisation."""

from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor

from workbench.networks.streams import Streams
from workbench.parameters import Checked, Range


@dataclass(frozen=True)
class Disturbance(metaclass=Checked):
    """Chance, while a network trains or is sampled, and rounding, always.

    Dropout keeps the mean: Srivastava et al. 2014. Noise on hidden units makes the information that they have finite:
    Goldfeld et al. 2019, arXiv:1810.05728. Units of so many bits make it exact: Lorenzen et al. 2022,
    arXiv:2106.12912; derivatives pass straight through the rounding.
    """

    dropout: Annotated[float, Range(0, 0.9, limits=(0, 0.99)), "share of the hidden units that is switched off"] = 0.0
    weight_noise: Annotated[float, Range(0, 0.5, limits=(0, 100)), "standard deviation of noise on the weights"] = 0.0
    unit_noise: Annotated[float, Range(0, 0.5, limits=(0, 100)), "standard deviation of noise on hidden units"] = 0.0
    bits: Annotated[int | None, Range(1, 16), "bits of a hidden unit, not rounded when empty"] = None

    @property
    def random(self) -> bool:
        """Whether anything is left to chance."""
        return bool(self.dropout or self.weight_noise or self.unit_noise)

    def weights(self, weights: Tensor, streams: Streams | None) -> Tensor:
        """The weights (S, P) as they are used; without streams there is no noise."""
        if streams is None or not self.weight_noise:
            return weights
        return weights + self.weight_noise * streams.normal(weights)

    def units(self, h: Tensor, bounds: tuple[float, float] | None, streams: Streams | None) -> Tensor:
        """Hidden units (S, N, ...) as the next layer sees them; without streams only rounded."""
        if streams is not None and self.unit_noise:
            h = h + self.unit_noise * streams.normal(h)
        if self.bits is not None:
            h = _rounded(h, bounds, 2**self.bits - 1)
        if streams is not None and self.dropout:
            h = h * (streams.uniform(h) >= self.dropout) / (1 - self.dropout)
        return h


def _rounded(h: Tensor, bounds: tuple[float, float] | None, steps: int) -> Tensor:
    """The nearest of steps + 1 equal levels between the bounds, or between the extremes of a layer that has none."""
    with torch.no_grad():
        seen = h.detach().flatten(1)
        shape = (-1,) + (1,) * (h.ndim - 1)
        low, high = (seen.amin(1), seen.amax(1)) if bounds is None else (h.new_tensor([b]) for b in bounds)
        low, high = low.reshape(shape), high.reshape(shape)
        width = ((high - low) / steps).clamp_min(torch.finfo(h.dtype).tiny)
        moved = low + ((h.detach() - low) / width).round().clamp(0, steps) * width - h.detach()
    return h + moved
