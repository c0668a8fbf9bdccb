"""What a layer knows, with its bounds."""

from typing import NamedTuple

import torch
from torch import Tensor

_ROUNDING = 1e-6  # bits by which a sum may be off


class Breach(NamedTuple):
    """An estimator has more in layer `layer` + 1 than in `layer`, counted from 0: by so many bits."""

    layer: int
    bits: float


class LayerInformation(NamedTuple):
    """I(X;T) and I(T;Y) in bits, (layers, S) float64; NaN where the estimator refused, with its sentences."""

    with_input: Tensor
    with_label: Tensor
    refused: tuple[str, ...] = ()

    @property
    def breach(self) -> Breach | None:
        """The worst break of the data-processing inequality between consecutive layers; None where there is none."""
        gains = torch.stack([side.diff(dim=0).nan_to_num(0.0).amax(1) for side in self[:2]]).amax(0)
        worst = int(gains.argmax()) if len(gains) else 0
        return Breach(worst, float(gains[worst])) if len(gains) and gains[worst] > _ROUNDING else None
