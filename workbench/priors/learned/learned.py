"""What priors made of networks share: shipped weights by name, pictures with more channels than the network."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Annotated, TypeVar

import torch
from torch import Tensor

from workbench import weights
from workbench.denoisers import ImageNetwork
from workbench.priors.base import Prior
from workbench.priors.can import Can
from workbench.refusal import Refusal
from workbench.tensors import Shape, shown

Channelwise = Annotated[bool, "each channel by itself, with the network for grey pictures"]
Kind = TypeVar("Kind", bound=ImageNetwork)


class Learned(Prior):
    """A prior whose network is named by `_name(channels)`; its weights are read at first use and shared."""

    channelwise: bool

    @abstractmethod
    def _name(self, channels: int) -> str:
        """The name of the weights for pictures of that many channels, empty where none ship."""

    def _network(self, channels: int, device: torch.device) -> ImageNetwork:
        return weights.placed(self._name(channels), device)

    def unfit(self, shape: Shape, dtype: torch.dtype) -> str:
        if dtype.is_complex:
            name = type(self).__name__
            advice = f"PartsOf({name}())" if Can.DENOISE in self.can else "a prior of complex signals"
            return f"{name} takes real signals, and these are complex: take {advice}"
        channels = 1 if self.channelwise or not shape else shape[0]
        if len(shape) == 3 and not self._name(channels):
            return f"no network ships for {channels} channels: switch on channelwise"
        inner = (channels, *shape[1:])
        return self._network(channels if self._name(channels) else 1, torch.device("cpu")).unfit(inner, dtype)

    def _misfit(self, shape: Shape, dtype: torch.dtype) -> str:
        """What is wrong with the network's input; with the signal, where that is the input."""
        return self.unfit(shape, dtype)

    def _grey(self, x: Tensor) -> Tensor:
        """The pictures for the network, (B C, 1, H, W) channelwise; Refusal of what does not fit."""
        if sentence := self._misfit(tuple(x.shape[1:]), x.dtype):
            raise Refusal(f"a signal for {type(self).__name__}", shown(tuple(x.shape[1:])), sentence)
        return x.flatten(0, 1)[:, None] if self.channelwise else x

    def _each(self, x: Tensor, apply: Callable[[Tensor], Tensor]) -> Tensor:
        """apply(pictures), pictures or numbers, one an item, put together as the items of x."""
        out = apply(self._grey(x))
        if not self.channelwise:
            return out
        return out.reshape(*x.shape[:2], *out.shape[2:]) if out.ndim > 1 else out.reshape(x.shape[:2]).sum(1)

    def _as(self, kind: type[Kind], x: Tensor) -> Kind:
        """The network for the pictures of x, known to be of a kind."""
        found = self._network(1 if self.channelwise else x.shape[1], x.device)
        assert isinstance(found, kind)
        return found
