"""Any denoiser as a prior: plug-and-play and regularisation by denoising."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from workbench import weights
from workbench.denoisers import Denoiser
from workbench.priors.base import Can, Prior, unknown
from workbench.refusal import Refusal
from workbench.tensors import Shape

_COLOURS = {1: "grey"}


class Denoising(Prior):
    """denoise(x, sigma) = a network's estimate of a picture in [0, 1]; a value it has none, so g(x) is NaN.

    Shipped networks learned noise of 0.01 to 0.3: grey pictures have a network, colours another. A file, where one is
    given, takes the place of both: safetensors that `weights.write` made of a denoiser. Plug-and-play: Venkatakrishnan,
    Bouman & Wohlberg 2013, 10.1109/GlobalSIP.2013.6737048; RED: Romano, Elad & Milanfar 2017, 10.1137/16M1102884.
    """

    can = Can.DENOISE
    suits = frozenset({"photograph"})

    def __init__(
        self,
        network: Annotated[Literal["UNet"], "network that ships"] = "UNet",
        file: Annotated[str, "weights of your own, a .safetensors file; empty for those that ship"] = "",
        channelwise: Annotated[bool, "each channel by itself, with the network for grey pictures"] = False,
    ) -> None:
        super().__init__()
        self.network, self.file, self.channelwise = network, file, channelwise
        self._own = _denoiser_of(file) if file else None

    def forward(self, x: Tensor) -> Tensor:
        return unknown(x)

    def denoise(self, x: Tensor, sigma: float) -> Tensor:
        shape = tuple(x.shape[1:])
        if sentence := self.unfit(shape, x.dtype):
            raise Refusal("a picture for a denoiser", f"{x.dtype} of {len(shape)} axes", sentence)
        if not self.channelwise:
            return self._of(shape[0], x.device)(x, sigma)
        return self._of(1, x.device)(x.flatten(0, 1)[:, None], sigma).reshape(x.shape)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        channels = 1 if self.channelwise and shape else shape[0]
        if self._own is not None:
            return self._own.unfit((channels, *shape[1:]), dtype)
        if channels not in _COLOURS:
            return f"{self.network} ships for 1 and for 3 channels and not for {channels}: switch on channelwise"
        return self._of(channels, torch.device("cpu")).unfit((channels, *shape[1:]), dtype)

    def _of(self, channels: int, device: torch.device) -> Denoiser:
        if self._own is not None:
            return self._own.to(device)
        found = weights.placed(f"{self.network.lower()}_{_COLOURS[channels]}", device)
        assert isinstance(found, Denoiser)
        return found


def _denoiser_of(file: str) -> Denoiser:
    network = weights.read(file)
    if not isinstance(network, Denoiser):
        raise Refusal("weights of a denoiser", f"those of a {type(network).__name__} in {file}", "take another file")
    return network
