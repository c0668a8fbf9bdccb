"""Examples of the wavelet transform: two levels of filters longer than the shortest sides, one to three axes."""

import torch
from torch import Tensor

from workbench.kernels.examples import COMPLEX, Draw, Example
from workbench.kernels.wavelet import analyse, synthesise
from workbench.tensors import Constant

# Six taps, of no wavelet: the kernels do not ask.
_FILTERS = Constant(
    torch.tensor([[0.3, 0.8, 0.5, -0.2, -0.1, 0.1], [0.1, 0.7, -0.9, 0.4, 0.2, -0.3]], dtype=torch.float64)
)


def _line(d: Draw) -> tuple:
    return d.normal(d.size.batch, d.size.height, 4 * d.size.width), _FILTERS


def _image(d: Draw) -> tuple:
    return d.normal(d.size.batch, 1, 4 * d.size.height, 4 * d.size.width), _FILTERS


def _volume(d: Draw) -> tuple:
    return d.normal(1, d.size.batch, 4, 8, 4 * d.size.width), _FILTERS


def _there(x: Tensor, filters: Constant) -> Tensor:
    return analyse(x, filters, 2)


def _back(x: Tensor, filters: Constant) -> Tensor:
    return synthesise(x, filters, 2)


EXAMPLES = (
    Example("wavelet analysis of a line", _line, _there, COMPLEX),
    Example("wavelet analysis", _image, _there, COMPLEX),
    Example("wavelet analysis of a volume", _volume, _there, (torch.float32,)),
    Example("wavelet synthesis of a line", _line, _back, COMPLEX),
    Example("wavelet synthesis", _image, _back, COMPLEX),
    Example("wavelet synthesis of a volume", _volume, _back, (torch.float32,)),
)
