"""The numbers behind a picture that a trained network makes."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import Tensor
from torch.nn.functional import silu

from workbench import weights
from workbench.denoisers import ImageNetwork, VariationalAutoEncoder
from workbench.operators import Field
from workbench.operators.separable import along_axes
from workbench.parameters import Range
from workbench.parametrisations.base import Parametrisation, PictureShape, require_axes
from workbench.parametrisations.fields.interpolation import interpolation
from workbench.refusal import Refusal
from workbench.tensors import Constant, shown

_SHIPPED = "generator_digits"
_CPU = torch.device("cpu")


class Generator(Parametrisation):
    """x = s(W_3 h_2 + b_3), h_i = silu(W_i h_{i-1} + b_i) + v_i, h_0 = z: blocks latent, z, and layer_1, v_1, ....

    The weights are known, s is the sigmoid, and x is brought to the shape by straight lines. The shipped network makes
    handwritten digits of 8 x 8 px; its z are normal, as `OnUnknown(Tikhonov(1), "latent")` says. With `layers` > 0
    hidden features move too, by v_i, which is to stay in a small l1 ball, `OnUnknown(L1Ball(), "layer_1")`: pictures
    near those that z makes. The start is the z that the network's other half tells of the first picture.
    Bora et al. 2017, arXiv 1703.03208; Daras et al. 2021, arXiv 2102.07364.
    """

    formula = r"x = s(W_3 h_2 + b_3), \quad h_i = \mathrm{silu}(W_i h_{i-1} + b_i) + v_i, \quad h_0 = z"
    field = Field.REAL

    def __init__(
        self,
        shape: PictureShape = (1, 32, 32),
        layers: Annotated[int, Range(0, 2, limits=(0, 2)), "hidden layers whose features are looked for too"] = 0,
        file: Annotated[str, "weights of your own, a .safetensors file; empty for those that ship"] = "",
    ) -> None:
        require_axes(shape, 2, "Generator")
        network = _autoencoder(file)
        if network.channels != shape[0]:
            came = f"one of {network.channels}, for pictures of {shown(shape)}"
            raise Refusal(f"a network of {shape[0]} channels", came, "take pictures of as many channels as it has")
        hidden = {f"layer_{i}": (1, network.width) for i in range(1, layers + 1)}
        super().__init__(shape, {"latent": (1, network.latent)} | hidden)
        self.shape, self.layers, self.file = shape, layers, file
        self._network, self._native = network, (network.channels, network.side, network.side)
        self._weights = [_numbers(layer) for layer in network.outward]
        self._up = [Constant(interpolation(network.side, side)) for side in shape[1:]]
        self._down = [Constant(interpolation(side, network.side)) for side in shape[1:]]

    def made(self, views: Mapping[str, Tensor]) -> Tensor:
        h = views["latent"]
        for number, (matrix, bias) in enumerate(self._weights, 1):
            h = h @ matrix.like(h) + bias.like(h)
            if number < len(self._weights):
                h = silu(h) + views.get(f"layer_{number}", 0)
        small = h[:, 0].sigmoid().reshape(-1, *self._native)
        return along_axes(small, (None, *(M.like(h) for M in self._up)))

    def start(self, picture: Tensor, rng: torch.Generator) -> Tensor:
        small = along_axes(picture, (None, *(M.like(picture) for M in self._down)))
        with torch.no_grad():
            latent = self._network.encode(small.cpu().float().clamp(0, 1))[0].to(picture)
        zeros = {name: picture.new_zeros((1, *shape)) for name, shape in self.layout.shapes.items()}
        return self.joined(zeros | {"latent": latent[:, None]})


def _autoencoder(file: str) -> VariationalAutoEncoder:
    network: ImageNetwork = weights.read(file) if file else weights.placed(_SHIPPED, _CPU)
    if not isinstance(network, VariationalAutoEncoder):
        raise Refusal(
            "weights of a VariationalAutoEncoder", f"those of a {type(network).__name__}", "take another file"
        )
    return network


def _numbers(layer: torch.nn.Module) -> tuple[Constant, Constant]:
    """The matrix (in, out) and the bias (out,) of a dense layer."""
    matrix, bias = (value.detach().double() for value in layer.parameters())
    return Constant(matrix[..., 0, 0].mT.contiguous()), Constant(bias)
