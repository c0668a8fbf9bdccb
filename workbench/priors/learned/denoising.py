"""Any denoiser as a prior: plug-and-play and regularisation by denoising."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench import weights
from workbench.denoisers import Denoiser, ImageNetwork
from workbench.devices import moved
from workbench.priors.base import unknown
from workbench.priors.can import Can
from workbench.priors.learned.learned import Channelwise, Learned
from workbench.refusal import Refusal

_SHIPPED = {("UNet", 1): "unet_grey", ("UNet", 3): "unet_colour", ("DnCNN", 1): "dncnn_grey"}


class Denoising(Learned):
    """denoise(x, sigma) = a network's estimate of a picture in [0, 1]; a value it has none, so g(x) is NaN.

    Shipped networks learned noise of 0.01 to 0.3, a UNet for grey and one for colour, a DnCNN for grey. A file, where
    one is given, takes their place: safetensors that `weights.write` made of a denoiser. Venkatakrishnan, Bouman &
    Wohlberg 2013, 10.1109/GlobalSIP.2013.6737048; RED: Romano, Elad & Milanfar 2017, 10.1137/16M1102884.
    """

    formula = r"D(z, \sigma) \approx \operatorname{argmin}_x \frac{|x - z|^2}{2\sigma^2} + g(x)"

    can = Can.DENOISE

    def __init__(
        self,
        network: Annotated[Literal["UNet", "DnCNN"], "network that ships"] = "UNet",
        file: Annotated[str, "weights of your own, a .safetensors file; empty for those that ship"] = "",
        channelwise: Channelwise = False,
    ) -> None:
        super().__init__()
        self.network, self.file, self.channelwise = network, file, channelwise
        self._own = _denoiser_of(file) if file else None

    def forward(self, x: Tensor) -> Tensor:
        return unknown(x)

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        return self._each(x, lambda pictures: self._as(Denoiser, x)(pictures, sigma))

    def _name(self, channels: int) -> str:
        if self._own is not None:
            return self.file
        return _SHIPPED.get((self.network, channels), "")

    def _network(self, channels: int, device: torch.device) -> ImageNetwork:
        return super()._network(channels, device) if self._own is None else moved(self._own, device)


def _denoiser_of(file: str) -> Denoiser:
    network = weights.read(file)
    if not isinstance(network, Denoiser):
        raise Refusal("weights of a denoiser", f"those of a {type(network).__name__} in {file}", "take another file")
    return network
